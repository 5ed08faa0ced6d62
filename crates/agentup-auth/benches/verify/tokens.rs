//! The tokens that are measured: those of the documentation, each a little different.

use agentup_auth::{
    Algorithm,
    issue::{self, SigningKey},
    test_support,
};
use serde_json::{Map, Value, json};

use crate::{TOKENS, keys::Keys};

/// Tokens of one kind, and whether they are good.
pub(crate) struct Tokens {
    pub(crate) texts: Vec<String>,
    pub(crate) are_good: bool,
}

impl Tokens {
    /// Good tokens with about `fill` bytes more than they need.
    pub(crate) fn good(keys: &Keys, now: u64, fill: usize, count: usize) -> Self {
        let token = |n| keys.sign(&claims(now, n, fill));
        Self {
            texts: (0..count).map(token).collect(),
            are_good: true,
        }
    }

    /// The middle of the lengths.
    pub(crate) fn bytes(&self) -> usize {
        let mut lengths: Vec<usize> = self.texts.iter().map(String::len).collect();
        lengths.sort_unstable();
        lengths[lengths.len() / 2]
    }
}

/// Tokens that a verifier of named HS256 keys refuses, by what is wrong with them.
pub(crate) fn refused(now: u64) -> [(&'static str, Tokens); 5] {
    let keys = Keys::named_hs256();
    let good = || (0..TOKENS).map(|n| claims(now, n, 0));
    let broken = |claims: Map<String, Value>| issue::with_broken_signature(&keys.sign(&claims));
    let half = |claims: Map<String, Value>| {
        let mut token = keys.sign(&claims);
        token.truncate(token.len() / 2);
        token
    };
    let sign_as = |claims: &Map<String, Value>, header: Value, algorithm| {
        let header = header.as_object().expect("an object");
        let key = SigningKey::hmac(algorithm, test_support::SECRET.as_bytes());
        issue::sign(header, claims, &key.expect("a secret")).expect("HMAC signs anything")
    };
    let other_kid =
        |claims: Map<String, Value>| sign_as(&claims, json!({ "kid": "other" }), Algorithm::HS256);
    let other_algorithm = |claims: Map<String, Value>| {
        sign_as(
            &claims,
            json!({ "kid": test_support::KID }),
            Algorithm::HS384,
        )
    };
    let expired = (0..TOKENS).map(|n| keys.sign(&claims(now - 86_400, n, 0)));
    [
        ("expired", expired.collect::<Vec<_>>()),
        ("malformed", good().map(half).collect()),
        ("bad signature", good().map(broken).collect()),
        ("unknown kid", good().map(other_kid).collect()),
        ("wrong alg", good().map(other_algorithm).collect()),
    ]
    .map(|(name, texts)| {
        let are_good = false;
        (name, Tokens { texts, are_good })
    })
}

/// The claims of the documentation, with a `jti` and, to fill them, a list of groups.
fn claims(now: u64, n: usize, fill: usize) -> Map<String, Value> {
    let mut claims = json!({
        "sub": format!("user{n}"),
        "iss": test_support::ISSUER,
        "aud": test_support::AUDIENCE,
        "iat": now,
        "exp": now + 3_600,
        "jti": format!("4b5e22ac-9d0f-4f3b-8a41-{n:012x}"),
        "scope": "basic,premium",
    });
    // Four bytes of a token are three of its claims; one group is 39 of them.
    let groups = (0..fill * 3 / 4 / 39).map(|group| format!("{group:08x}-f6a3-4bb1-93a6-{n:012x}"));
    if fill > 0 {
        claims["groups"] = groups.collect();
    }
    match claims {
        Value::Object(claims) => claims,
        _ => Map::new(),
    }
}

/// The moment of the measurement: `jsonwebtoken` asks the clock, so the tokens must be good now.
#[expect(
    clippy::disallowed_methods,
    reason = "a verifier in use reads the clock for each token, and what it is held against does"
)]
pub(crate) fn now() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("it is after 1970")
        .as_secs()
}
