//! The keys that are trusted: checked once when they are loaded, ready to verify with.

use std::fmt;

use aws_lc_rs::{hmac, signature::ParsedPublicKey};

use crate::{algorithm::Algorithm, token::header::MAX_KID_BYTES};

mod der;
mod error;
#[cfg(feature = "issue")]
mod export;
mod jwk;
mod material;
mod pem;
mod proof;
mod secret;
mod set;

pub use error::KeyError;
pub(crate) use material::Material;
pub(crate) use proof::{ProofKey, Thumbprint};
pub use secret::HmacSecret;
pub use set::{KeySet, LoadedKeys, SkippedKey, UnnamedKeys};

/// A key that verifies one algorithm. The algorithm is a property of the key: a token can only
/// agree with it (RFC 8725 §3.1).
#[derive(Clone)]
pub struct VerificationKey {
    kid: Option<Box<str>>,
    algorithm: Algorithm,
    prepared: Prepared,
}

/// The key in the form in which the backend verifies without parsing anything again.
#[derive(Clone)]
enum Prepared {
    Secret(Box<hmac::Key>),
    Public(ParsedPublicKey),
}

impl VerificationKey {
    /// A key from a shared secret.
    ///
    /// # Errors
    /// When the algorithm is none of HMAC, the secret is shorter than the hash output
    /// (RFC 7518 §3.2), or the `kid` is empty or over 256 bytes.
    pub fn hmac(
        algorithm: Algorithm,
        secret: &HmacSecret,
        kid: Option<&str>,
    ) -> Result<Self, KeyError> {
        let hash = match algorithm {
            Algorithm::HS256 => hmac::HMAC_SHA256,
            Algorithm::HS384 => hmac::HMAC_SHA384,
            Algorithm::HS512 => hmac::HMAC_SHA512,
            other => return Err(KeyError::DoesNotFit(other)),
        };
        let (required, actual) = (algorithm.hash_bytes(), secret.byte_count());
        if actual < required {
            return Err(KeyError::SecretTooShort {
                algorithm,
                required,
                actual,
            });
        }
        let prepared = Prepared::Secret(Box::new(hmac::Key::new(hash, secret.expose())));
        Ok(Self {
            kid: checked_kid(kid)?,
            algorithm,
            prepared,
        })
    }

    /// A key from a PEM public key, `PUBLIC KEY` (SPKI) or `RSA PUBLIC KEY` (PKCS#1).
    ///
    /// # Errors
    /// When the text is not exactly one public key, or the key is weak or does not fit.
    pub fn from_pem(algorithm: Algorithm, text: &str, kid: Option<&str>) -> Result<Self, KeyError> {
        Self::from_material(&pem::read(text)?, algorithm, checked_kid(kid)?)
    }

    fn from_material(
        material: &Material,
        algorithm: Algorithm,
        kid: Option<Box<str>>,
    ) -> Result<Self, KeyError> {
        Ok(Self {
            kid,
            algorithm,
            prepared: Prepared::Public(material.prepare(algorithm)?),
        })
    }

    /// The name of the key, as tokens give it in `kid`.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The one algorithm that the key verifies.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether the signature is this key's, for this input. Takes the same time wherever an HMAC
    /// differs.
    pub(crate) fn is_signature(&self, input: &[u8], signature: &[u8]) -> bool {
        match &self.prepared {
            Prepared::Secret(key) => hmac::verify(key, input, signature).is_ok(),
            Prepared::Public(key) => key.verify_sig(input, signature).is_ok(),
        }
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

fn checked_kid(kid: Option<&str>) -> Result<Option<Box<str>>, KeyError> {
    match kid {
        None => Ok(None),
        Some(kid) if (1..=MAX_KID_BYTES).contains(&kid.len()) => Ok(Some(kid.into())),
        Some(_) => Err(KeyError::Kid),
    }
}

#[cfg(test)]
mod tests;
