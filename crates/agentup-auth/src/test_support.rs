//! Fixed keys, times and claims for tests and for the test vectors. They protect nothing.

use serde_json::{Map, Value, json};

use crate::{
    algorithm::{Algorithm, Family},
    issue::{self, SigningKey},
    time::UnixSeconds,
};

pub mod vectors;

/// The moment at which the fixed claims are good.
pub const NOW: UnixSeconds = UnixSeconds::new(1_800_000_000);
/// The issuer of the fixed claims.
pub const ISSUER: &str = "https://issuer.example";
/// The audience of the fixed claims.
pub const AUDIENCE: &str = "agentup";
/// The subject of the fixed claims.
pub const SUBJECT: &str = "alice";
/// The `kid` of every fixed public key.
pub const KID: &str = "key-1";
/// A secret that is long enough for every HMAC algorithm.
pub const SECRET: &str = "fixed-secret-of-the-tests-0123456789-abcdefghijklmnopqrstuvwxyz-64";
/// Another such secret.
pub const OTHER_SECRET: &str = "other-secret-of-the-tests-0123456789-abcdefghijklmnopqrstuvwxyz-64";

/// The fixed private key of an asymmetric algorithm, as PEM; none for HMAC.
#[must_use]
pub const fn private_pem(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        Algorithm::ES256 => Some(include_str!("test_support/p256.pem")),
        Algorithm::ES384 => Some(include_str!("test_support/p384.pem")),
        Algorithm::ES512 => Some(include_str!("test_support/p521.pem")),
        Algorithm::EdDSA => Some(include_str!("test_support/ed25519.pem")),
        _ if matches!(algorithm.family(), Family::Rsa) => {
            Some(include_str!("test_support/rsa.pem"))
        }
        _ => None,
    }
}

/// A second private key, for RSA and P-256; none for the others.
#[must_use]
pub const fn other_private_pem(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm.family() {
        Family::Rsa => Some(include_str!("test_support/rsa_other.pem")),
        Family::Ec if matches!(algorithm, Algorithm::ES256) => {
            Some(include_str!("test_support/p256_other.pem"))
        }
        _ => None,
    }
}

/// The fixed key that signs with this algorithm.
///
/// # Panics
/// When a fixed key cannot be read: a fault in this module.
#[must_use]
#[expect(
    clippy::expect_used,
    reason = "the keys are part of this module and read by its tests"
)]
pub fn signing_key(algorithm: Algorithm) -> SigningKey {
    match private_pem(algorithm) {
        Some(pem) => SigningKey::from_pem(algorithm, pem.as_bytes()),
        None => SigningKey::hmac(algorithm, SECRET.as_bytes()),
    }
    .expect("the fixed key fits")
}

/// The public half of the fixed key of an asymmetric algorithm, as a JWK set of one key named
/// [`KID`]; empty for HMAC.
#[must_use]
pub fn jwks(algorithm: Algorithm) -> Value {
    let keys: Vec<_> = signing_key(algorithm)
        .public_jwk(Some(KID))
        .into_iter()
        .collect();
    json!({ "keys": keys })
}

/// Claims that are good at [`NOW`] and for an hour.
#[must_use]
pub fn claims() -> Map<String, Value> {
    let now = NOW.get();
    let pairs = [
        ("iss", json!(ISSUER)),
        ("aud", json!(AUDIENCE)),
        ("sub", json!(SUBJECT)),
        ("iat", json!(now)),
        ("exp", json!(now.saturating_add(3600))),
        ("jti", json!("token-1")),
        ("scope", json!("basic premium")),
    ];
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Signs claims with the fixed key of the algorithm, named [`KID`] if it is asymmetric.
///
/// # Panics
/// When the fixed key cannot sign: a fault in this module.
#[must_use]
#[expect(
    clippy::expect_used,
    reason = "the keys are part of this module and read by its tests"
)]
pub fn token(algorithm: Algorithm, claims: &Map<String, Value>) -> String {
    let mut header = Map::new();
    if !algorithm.is_symmetric() {
        header.insert("kid".to_owned(), KID.into());
    }
    issue::sign(&header, claims, &signing_key(algorithm)).expect("the fixed key signs")
}
