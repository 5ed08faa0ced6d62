//! Tokens for the Quick Start's agent: good ones, and any other that a test asks for.

use agentup_auth::{
    Algorithm,
    issue::{self, SigningKey},
};
use agentup_env::clock;
use serde_json::{Map, Value, json};

use crate::hide;

/// The secret of the Quick Start's `.env`.
pub const SECRET: &str = "super-secret-jwt-key-for-testing-only-change-in-production";
/// Its issuer.
pub const ISSUER: &str = "test-issuer";
/// Its audience.
pub const AUDIENCE: &str = "agentup-jwt-test";

/// A good token. Without scopes it has no scope claim, as the generator makes it.
#[must_use]
pub fn token(user: &str, scopes: &str) -> String {
    sign(&claims(user, scopes))
}

/// A good token of which some claims are others; null takes a claim away.
#[must_use]
pub fn token_but(user: &str, scopes: &str, changes: Value) -> String {
    let mut claims = claims(user, scopes);
    let Value::Object(changes) = changes else {
        panic!("changes are an object")
    };
    for (name, value) in changes {
        if value.is_null() {
            claims.remove(&name);
        } else {
            claims.insert(name, value);
        }
    }
    sign(&claims)
}

/// A token that expired an hour ago.
#[must_use]
pub fn expired(user: &str, scopes: &str) -> String {
    let then = now().saturating_sub(7200);
    token_but(
        user,
        scopes,
        json!({"iat": then, "nbf": then, "exp": then.saturating_add(3600)}),
    )
}

/// The claims of a good token, as the requirement document makes them.
#[must_use]
pub fn claims(user: &str, scopes: &str) -> Map<String, Value> {
    let now = now();
    let Value::Object(mut claims) = json!({
        "sub": user, "iss": ISSUER, "aud": AUDIENCE,
        "iat": now, "exp": now.saturating_add(3600), "nbf": now,
    }) else {
        unreachable!()
    };
    if !scopes.is_empty() {
        claims.insert("scope".to_owned(), scopes.into());
    }
    claims
}

/// Seconds of the Unix epoch.
#[must_use]
pub fn now() -> u64 {
    clock::unix_now()
}

/// Signs claims as the Quick Start's issuer does.
#[must_use]
pub fn sign(claims: &Map<String, Value>) -> String {
    sign_with(Algorithm::HS256, SECRET, claims)
}

/// Signs claims with another algorithm or secret.
#[must_use]
pub fn sign_with(algorithm: Algorithm, secret: &str, claims: &Map<String, Value>) -> String {
    let key = SigningKey::hmac(algorithm, secret.as_bytes()).expect("a key");
    let token = issue::sign(&Map::new(), claims, &key).expect("a signature");
    hide(&token);
    token
}

/// Signs the texts of a header and of a payload as they stand, with the Quick Start's secret.
#[must_use]
pub fn sign_texts(header: &str, payload: &str) -> String {
    let key = SigningKey::hmac(Algorithm::HS256, SECRET.as_bytes()).expect("a key");
    let token =
        issue::sign_bytes(header.as_bytes(), payload.as_bytes(), &key).expect("a signature");
    hide(&token);
    token
}
