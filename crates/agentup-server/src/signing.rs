//! The agent's own signature: on its card and on what it sends to webhooks. Never on a token.
//!
//! Both are JWS (RFC 7515) with their payload left out, because the reader has it: the card, or the
//! body of the notification. The public half of the key is published as a JWK set.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

mod card;
mod key;

pub use key::{PrivateKey, UnusableKey};

/// The type that a header declares (RFC 7515 §4.1.9): any JWS. The official JavaScript client
/// refuses a header without.
const TYPE: &str = "JOSE";

/// The key, and what every signature says of it.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    key: Arc<PrivateKey>,
    /// The protected header, as it stands in a signature.
    protected: String,
}

/// A JWS without its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// The protected header, in base64url.
    pub(crate) protected: String,
    /// The signature, in base64url.
    pub(crate) signature: String,
}

/// The signature could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature cannot be made")]
pub(crate) struct CannotSign;

impl Signer {
    /// Signs with a key whose public half is found at `keys_url` (`jku`, RFC 7515 §4.1.2).
    pub(crate) fn new(key: Arc<PrivateKey>, keys_url: &str) -> Self {
        let header = json!({
            "alg": key.algorithm(),
            "jku": keys_url,
            "kid": key.id(),
            "typ": TYPE,
        });
        Self {
            key,
            protected: base64url(header.to_string().as_bytes()),
        }
    }

    /// Signs a payload that is not sent along (RFC 7515 §5.1, appendix F).
    pub(crate) fn sign(&self, payload: &[u8]) -> Result<Signature, CannotSign> {
        let input = format!("{}.{}", self.protected, base64url(payload));
        Ok(Signature {
            protected: self.protected.clone(),
            signature: base64url(&self.key.sign(input.as_bytes())?),
        })
    }
}

impl Signature {
    /// The compact form with nothing between the dots (RFC 7515 appendix F).
    pub(crate) fn detached(&self) -> String {
        format!("{}..{}", self.protected, self.signature)
    }
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests;
