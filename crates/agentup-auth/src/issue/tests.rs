//! What is signed is what verifiers read.

use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Map, Value, json};

use super::{SignError, SigningKey, sign, with_broken_signature};
use crate::{
    Algorithm, BearerToken, HmacSecret, KeySet, Policy, TrustedIssuer, UnixSeconds,
    VerificationKey, Verifier, VerifyError,
};

const SECRET: &[u8] = &[7; 64];

fn claims() -> Map<String, Value> {
    let claims = json!({ "iss": "me", "aud": "you", "sub": "alice", "exp": 4_000_000_000_u64 });
    claims.as_object().expect("an object").clone()
}

/// A new key pair, and a key set from its public half; the fixed secret for HMAC.
fn pair(algorithm: Algorithm) -> (SigningKey, KeySet, Option<Map<String, Value>>) {
    if algorithm.is_symmetric() {
        let secret = HmacSecret::new(SECRET).expect("a secret");
        let key = VerificationKey::hmac(algorithm, &secret, None).expect("a key");
        let signing = SigningKey::hmac(algorithm, SECRET).expect("a signing key");
        return (signing, KeySet::new(vec![key]).expect("a set"), None);
    }
    let pem = SigningKey::generate_pem(algorithm).expect("a new key");
    let signing = SigningKey::from_pem(algorithm, pem.as_bytes()).expect("the new key reads back");
    let jwk = signing.public_jwk(Some("k")).expect("a public half");
    let set = json!({ "keys": [jwk] }).to_string();
    let loaded = KeySet::from_jwks(set.as_bytes(), &[algorithm]).expect("a set");
    assert_eq!(loaded.skipped, []);
    (signing, loaded.keys, Some(jwk))
}

fn verify(token: &str, keys: KeySet) -> Result<(), VerifyError> {
    let issuer = TrustedIssuer {
        issuer: Some("me".to_owned()),
        audiences: vec!["you".to_owned()],
        keys,
    };
    Verifier::new(vec![issuer], Policy::default())
        .verify(BearerToken::new(token), UnixSeconds::new(3_999_990_000))
        .map(drop)
}

#[test]
fn every_algorithm_signs_what_the_verifier_accepts() {
    for algorithm in Algorithm::ALL {
        let (signing, keys, _) = pair(algorithm);
        let token = sign(&Map::new(), &claims(), &signing).expect("a token");
        assert_eq!(verify(&token, keys.clone()), Ok(()), "{algorithm}");
        let broken = with_broken_signature(&token);
        assert_eq!(
            verify(&broken, keys),
            Err(VerifyError::BadSignature),
            "{algorithm}"
        );
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "an independent reader of what was signed"
)]
fn another_library_reads_it_too() {
    for algorithm in Algorithm::ALL {
        // The library has no P-521.
        let Ok(name) = algorithm.name().parse() else {
            continue;
        };
        let (signing, _, jwk) = pair(algorithm);
        let key = match jwk {
            None => DecodingKey::from_secret(SECRET),
            Some(jwk) => {
                let jwk = serde_json::from_value(Value::Object(jwk)).expect("a JWK of theirs");
                DecodingKey::from_jwk(&jwk).expect("a key of theirs")
            }
        };
        let token = sign(&Map::new(), &claims(), &signing).expect("a token");
        let mut validation = Validation::new(name);
        validation.set_audience(&["you"]);
        let read = jsonwebtoken::decode::<Value>(&token, &key, &validation).expect("their verdict");
        assert_eq!(read.claims["sub"], "alice", "{algorithm}");
    }
}

#[test]
fn a_key_of_another_kind_is_refused() {
    for algorithm in Algorithm::ALL {
        for other in Algorithm::ALL {
            let (Ok(pem), true) = (
                SigningKey::generate_pem(algorithm),
                algorithm.family() != other.family(),
            ) else {
                continue;
            };
            let read = SigningKey::from_pem(other, pem.as_bytes()).map(|key| key.algorithm());
            assert_eq!(
                read,
                Err(SignError::NotAKey(other)),
                "{algorithm} as {other}"
            );
        }
    }
    let p256 = SigningKey::generate_pem(Algorithm::ES256).expect("a new key");
    assert!(SigningKey::from_pem(Algorithm::ES384, p256.as_bytes()).is_err());
    assert!(SigningKey::hmac(Algorithm::RS256, SECRET).is_err());
    assert!(SigningKey::generate_pem(Algorithm::HS256).is_err());
}

#[test]
fn debug_shows_the_algorithm_only() {
    let key = SigningKey::hmac(Algorithm::HS256, b"a secret nobody may see").expect("a key");
    assert_eq!(format!("{key:?}"), "SigningKey(HS256)");
}
