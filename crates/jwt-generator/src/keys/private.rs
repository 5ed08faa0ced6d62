//! A private key as people hand it over, PEM or JWK, and what it says about itself.

use agentup_auth::{
    Algorithm,
    issue::{SignError, SigningKey},
};
use serde_json::{Map, Value};
use thiserror::Error;

use super::{Pair, jwk::Material, thumbprint};

/// Why a private key cannot be used. Nothing of the key is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum PrivateKeyError {
    #[error("not a private key: expected PEM (PKCS#8, PKCS#1 or SEC1), a JWK or a JWK set")]
    NotAKey,
    #[error("the key is encrypted; decrypt it first, for instance with `openssl pkey`")]
    Encrypted,
    #[error("a public key cannot sign")]
    Public,
    #[error("the key is damaged, weak (RSA under 2048 bits), or of a type that is not supported")]
    Unusable,
    #[error("`{0}` is missing or malformed")]
    Member(&'static str),
    #[error("there are several private keys; name one of a JWK set with --kid")]
    SeveralKeys,
    #[error("no private key of the set has this --kid")]
    UnknownKid,
    #[error("`alg` is not a supported signature algorithm")]
    Algorithm,
    #[error(transparent)]
    Sign(SignError),
}

/// A private key that was read.
pub(crate) struct PrivateKey {
    material: Material,
    /// What the key says that it is for.
    algorithm: Option<Algorithm>,
    /// What the key says that it is called.
    pub(crate) kid: Option<String>,
}

impl PrivateKey {
    /// Reads a key of whatever form the text has. Of the keys of a set, the one named `kid`.
    ///
    /// # Errors
    ///
    /// There is no private key, there are several, or it cannot be used.
    pub(crate) fn read(text: &[u8], kid: Option<&str>) -> Result<Self, PrivateKeyError> {
        if !text.trim_ascii_start().starts_with(b"{") {
            return Ok(Self {
                material: Material::Pair(Pair::from_pem(text)?),
                algorithm: None,
                kid: None,
            });
        }
        let object: Map<String, Value> =
            serde_json::from_slice(text).map_err(|_| PrivateKeyError::NotAKey)?;
        match object.get("keys") {
            Some(Value::Array(keys)) => Self::from_jwk(one_of(keys, kid)?),
            Some(_) => Err(PrivateKeyError::Member("keys")),
            None => Self::from_jwk(&object),
        }
    }

    fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, PrivateKeyError> {
        let algorithm = match jwk.get("alg") {
            None => None,
            Some(Value::String(name)) => {
                Some(name.parse().map_err(|_| PrivateKeyError::Algorithm)?)
            }
            Some(_) => return Err(PrivateKeyError::Member("alg")),
        };
        let kid = match jwk.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(PrivateKeyError::Member("kid")),
        };
        Ok(Self {
            material: Material::read(jwk)?,
            algorithm,
            kid,
        })
    }

    /// Whether it is a secret, which verifiers hold too.
    pub(crate) const fn is_secret(&self) -> bool {
        matches!(self.material, Material::Secret(_))
    }

    /// The algorithm to sign with when nobody says which: the key's own, or the usual one of its type.
    pub(crate) fn usual_algorithm(&self) -> Algorithm {
        self.algorithm.unwrap_or(match &self.material {
            Material::Pair(pair) => pair.usual_algorithm(),
            Material::Secret(_) => Algorithm::HS256,
        })
    }

    /// The key that signs with this algorithm.
    ///
    /// # Errors
    ///
    /// The algorithm takes another type of key.
    pub(crate) fn signing_key(&self, algorithm: Algorithm) -> Result<SigningKey, PrivateKeyError> {
        match &self.material {
            Material::Pair(pair) => pair.signing_key(algorithm),
            Material::Secret(secret) => SigningKey::hmac(algorithm, secret),
        }
        .map_err(PrivateKeyError::Sign)
    }
}

/// The name that the key gives itself (RFC 7638); none for a secret, because a hash of it would
/// be in every token.
pub(crate) fn own_name(key: &SigningKey) -> Option<String> {
    key.public_jwk(None).as_ref().map(thumbprint)
}

/// The one private key of a set, or the one of this name.
fn one_of<'a>(
    keys: &'a [Value],
    kid: Option<&str>,
) -> Result<&'a Map<String, Value>, PrivateKeyError> {
    let is_private = |key: &&Map<String, Value>| key.contains_key("d") || key.contains_key("k");
    let private: Vec<_> = keys
        .iter()
        .filter_map(Value::as_object)
        .filter(is_private)
        .collect();
    match (private.as_slice(), kid) {
        ([], _) if keys.is_empty() => Err(PrivateKeyError::NotAKey),
        ([], _) => Err(PrivateKeyError::Public),
        ([one], _) => Ok(one),
        (_, None) => Err(PrivateKeyError::SeveralKeys),
        (several, Some(kid)) => several
            .iter()
            .find(|key| key.get("kid").and_then(Value::as_str) == Some(kid))
            .copied()
            .ok_or(PrivateKeyError::UnknownKid),
    }
}
