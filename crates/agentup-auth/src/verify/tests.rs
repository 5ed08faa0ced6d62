//! The pipeline as a whole: what no list of tokens can say.

use std::sync::Arc;

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use crate::{
    Algorithm, BearerToken, HmacSecret, KeySet, Policy, RevocationList, TrustedIssuer, UnixSeconds,
    UnnamedKeys, VerificationKey, Verifier, VerifyError, api_key::API_KEY_ISSUER,
    base64url::encode,
};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const ISSUER: &str = "https://issuer.example";
const NOW: u64 = 1_800_000_000;

fn keys(secret: &[u8]) -> KeySet {
    let secret = HmacSecret::new(secret).expect("a secret");
    let key = VerificationKey::hmac(Algorithm::HS256, &secret, None).expect("a key");
    KeySet::new(vec![key]).expect("a set")
}

fn trusted(issuer: Option<&str>, audiences: &[&str]) -> TrustedIssuer {
    TrustedIssuer {
        issuer: issuer.map(str::to_owned),
        audiences: audiences.iter().map(|name| (*name).to_owned()).collect(),
        keys: keys(SECRET),
    }
}

fn verifier(policy: Policy) -> Verifier {
    Verifier::new(vec![trusted(Some(ISSUER), &["agent"])], policy)
}

/// A verifier that remembers.
fn remembering() -> Verifier {
    verifier(Policy {
        cached_tokens: 100,
        ..Policy::default()
    })
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "agent", "sub": "alice", "exp": NOW + 600, "iat": NOW,
        "jti": "t-1", "scope": "basic,premium",
    })
}

