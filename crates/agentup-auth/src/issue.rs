//! Signing: for the generator, for development issuers and for tests. Never in the server.

use std::fmt;

use jsonwebtoken::EncodingKey;
use serde_json::{Map, Value};

use crate::{
    algorithm::{Algorithm, Family},
    base64url,
};

/// A key that signs with one algorithm. `Debug` shows the algorithm only.
pub struct SigningKey {
    algorithm: Algorithm,
    key: EncodingKey,
}

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The text is no private key for the algorithm.
    #[error("not a private key for {0}")]
    NotAKey(Algorithm),
    /// The key cannot sign, for example because it is too short.
    #[error("the key cannot sign")]
    CannotSign,
    /// Header or claims cannot be written as JSON.
    #[error("header or claims cannot be written as JSON")]
    Json,
}

impl SigningKey {
    /// A key from a shared secret. Any secret is taken, also one that a verifier refuses.
    ///
    /// # Errors
    /// When the algorithm is none of HMAC.
    pub fn hmac(algorithm: Algorithm, secret: &[u8]) -> Result<Self, SignError> {
        if algorithm.family() != Family::Hmac {
            return Err(SignError::NotAKey(algorithm));
        }
        Ok(Self {
            algorithm,
            key: EncodingKey::from_secret(secret),
        })
    }

    /// A key from a PEM private key: PKCS#8, or PKCS#1 for RSA.
    ///
    /// # Errors
    /// When the text is no private key for the algorithm.
    pub fn from_pem(algorithm: Algorithm, pem: &[u8]) -> Result<Self, SignError> {
        let key = match algorithm.family() {
            Family::Rsa => EncodingKey::from_rsa_pem(pem),
            Family::Ec => EncodingKey::from_ec_pem(pem),
            Family::Ed25519 => EncodingKey::from_ed_pem(pem),
            Family::Hmac => return Err(SignError::NotAKey(algorithm)),
        };
        let key = key.map_err(|_| SignError::NotAKey(algorithm))?;
        let key = Self { algorithm, key };
        // A key of another curve or size shows only when it is used.
        key.signature(b"")
            .map_err(|_| SignError::NotAKey(algorithm))?;
        Ok(key)
    }

    /// The algorithm that the key signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn signature(&self, input: &[u8]) -> Result<String, SignError> {
        jsonwebtoken::crypto::sign(input, &self.key, library_name(self.algorithm)?)
            .map_err(|_| SignError::CannotSign)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.algorithm)
    }
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
    whole.insert("alg".to_owned(), key.algorithm.name().into());
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
    let signature = key.signature(input.as_bytes())?;
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

fn library_name(algorithm: Algorithm) -> Result<jsonwebtoken::Algorithm, SignError> {
    use jsonwebtoken::Algorithm as Library;
    Ok(match algorithm {
        Algorithm::HS256 => Library::HS256,
        Algorithm::HS384 => Library::HS384,
        Algorithm::HS512 => Library::HS512,
        Algorithm::RS256 => Library::RS256,
        Algorithm::RS384 => Library::RS384,
        Algorithm::RS512 => Library::RS512,
        Algorithm::PS256 => Library::PS256,
        Algorithm::PS384 => Library::PS384,
        Algorithm::PS512 => Library::PS512,
        Algorithm::ES256 => Library::ES256,
        Algorithm::ES384 => Library::ES384,
        Algorithm::EdDSA => Library::EdDSA,
        Algorithm::ES512 => return Err(SignError::NotAKey(algorithm)),
    })
}
