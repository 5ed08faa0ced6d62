//! Test vectors: tokens, each one change away from a good one, and the verdict that each must get.
//!
//! They are data, so that the library, the server and the tools are held to the same verdicts.
//! `cargo run -p agentup-auth --features test-support --example vectors` writes them to
//! `tests/vectors/jwt/`.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a vector that cannot be made is a fault in this module, and shows in its tests"
)]

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    algorithm::Algorithm,
    base64url,
    issue::{self, SigningKey},
    test_support,
};

mod algorithms;
mod claims;
mod headers;
mod kids;
mod registered;
mod rfcs;
mod scopes;
mod signatures;
mod structure;
mod times;
mod transport;
mod trust;
mod types;

pub use trust::{IssuerTrust, SecretText, Trust, trusts};

/// Vectors about one thing, in one file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Family {
    /// What they are about; also the name of the file.
    pub family: String,
    /// The vectors, the good ones first.
    pub vectors: Vec<Vector>,
}

/// One input and its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vector {
    /// What is different about it; unique in its family.
    pub name: String,
    /// The rule that decides.
    pub rule: String,
    /// The name of the issuers and keys that are trusted, in `trust.json`.
    pub trust: String,
    /// The moment at which it is judged, in seconds since 1970.
    pub now: u64,
    /// The token, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// … or the values of all `Authorization` headers of a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Vec<String>>,
    /// The verdict: `accepted`, `refused`, or `absent` when there is no credential at all.
    pub expect: String,
    /// Of a refusal: the code in logs and metrics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of a refusal: what the caller is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Of a good token, where it matters: the scopes that it grants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

/// Makes all vectors.
///
/// # Panics
/// When one cannot be made: a fault in this module.
#[must_use]
pub fn families() -> Vec<Family> {
    vec![
        structure::family(),
        algorithms::family(),
        headers::family(),
        kids::family(),
        types::family(),
        claims::family(),
        registered::family(),
        times::family(),
        scopes::family(),
        signatures::family(),
        transport::family(),
        rfcs::family(),
    ]
}

impl Family {
    /// Keeps the tokens that were made before, where nothing but the randomness of the signature
    /// is different: ECDSA and RSA-PSS sign the same bytes with another signature each time.
    pub fn keep_signatures_of(&mut self, earlier: &Self) {
        for vector in &mut self.vectors {
            let Some(known) = earlier
                .vectors
                .iter()
                .find(|known| known.name == vector.name)
            else {
                continue;
            };
            if vector.is_random() && vector.signed_part() == known.signed_part() {
                vector.token.clone_from(&known.token);
            }
        }
    }

    fn new(family: &str) -> Self {
        Self {
            family: family.to_owned(),
            vectors: Vec::new(),
        }
    }

    fn push(&mut self, name: &str, rule: &str, trust: &str, token: String) -> &mut Vector {
        assert!(
            self.vectors.iter().all(|vector| vector.name != name),
            "{name} is there twice"
        );
        self.vectors.push(Vector {
            name: name.to_owned(),
            rule: rule.to_owned(),
            trust: trust.to_owned(),
            now: test_support::NOW.get(),
            token: Some(token),
            authorization: None,
            expect: "accepted".to_owned(),
            code: None,
            description: None,
            scopes: None,
        });
        self.vectors.last_mut().expect("it was pushed")
    }

    fn accept(&mut self, name: &str, rule: &str, trust: &str, token: String) -> &mut Vector {
        self.push(name, rule, trust, token)
    }

    fn refuse(
        &mut self,
        name: &str,
        rule: &str,
        trust: &str,
        code: &str,
        token: String,
    ) -> &mut Vector {
        let vector = self.push(name, rule, trust, token);
        vector.refused(code);
        vector
    }
}

impl Vector {
    fn refused(&mut self, code: &str) {
        "refused".clone_into(&mut self.expect);
        self.code = Some(code.to_owned());
        self.description = Some(description(code).to_owned());
    }

    fn signed_part(&self) -> Option<&str> {
        self.token
            .as_deref()?
            .rsplit_once('.')
            .map(|(signed, _)| signed)
    }

    /// Whether the algorithm makes another signature each time: by the header, or by the name of
    /// a vector whose header says otherwise.
    fn is_random(&self) -> bool {
        let header = self
            .token
            .as_deref()
            .and_then(|token| token.split('.').next());
        let header = base64url::decode(header.unwrap_or_default().as_bytes()).unwrap_or_default();
        let header = String::from_utf8_lossy(&header);
        ["\"ES", "\"PS"]
            .iter()
            .any(|prefix| header.contains(prefix))
            || ["signed with ES", "signed with PS"]
                .iter()
                .any(|part| self.name.contains(part))
    }
}

/// What the caller is told for each code.
fn description(code: &str) -> &'static str {
    match code {
        "algorithm_not_allowed" | "bad_signature" => "JWT signature verification failed",
        "wrong_type" | "proof_required" => "Token type is not accepted",
        "untrusted_issuer" => "Token issuer is not trusted",
        "unknown_kid" => "Token key is unknown",
        "missing_claim" => "Token is missing a required claim",
        "wrong_audience" => "Token audience does not match",
        "expired" => "Token has expired",
        "not_yet_valid" | "issued_in_future" => "Token is not yet valid",
        "revoked" => "Token has been revoked",
        "two_credentials" => "Request has more than one credential",
        _ => "Invalid JWT token format",
    }
}

/// The header of a plain HS256 token.
const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn hs256_key() -> SigningKey {
    test_support::signing_key(Algorithm::HS256)
}

/// The good claims as text.
fn good_text() -> String {
    Value::Object(test_support::claims()).to_string()
}

/// Signs these bytes with HS256 and the fixed secret, whatever they say.
fn hs256(header: &str, payload: impl AsRef<[u8]>) -> String {
    sign(Algorithm::HS256, header, payload)
}

/// Signs these bytes with the fixed key of the algorithm, whatever they say.
fn sign(algorithm: Algorithm, header: &str, payload: impl AsRef<[u8]>) -> String {
    let key = test_support::signing_key(algorithm);
    sign_with(&key, header, payload)
}

fn sign_with(key: &SigningKey, header: &str, payload: impl AsRef<[u8]>) -> String {
    issue::sign_bytes(header.as_bytes(), payload.as_ref(), key).expect("the key signs")
}

/// The good token of an algorithm.
fn good(algorithm: Algorithm) -> String {
    test_support::token(algorithm, &test_support::claims())
}

/// A plain token with the good claims, changed by `change`.
fn changed(change: impl FnOnce(&mut Map<String, Value>)) -> String {
    let mut claims = test_support::claims();
    change(&mut claims);
    hs256(HS256, Value::Object(claims).to_string())
}

/// A plain token with one claim set to a value.
fn with(name: &str, value: Value) -> String {
    changed(|claims| {
        claims.insert(name.to_owned(), value);
    })
}

/// A plain token with one claim set to a text of JSON that a value could not hold.
fn with_text(name: &str, text: &str) -> String {
    let marked = Value::Object({
        let mut claims = test_support::claims();
        claims.insert(name.to_owned(), "@".into());
        claims
    });
    hs256(HS256, marked.to_string().replace("\"@\"", text))
}

/// A plain token without a claim.
fn without(name: &str) -> String {
    changed(|claims| {
        claims.shift_remove(name);
    })
}
