//! Tokens to judge, signed on the spot with fixed times.

use agentup_auth::{
    Algorithm,
    issue::{self, SigningKey},
};
use serde_json::{Map, Value, json};

pub(crate) const SECRET: &str =
    "a-secret-of-at-least-thirty-two-bytes-0123456789-0123456789-0123456789";

/// A quarter past the hour in which the usual token is good, 2026-01-01T00:15:00Z.
pub(crate) const NOW: &str = "1767226500";

/// The claims of the usual token, good from 2026-01-01T00:00:00Z for an hour.
pub(crate) fn usual_claims() -> Value {
    json!({
        "sub": "premium-user",
        "iss": "test-issuer",
        "aud": "agentup-jwt-test",
        "iat": 1_767_225_600,
        "exp": 1_767_229_200,
        "nbf": 1_767_225_600,
        "scope": "basic,premium",
        "email": "user@example.com",
    })
}

/// A token with these claims, and HS256.
pub(crate) fn with_claims(claims: &Value) -> String {
    signed(&json!({}), claims, Algorithm::HS256, SECRET)
}

/// The usual token, but for these claims; null takes one away.
pub(crate) fn but(changes: &Value) -> String {
    let mut claims = object(&usual_claims());
    for (name, value) in object(changes) {
        if value.is_null() {
            claims.shift_remove(&name);
        } else {
            claims.insert(name, value);
        }
    }
    with_claims(&claims.into())
}

pub(crate) fn signed(header: &Value, claims: &Value, algorithm: Algorithm, secret: &str) -> String {
    let key = SigningKey::hmac(algorithm, secret.as_bytes()).unwrap();
    issue::sign(&object(header), &object(claims), &key).unwrap()
}

pub(crate) fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}
