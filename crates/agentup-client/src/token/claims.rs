//! What a token says of itself, read without its key: good for display and for a guess, nothing else.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// The claims that matter to a caller. Nobody has checked them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnverifiedClaims {
    /// `sub`, empty when there is none.
    pub(crate) subject: String,
    /// The scopes of `scope`, `scp` and `scopes`, in order, each once.
    pub(crate) scopes: Vec<String>,
    /// `exp` in Unix seconds.
    pub(crate) expires_at: Option<u64>,
}

impl UnverifiedClaims {
    /// Reads the payload of a JWT; `None` if the token is something else.
    pub(super) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let claims: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
        Some(Self {
            subject: claims
                .get("sub")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            scopes: scopes(&claims),
            expires_at: claims.get("exp").and_then(whole_seconds),
        })
    }
}

/// Scopes separated by spaces or commas, or in an array.
fn scopes(claims: &Map<String, Value>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for claim in ["scope", "scp", "scopes"]
        .iter()
        .filter_map(|name| claims.get(*name))
    {
        let texts: Vec<&str> = match claim {
            Value::String(text) => vec![text],
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            _ => vec![],
        };
        for scope in texts
            .iter()
            .flat_map(|text| text.split([' ', ',']))
            .filter(|scope| !scope.is_empty())
        {
            if !found.iter().any(|known| known == scope) {
                found.push(scope.to_owned());
            }
        }
    }
    found
}

/// A `NumericDate` may have a fraction (RFC 7519 §2).
fn whole_seconds(value: &Value) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float saturates in this cast, and before 1970 is as expired as 1970"
    )]
    value
        .as_u64()
        .or_else(|| value.as_f64().map(|seconds| seconds as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(claims: &str) -> Option<UnverifiedClaims> {
        UnverifiedClaims::read(&format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)))
    }

    #[test]
    fn scopes_come_in_every_known_form() {
        for claims in [
            r#"{"scope":"basic,premium"}"#,
            r#"{"scope":"basic premium"}"#,
            r#"{"scp":["basic","premium"]}"#,
            r#"{"scopes":["basic premium","basic"]}"#,
            r#"{"scope":"basic","scp":"premium"}"#,
        ] {
            assert_eq!(
                read(claims).unwrap().scopes,
                ["basic", "premium"],
                "{claims}"
            );
        }
        for claims in ["{}", r#"{"scope":7}"#, r#"{"scope":" , "}"#] {
            assert!(read(claims).unwrap().scopes.is_empty(), "{claims}");
        }
    }

    #[test]
    fn the_rest_is_read_as_far_as_it_goes() {
        let claims = read(r#"{"sub":"alice","exp":1800000000.9}"#).unwrap();
        assert_eq!(
            (claims.subject.as_str(), claims.expires_at),
            ("alice", Some(1_800_000_000))
        );
        let claims = read(r#"{"sub":7,"exp":"soon"}"#).unwrap();
        assert_eq!((claims.subject.as_str(), claims.expires_at), ("", None));
        assert_eq!(read(r#"{"exp":-5}"#).unwrap().expires_at, Some(0));
    }

    #[test]
    fn what_is_no_jwt_says_nothing() {
        for token in [
            "opaque",
            "a.b",
            "a.b.c.d",
            "a.!.c",
            "e30.W10.c2ln",
            "e30..c2ln",
        ] {
            assert_eq!(UnverifiedClaims::read(token), None, "{token}");
        }
    }
}
