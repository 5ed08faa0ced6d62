//! HMAC secrets: long enough, and not something that everybody can read.

use std::fmt;

use secrecy::{ExposeSecret, SecretSlice};

use super::{error::KeyError, pem};

/// The secrets that the documentation prints and the most common ones of tutorials. Whoever
/// knows where to look knows them.
const PUBLISHED: [&str; 10] = [
    "test-secret-key-change-in-production",
    "super-secret-jwt-key-for-testing-only-change-in-production",
    "your-development-secret-key",
    "your-super-secure-production-secret",
    "your-super-secure-production-secret-256-bits-minimum",
    "default-secret",
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "a-string-secret-at-least-256-bits-long",
];

/// A secret shared with the issuer, for the HMAC algorithms. `Debug` shows its length only.
#[derive(Clone)]
pub struct HmacSecret(SecretSlice<u8>);

impl HmacSecret {
    /// The longest secret, in bytes.
    pub const MAX_BYTES: usize = 4096;

    /// Takes the bytes of a secret as they stand.
    ///
    /// How long it must be depends on the algorithm (RFC 7518 §3.2) and is checked when a
    /// [`super::VerificationKey`] is made of it.
    ///
    /// # Errors
    /// When it is empty, too long, or the text of a key or certificate: an HMAC key that is
    /// public lets everybody sign (RFC 8725 §3.1).
    pub fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.is_empty() {
            return Err(KeyError::EmptySecret);
        }
        if bytes.len() > Self::MAX_BYTES {
            return Err(KeyError::SecretTooLong);
        }
        if looks_like_a_key(bytes) {
            return Err(KeyError::SecretIsKeyText);
        }
        Ok(Self(SecretSlice::from(bytes.to_vec())))
    }

    /// How many bytes it has; never zero.
    #[must_use]
    pub fn byte_count(&self) -> usize {
        self.expose().len()
    }

    /// Whether the secret is printed in documentation or in tutorials. Nobody may go into
    /// production with it.
    #[must_use]
    pub fn is_published(&self) -> bool {
        PUBLISHED
            .iter()
            .any(|known| known.as_bytes() == self.expose())
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for HmacSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HmacSecret({} bytes)", self.byte_count())
    }
}

/// Whether the bytes are the text or the DER of a key that was made to be read by others.
fn looks_like_a_key(bytes: &[u8]) -> bool {
    if pem::is_der_key(bytes) {
        return true;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    let is_ssh = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"]
        .iter()
        .any(|prefix| text.starts_with(prefix) && text.contains(" AAAA"));
    let is_json = text.starts_with('{') && (text.contains("\"kty\"") || text.contains("\"keys\""));
    text.contains("-----BEGIN") || is_ssh || is_json || pem::is_base64_der_key(text)
}

#[cfg(test)]
mod tests;