fn token(header: &Value, claims: &Value) -> String {
    let header = encode(header.to_string().as_bytes());
    let input = format!("{header}.{}", encode(claims.to_string().as_bytes()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    format!(
        "{input}.{}",
        encode(hmac::sign(&key, input.as_bytes()).as_ref())
    )
}

fn plain(claims: &Value) -> String {
    token(&json!({ "alg": "HS256" }), claims)
}

/// The fault of a token, if it has one.
fn fault(verifier: &Verifier, token: &str, now: u64) -> Option<VerifyError> {
    verifier
        .verify(BearerToken::new(token), UnixSeconds::new(now))
        .err()
}

/// Whether a token is good by memory alone.
fn is_recalled(verifier: &Verifier, token: &str, now: u64) -> bool {
    let recalled = verifier.recall(BearerToken::new(token), None, UnixSeconds::new(now));
    recalled.is_some_and(|claims| claims.subject() == "alice")
}

#[test]
fn verified_claims_say_what_the_token_says() {
    let text = plain(&claims());
    let verified = verifier(Policy::default())
        .verify(BearerToken::new(&text), UnixSeconds::new(NOW))
        .expect("a good token");
    assert_eq!(verified.issuer(), ISSUER);
    assert_eq!(verified.subject(), "alice");
    assert_eq!(verified.token_id(), Some("t-1"));
    assert_eq!(verified.expires_at().get(), NOW + 600);
    assert_eq!(verified.issued_at().map(UnixSeconds::get), Some(NOW));
    assert_eq!(verified.scopes().join_or(" ", ""), "basic premium");
    assert_eq!(Value::Object(verified.claims().clone()), claims());
}

#[test]
fn remembered_tokens_are_held_to_the_time() {
    let verifier = remembering();
    let text = plain(&claims());
    for (now, expected) in [
        (NOW, None),
        (NOW + 629, None),
        (NOW + 630, Some(VerifyError::Expired)),
        (NOW - 31, Some(VerifyError::IssuedInFuture)),
        (NOW, None),
    ] {
        assert_eq!(fault(&verifier, &text, now), expected, "{now}");
    }
}

#[test]
fn a_remembered_token_is_not_read_again() {
    let verifier = remembering();
    let text = plain(&claims());
    let verify = || {
        let now = UnixSeconds::new(NOW);
        verifier.verify(BearerToken::new(&text), now).expect("good")
    };
    let first = verify();
    assert!(std::ptr::eq(first.subject(), verify().subject()));
    assert!(verifier.replace_keys(0, &keys(SECRET)));
    assert!(!std::ptr::eq(first.subject(), verify().subject()));
}

#[test]
fn the_longest_token_is_taken_also_by_a_verifier_that_remembers() {
    for cached_tokens in [0, 1] {
        let verifier = verifier(Policy {
            max_token_bytes: usize::MAX,
            cached_tokens,
            ..Policy::default()
        });
        let of_length = |length: usize| {
            let filled = |fill: usize| {
                let mut claims = claims();
                claims["fill"] = json!("x".repeat(fill));
                plain(&claims)
            };
            let fill = (11_000..13_000).find(|fill| filled(*fill).len() == length);
            filled(fill.expect("a length that base64url has"))
        };
        let longest = of_length(Policy::MAX_TOKEN_BYTES);
        assert_eq!(fault(&verifier, &longest, NOW), None);
        assert_eq!(is_recalled(&verifier, &longest, NOW), cached_tokens > 0);
        let longer = of_length(Policy::MAX_TOKEN_BYTES + 1);
        assert_eq!(fault(&verifier, &longer, NOW), Some(VerifyError::TooLarge));
    }
}

#[test]
fn only_what_was_found_good_and_still_is_can_be_recalled() {
    let list = Arc::new(RevocationList::new());
    let verifier = remembering().with_revocations(Arc::clone(&list));
    let text = plain(&claims());
    assert!(
        !is_recalled(&verifier, &text, NOW),
        "nobody has verified it"
    );
    assert_eq!(fault(&verifier, &text, NOW), None);
    assert!(is_recalled(&verifier, &text, NOW));
    assert!(!is_recalled(&verifier, &plain(&json!({})), NOW));
    assert!(!is_recalled(&verifier, &text, NOW + 630), "it has expired");
    list.replace([(ISSUER.to_owned(), "t-1".to_owned())])
        .expect("a short list");
    assert!(!is_recalled(&verifier, &text, NOW), "it is revoked");
    list.replace([]).expect("an empty list");
    assert!(is_recalled(&verifier, &text, NOW));
    assert!(verifier.replace_keys(0, &keys(SECRET)));
    assert!(!is_recalled(&verifier, &text, NOW), "its keys are gone");
    // What a token is bound to must be proved, and here nobody asks for that.
    let mut bound = claims();
    bound["cnf"] = json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"});
    let bound = plain(&bound);
    let now = UnixSeconds::new(NOW);
    assert!(
        verifier
            .verify_bound(BearerToken::new(&bound), None, now)
            .is_ok()
    );
    assert!(!is_recalled(&verifier, &bound, NOW));
}

#[test]
fn refusals_are_not_remembered() {
    let verifier = remembering();
    let text = plain(&claims());
    assert_eq!(
        fault(&verifier, &text, NOW + 9999),
        Some(VerifyError::Expired)
    );
    assert_eq!(fault(&verifier, &text, NOW), None);
}

#[test]
fn remembered_tokens_are_held_to_the_keys() {
    let verifier = remembering();
    let text = plain(&claims());
    assert_eq!(fault(&verifier, &text, NOW), None);
    assert!(verifier.replace_keys(0, &keys(b"another secret of more than 32 bytes")));
    assert_eq!(
        fault(&verifier, &text, NOW),
        Some(VerifyError::BadSignature)
    );
    assert!(verifier.replace_keys(0, &KeySet::unavailable()));
    assert_eq!(
        fault(&verifier, &text, NOW),
        Some(VerifyError::KeysUnavailable)
    );
    assert!(verifier.replace_keys(0, &keys(SECRET)));
    assert_eq!(fault(&verifier, &text, NOW), None);
    assert!(!verifier.replace_keys(1, &keys(SECRET)));
}

#[test]
fn remembered_tokens_are_held_to_the_revocations() {
    let list = Arc::new(RevocationList::new());
    let verifier = remembering().with_revocations(Arc::clone(&list));
    let text = plain(&claims());
    assert_eq!(fault(&verifier, &text, NOW), None);
    let entry = |issuer: &str, id: &str| [(issuer.to_owned(), id.to_owned())];
    list.replace(entry("https://other.example", "t-1"))
        .expect("a short list");
    assert_eq!(fault(&verifier, &text, NOW), None);
    list.replace(entry(ISSUER, "t-1")).expect("a short list");
    assert_eq!((list.len(), list.is_empty()), (1, false));
    assert_eq!(fault(&verifier, &text, NOW), Some(VerifyError::Revoked));
    list.replace([]).expect("an empty list");
    assert_eq!(fault(&verifier, &text, NOW), None);
}

#[test]
fn a_verifier_without_issuers_refuses_everything() {
    let verifier = Verifier::new(Vec::new(), Policy::default());
    assert_eq!(
        fault(&verifier, &plain(&claims()), NOW),
        Some(VerifyError::UntrustedIssuer)
    );
}

#[test]
fn nobody_is_asked_for_what_is_not_configured() {
    let verifier = Verifier::new(vec![trusted(None, &[])], Policy::default());
    let text = plain(&json!({ "sub": "alice", "exp": NOW + 600 }));
    let good = verifier.verify(BearerToken::new(&text), UnixSeconds::new(NOW));
    assert_eq!(good.expect("a good token").issuer(), "");
    // What is there is still held to its type.
    for (name, value) in [("iss", json!(["x"])), ("aud", json!(7)), ("iss", json!(""))] {
        let mut claims = json!({ "sub": "alice", "exp": NOW + 600 });
        claims[name] = value;
        assert_eq!(
            fault(&verifier, &plain(&claims), NOW),
            Some(VerifyError::InvalidClaim(name))
        );
    }
}

#[test]
fn the_issuer_to_fetch_keys_for_is_found() {
    let issuers = ["https://a.example", "https://b.example"];
    let trusted = issuers
        .map(|issuer| trusted(Some(issuer), &["agent"]))
        .to_vec();
    let verifier = Verifier::new(trusted, Policy::default());
    let of = |issuer: &str| {
        let text = plain(&json!({ "iss": issuer }));
        verifier.unverified_issuer(BearerToken::new(&text))
    };
    assert_eq!(of("https://b.example"), Some(1));
    assert_eq!(of("https://c.example"), None);
    assert_eq!(
        verifier.unverified_issuer(BearerToken::new("no token")),
        None
    );
}

#[test]
fn a_token_is_known_by_the_issuer_that_it_names() {
    let verifier = verifier(Policy::default());
    let is_named = |text: &str| verifier.is_named_by(BearerToken::new(text));
    assert!(is_named(&plain(&claims())));
    for other in [
        json!({ "iss": "https://c.example" }),
        json!({}),
        json!({ "iss": [ISSUER] }),
    ] {
        assert!(!is_named(&plain(&other)), "{other}");
    }
    assert!(!is_named("opaque"));
    assert!(!is_named(ISSUER));
}

#[test]
fn no_token_is_of_the_issuer_of_api_keys() {
    for issuer in [API_KEY_ISSUER, ":other"] {
        let verifier = Verifier::new(vec![trusted(Some(issuer), &["agent"])], Policy::default());
        let mut claims = claims();
        claims["iss"] = issuer.into();
        let expected = (issuer == API_KEY_ISSUER).then_some(VerifyError::UntrustedIssuer);
        assert_eq!(fault(&verifier, &plain(&claims), NOW), expected, "{issuer}");
    }
}

#[test]
fn a_key_given_by_hand_may_serve_named_tokens() {
    let text = token(&json!({ "alg": "HS256", "kid": "theirs" }), &claims());
    assert_eq!(
        fault(&verifier(Policy::default()), &text, NOW),
        Some(VerifyError::UnknownKid)
    );
    let lenient = Policy {
        unnamed_keys: UnnamedKeys::ForAnyToken,
        ..Policy::default()
    };
    assert_eq!(fault(&verifier(lenient), &text, NOW), None);
}

#[test]
fn limits_can_be_set() {
    let mut long = claims();
    long["exp"] = json!(NOW + 90_000_000);
    let text = plain(&long);
    assert_eq!(
        fault(&verifier(Policy::default()), &text, NOW),
        Some(VerifyError::LifetimeTooLong)
    );
    let unlimited = Policy {
        max_token_lifetime: None,
        ..Policy::default()
    };
    assert_eq!(fault(&verifier(unlimited), &text, NOW), None);

    // Without `iat`, what is left of its life is what counts.
    for (left, expected) in [(86_430, None), (86_431, Some(VerifyError::LifetimeTooLong))] {
        let text = plain(&json!({
            "iss": ISSUER, "aud": "agent", "sub": "alice", "exp": NOW + left,
        }));
        let verifier = verifier(Policy::default());
        assert_eq!(fault(&verifier, &text, NOW), expected, "{left}");
    }

    let mut large = claims();
    large["fill"] = json!("x".repeat(9_000));
    let text = plain(&large);
    assert_eq!(
        fault(&verifier(Policy::default()), &text, NOW),
        Some(VerifyError::TooLarge)
    );
    let larger = || Policy {
        max_token_bytes: usize::MAX,
        ..Policy::default()
    };
    assert_eq!(fault(&verifier(larger()), &text, NOW), None);
    large["fill"] = json!("x".repeat(13_000));
    assert_eq!(
        fault(&verifier(larger()), &plain(&large), NOW),
        Some(VerifyError::TooLarge)
    );

    let twice = vec!["jti".to_owned(), "jti".to_owned()];
    let required = Policy {
        required_claims: twice,
        ..Policy::default()
    };
    assert_eq!(fault(&verifier(required), &plain(&claims()), NOW), None);
}

#[test]
fn debug_shows_no_token_no_claim_and_no_secret() {
    let list = Arc::new(RevocationList::new());
    list.replace([(ISSUER.to_owned(), "jti-of-bob".to_owned())])
        .expect("a short list");
    let verifier = remembering().with_revocations(list);
    let text = plain(&claims());
    let good = verifier
        .verify(BearerToken::new(&text), UnixSeconds::new(NOW))
        .expect("a good token");
    let fault = fault(&verifier, &plain(&json!({ "iss": "alice" })), NOW);
    let shown = format!(
        "{verifier:?} {good:?} {:?} {fault:?} {}",
        BearerToken::new(&text),
        fault.map(|fault| fault.to_string()).unwrap_or_default(),
    );
    for secret in [
        "alice",
        "t-1",
        "jti-of-bob",
        "0123456789",
        "premium",
        &text,
        &text[..20],
    ] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
    assert!(shown.contains("VerifiedClaims { .. }") && shown.contains("TokenCache(1 tokens)"));
}

#[test]
fn codes_are_distinct() {
    use VerifyError as E;
    let all = [
        E::TooLarge,
        E::Malformed,
        E::MalformedHeader,
        E::AlgorithmNotAllowed,
        E::EmbeddedKey,
        E::CriticalHeader,
        E::UnsupportedHeader,
        E::TypeNotAccepted,
        E::UntrustedIssuer,
        E::KeysUnavailable,
        E::UnknownKid,
        E::BadSignature,
        E::MalformedClaims,
        E::MissingClaim("sub"),
        E::InvalidClaim("sub"),
        E::WrongAudience,
        E::Expired,
        E::NotYetValid,
        E::IssuedInFuture,
        E::LifetimeTooLong,
        E::ConflictingScopes,
        E::ProofRequired,
        E::Revoked,
    ];
    let mut codes: Vec<_> = all.iter().map(|error| error.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all.len());
    assert!(all.iter().all(|error| !error.description().is_empty()));
    assert_eq!(
        all.iter().filter(|error| !error.is_callers_fault()).count(),
        1
    );
}

#[test]
fn a_memory_of_good_tokens_tells_what_it_has_come_to() {
    let verifier = remembering();
    let good = plain(&claims());
    for (token, comes) in [(&good, "for the first time"), (&good, "again")] {
        assert_eq!(fault(&verifier, token, NOW), None, "{comes}");
    }
    let status = verifier.cache_status().expect("a memory");
    assert_eq!((status.hits, status.misses, status.entries), (1, 1, 1));
    let forgetful = Policy {
        cached_tokens: 0,
        ..Policy::default()
    };
    assert_eq!(self::verifier(forgetful).cache_status(), None);
}
