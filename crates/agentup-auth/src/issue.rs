//! Signing: for the generator, for development issuers and for tests. Never in the server.

use serde_json::{Map, Value};

use crate::{algorithm::Algorithm, base64url};

mod key;

pub use key::SigningKey;

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The text is no private key for the algorithm.
    #[error("not a private key for {0}")]
    NotAKey(Algorithm),
    /// A shared secret is not generated here: any random bytes will do.
    #[error("a key pair cannot be generated for {0}")]
    NoKeyPair(Algorithm),
    /// The key cannot sign.
    #[error("the key cannot sign")]
    CannotSign,
    /// Header or claims cannot be written as JSON.
    #[error("header or claims cannot be written as JSON")]
    Json,
}

/// Signs claims. The header has `alg` and `typ: JWT`, and whatever `header` adds or replaces.
///
/// # Errors
/// When the key cannot sign.
pub fn sign(
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
    key: &SigningKey,
) -> Result<String, SignError> {
    let mut whole = Map::new();
    whole.insert("alg".to_owned(), key.algorithm().name().into());
    whole.insert("typ".to_owned(), "JWT".into());
    whole.extend(header.clone());
    let header = serde_json::to_vec(&whole).map_err(|_| SignError::Json)?;
    let claims = serde_json::to_vec(claims).map_err(|_| SignError::Json)?;
    sign_bytes(&header, &claims, key)
}

/// Signs the bytes of a header and of a payload as they stand, whatever they say: for making
/// tokens that must be refused.
///
/// # Errors
/// When the key cannot sign.
pub fn sign_bytes(header: &[u8], payload: &[u8], key: &SigningKey) -> Result<String, SignError> {
    let input = format!(
        "{}.{}",
        base64url::encode(header),
        base64url::encode(payload)
    );
    let signature = key.sign(input.as_bytes())?;
    Ok(format!("{input}.{signature}"))
}

/// The same token with a signature that does not verify: one bit of it is another.
#[must_use]
pub fn with_broken_signature(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap_or((token, ""));
    let mut bytes = base64url::decode(signature.as_bytes()).unwrap_or_default();
    match bytes.first_mut() {
        Some(first) => *first ^= 1,
        None => bytes.push(0),
    }
    format!("{signed}.{}", base64url::encode(&bytes))
}

#[cfg(test)]
mod tests;
