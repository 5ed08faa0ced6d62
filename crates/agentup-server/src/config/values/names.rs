//! Names that others have fixed: of algorithms, scopes and media types.

use agentup_auth::{Algorithm, Scope};

use serde_json::json;

use super::Kind;

/// A signature algorithm.
pub(in super::super) struct SignatureAlgorithm;

impl Kind for SignatureAlgorithm {
    type Value = Algorithm;

    fn read(&self, text: &str) -> Result<Algorithm, String> {
        if text.eq_ignore_ascii_case("none") {
            return Err("is no signature at all and can never be allowed".to_owned());
        }
        text.parse().map_err(|error| format!("is {error}"))
    }

    fn expected(&self) -> String {
        "the name of a signature algorithm such as HS256 or RS256".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        let names = Algorithm::ALL.map(Algorithm::name);
        // The other name of EdDSA (RFC 9864 §2.2).
        json!({"enum": names.iter().copied().chain(["Ed25519"]).collect::<Vec<_>>()})
    }

    fn show(&self, value: &Algorithm) -> serde_yaml::Value {
        value.name().into()
    }
}

/// A scope.
pub(in super::super) struct ScopeName;

impl Kind for ScopeName {
    type Value = Scope;

    fn read(&self, text: &str) -> Result<Scope, String> {
        Scope::parse(text).map_err(|error| format!("is not a scope: {error}"))
    }

    fn expected(&self) -> String {
        "the name of a scope".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        // RFC 6749 §3.3.
        json!({"type": "string", "pattern": "^[!#-\\[\\]-~]+$"})
    }

    fn show(&self, value: &Scope) -> serde_yaml::Value {
        value.as_str().into()
    }
}

/// A media type; `text` is short for `text/plain`.
pub(in super::super) struct MediaType;

impl Kind for MediaType {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, String> {
        let is_token = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+*".contains(&byte))
        };
        // RFC 6838 §4.2: the names; parameters follow behind a semicolon.
        let names = text.split(';').next().unwrap_or_default().trim_end();
        match names.split_once('/') {
            None if text.eq_ignore_ascii_case("text") => Ok("text/plain".to_owned()),
            Some((kind, subtype)) if is_token(kind) && is_token(subtype) => Ok(text.to_owned()),
            _ => Err(format!("is not {}", self.expected())),
        }
    }

    fn expected(&self) -> String {
        "`text` or a media type such as application/json".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        json!({"type": "string", "pattern": "^([tT][eE][xX][tT]|[^/]+/.+)$"})
    }

    fn show(&self, value: &String) -> serde_yaml::Value {
        value.as_str().into()
    }
}
