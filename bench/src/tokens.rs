//! Tokens of all kinds that the scenarios need, signed by the bench itself.

use agentup_auth::{
    Algorithm,
    issue::{self, SigningKey},
};
use agentup_env::clock;
use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

/// The secret of HS256 tokens; it protects nothing.
pub(crate) const SECRET: &str = "a-secret-for-the-bench-that-protects-nothing";
/// The issuer and the audience of the Quick Start's agent.
pub(crate) const ISSUER: &str = "test-issuer";
pub(crate) const AUDIENCE: &str = "agentup-jwt-test";

/// What `"group-0000",` takes in a token: four characters for three bytes.
const GROUP: usize = 18;

/// What is wrong with a token, or special about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Good,
    /// Good, but without a scope.
    Unscoped,
    /// Good, and about so many bytes long.
    Sized(usize),
    /// No JSON in it.
    Malformed,
    /// `alg: none` (RFC 8725 §2.1).
    Unsigned,
    BadSignature,
    Expired,
    /// It never expires.
    Timeless,
    OtherIssuer,
    OtherAudience,
    /// Signed, it says, with a key that nobody has.
    UnknownKey,
}

/// Makes tokens, each with a subject and an id of its own.
#[derive(Debug)]
pub(crate) struct Mint {
    key: SigningKey,
    key_id: Option<String>,
    made: u64,
}

impl Mint {
    /// A mint that signs with the secret.
    pub(crate) fn symmetric() -> Result<Self> {
        let key = SigningKey::hmac(Algorithm::HS256, SECRET.as_bytes())?;
        Ok(Self {
            key,
            key_id: None,
            made: 0,
        })
    }

    /// A mint with a new key, and the key's public half.
    pub(crate) fn asymmetric(algorithm: Algorithm, kid: &str) -> Result<(Self, Value)> {
        let pem = SigningKey::generate_pem(algorithm)?;
        let key = SigningKey::from_pem(algorithm, pem.as_bytes())?;
        let jwk = key
            .public_jwk(Some(kid))
            .context("a key without a public half")?;
        let mint = Self {
            key,
            key_id: Some(kid.to_owned()),
            made: 0,
        };
        Ok((mint, Value::Object(jwk)))
    }

    /// So many tokens, no two of them alike.
    pub(crate) fn tokens(&mut self, kind: Kind, count: usize) -> Result<Vec<String>> {
        (0..count).map(|_| self.token(kind)).collect()
    }

    /// One token.
    pub(crate) fn token(&mut self, kind: Kind) -> Result<String> {
        self.made = self.made.wrapping_add(1);
        let (header, claims) = (self.header(kind), self.claims(kind));
        Ok(match kind {
            Kind::Malformed => "eyJhbGciOiJIUzI1NiJ9.bm90IEpTT04gYXQgYWxs.c2lnbmF0dXJl".to_owned(),
            Kind::Unsigned => {
                let signed = issue::sign(&header, &claims, &self.key)?;
                let end = signed.rfind('.').unwrap_or_default();
                signed.get(..=end).unwrap_or_default().to_owned()
            }
            Kind::BadSignature | Kind::UnknownKey => {
                issue::with_broken_signature(&issue::sign(&header, &claims, &self.key)?)
            }
            _ => issue::sign(&header, &claims, &self.key)?,
        })
    }

    fn header(&self, kind: Kind) -> Map<String, Value> {
        let mut header = Map::new();
        let unknown = || {
            format!(
                "nobody-{:016x}",
                self.made.wrapping_mul(0x9e37_79b9_7f4a_7c15)
            )
        };
        match (kind, &self.key_id) {
            (Kind::UnknownKey, _) => _ = header.insert("kid".to_owned(), unknown().into()),
            (_, Some(id)) => _ = header.insert("kid".to_owned(), id.as_str().into()),
            (_, None) => {}
        }
        if kind == Kind::Unsigned {
            header.insert("alg".to_owned(), "none".into());
        }
        header
    }

    fn claims(&self, kind: Kind) -> Map<String, Value> {
        let made = self.made;
        let now = clock::unix_now();
        let begun = match kind {
            Kind::Expired => now.saturating_sub(7200),
            _ => now,
        };
        let audience = match kind {
            Kind::OtherAudience => "another-agent",
            _ => AUDIENCE,
        };
        let issuer = match kind {
            Kind::OtherIssuer => "another-issuer",
            _ => ISSUER,
        };
        let claims = json!({
            "sub": format!("user-{made:07}"), "iss": issuer, "aud": audience,
            "iat": begun, "nbf": begun, "exp": begun.saturating_add(3600),
            "jti": format!("{made:016x}"), "scope": "basic premium",
        });
        let Value::Object(mut claims) = claims else {
            return Map::new();
        };
        match kind {
            Kind::Unscoped => _ = claims.remove("scope"),
            Kind::Timeless => _ = claims.remove("exp"),
            Kind::Sized(bytes) => {
                // What else is in a token has about 350 bytes.
                let groups = bytes.saturating_sub(350) / GROUP;
                let groups = (0..groups).map(|number| format!("group-{number:04}"));
                claims.insert("groups".to_owned(), groups.collect::<Vec<_>>().into());
            }
            _ => {}
        }
        claims
    }
}
