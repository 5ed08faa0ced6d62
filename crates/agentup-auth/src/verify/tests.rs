//! The pipeline as a whole: what no list of tokens can say.

use crate::{
    Algorithm, BearerToken, HmacSecret, KeySet, Policy, TrustedIssuer, UnixSeconds,
    VerificationKey, Verifier, VerifyError, base64url::encode,
};
use aws_lc_rs::hmac;
use serde_json::{Value, json};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const ISSUER: &str = "https://issuer.example";
const NOW: u64 = 1_800_000_000;

fn keys() -> KeySet {
    let secret = HmacSecret::new(SECRET).expect("a secret");
    let key = VerificationKey::hmac(Algorithm::HS256, &secret, None).expect("a key");
    KeySet::new(vec![key]).expect("a set")
}

fn verifier(policy: Policy) -> Verifier {
    let issuer = TrustedIssuer {
        issuer: Some(ISSUER.to_owned()),
        audiences: vec!["agent".to_owned()],
        keys: keys(),
    };
    Verifier::new(vec![issuer], policy)
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "agent", "sub": "alice", "exp": NOW + 600, "iat": NOW,
        "jti": "t-1", "scope": "basic,premium",
    })
}

fn token(claims: &Value) -> String {
    let header = encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let input = format!("{header}.{}", encode(claims.to_string().as_bytes()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    format!(
        "{input}.{}",
        encode(hmac::sign(&key, input.as_bytes()).as_ref())
    )
}

#[test]
fn a_good_token_is_accepted() {
    let text = token(&claims());
    let verified = verifier(Policy::default())
        .verify(BearerToken::new(&text), UnixSeconds::new(NOW))
        .expect("a good token");
    assert_eq!(verified.issuer(), ISSUER);
    assert_eq!(verified.subject(), "alice");
    assert_eq!(verified.token_id(), Some("t-1"));
    assert_eq!(verified.expires_at().get(), NOW + 600);
    assert_eq!(verified.scopes().join_or(" ", ""), "basic premium");
    assert_eq!(verified.claims()["aud"], "agent");
}

#[test]
fn expiry_has_leeway_and_is_exclusive() {
    let text = token(&claims());
    let verifier = verifier(Policy::default());
    let at = |now| {
        verifier
            .verify(BearerToken::new(&text), UnixSeconds::new(now))
            .err()
    };
    assert_eq!(at(NOW + 629), None);
    assert_eq!(at(NOW + 630), Some(VerifyError::Expired));
}
