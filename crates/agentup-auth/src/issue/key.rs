//! Keys that sign, and the public halves that verifiers get.

use std::fmt;

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
        KeyPair, RsaKeyPair,
    },
};
use jsonwebtoken::EncodingKey;
use serde_json::{Map, Value};

use super::SignError;
use crate::{
    algorithm::{Algorithm, Family},
    base64url,
    keys::Material,
};

/// A key that signs with one algorithm. `Debug` shows the algorithm only.
pub struct SigningKey {
    algorithm: Algorithm,
    signer: Signer,
    /// None for a shared secret.
    public: Option<Material>,
}

enum Signer {
    Library(EncodingKey),
    /// P-521, which the library does not have.
    P521(Box<EcdsaKeyPair>),
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
        let signer = Signer::Library(EncodingKey::from_secret(secret));
        Ok(Self {
            algorithm,
            signer,
            public: None,
        })
    }

    /// A key from a PEM private key: PKCS#8 (`PRIVATE KEY`), or the older forms
    /// `RSA PRIVATE KEY` and `EC PRIVATE KEY`.
    ///
    /// # Errors
    /// When the text is no private key for the algorithm.
    pub fn from_pem(algorithm: Algorithm, text: &[u8]) -> Result<Self, SignError> {
        Self::read(algorithm, text).ok_or(SignError::NotAKey(algorithm))
    }

    fn read(algorithm: Algorithm, text: &[u8]) -> Option<Self> {
        let block = pem::parse(text).ok()?;
        let (tag, der) = (block.tag(), block.contents());
        let (signer, public) = match algorithm.family() {
            Family::Rsa => {
                let pair = match tag {
                    "PRIVATE KEY" => RsaKeyPair::from_pkcs8(der),
                    "RSA PRIVATE KEY" => RsaKeyPair::from_der(der),
                    _ => return None,
                };
                let public = Material::from_pkcs1(pair.ok()?.public_key().as_ref())?;
                (
                    Signer::Library(EncodingKey::from_rsa_pem(text).ok()?),
                    public,
                )
            }
            Family::Ec => {
                let curve = signing_curve(algorithm)?;
                let pair = match tag {
                    "PRIVATE KEY" => EcdsaKeyPair::from_pkcs8(curve, der),
                    "EC PRIVATE KEY" => EcdsaKeyPair::from_private_key_der(curve, der),
                    _ => return None,
                };
                let pair = pair.ok()?;
                let public = Material::from_point(algorithm, pair.public_key().as_ref())?;
                (ec_signer(algorithm, pair)?, public)
            }
            Family::Ed25519 if tag == "PRIVATE KEY" => {
                let pair = Ed25519KeyPair::from_pkcs8(der).ok()?;
                let public = Material::Ed25519(pair.public_key().as_ref().to_vec());
                (Signer::Library(EncodingKey::from_ed_der(der)), public)
            }
            Family::Hmac | Family::Ed25519 => return None,
        };
        Some(Self {
            algorithm,
            signer,
            public: Some(public),
        })
    }

    /// Makes a new key pair, of 2048 bits for RSA, and returns its private key as PEM (PKCS#8).
    ///
    /// # Errors
    /// When the algorithm takes a shared secret, or the system has no randomness.
    pub fn generate_pem(algorithm: Algorithm) -> Result<String, SignError> {
        let failed = |_| SignError::CannotSign;
        let pkcs8 = match algorithm.family() {
            Family::Hmac => return Err(SignError::NoKeyPair(algorithm)),
            Family::Rsa => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                pair.as_der().map_err(failed)?.as_ref().to_vec()
            }
            Family::Ec => {
                let curve = signing_curve(algorithm).ok_or(SignError::NoKeyPair(algorithm))?;
                let pair = EcdsaKeyPair::generate(curve).map_err(failed)?;
                pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
            }
            Family::Ed25519 => {
                let pair = Ed25519KeyPair::generate().map_err(failed)?;
                pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
            }
        };
        let line_ending = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        Ok(pem::encode_config(
            &pem::Pem::new("PRIVATE KEY", pkcs8),
            line_ending,
        ))
    }

    /// The algorithm that the key signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public half as a JWK with `use` and `alg` (RFC 7517 §4); none for a shared secret.
    #[must_use]
    pub fn public_jwk(&self, kid: Option<&str>) -> Option<Map<String, Value>> {
        let mut jwk = self.public.as_ref()?.to_jwk();
        jwk.insert("use".to_owned(), "sig".into());
        jwk.insert("alg".to_owned(), self.algorithm.name().into());
        if let Some(kid) = kid {
            jwk.insert("kid".to_owned(), kid.into());
        }
        Some(jwk)
    }

    /// The signature of `input` in base64url.
    pub(super) fn sign(&self, input: &[u8]) -> Result<String, SignError> {
        match &self.signer {
            Signer::Library(key) => {
                jsonwebtoken::crypto::sign(input, key, library_name(self.algorithm)?)
                    .map_err(|_| SignError::CannotSign)
            }
            Signer::P521(pair) => {
                let signature = pair.sign(&SystemRandom::new(), input);
                let signature = signature.map_err(|_| SignError::CannotSign)?;
                Ok(base64url::encode(signature.as_ref()))
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.algorithm)
    }
}

fn signing_curve(algorithm: Algorithm) -> Option<&'static EcdsaSigningAlgorithm> {
    match algorithm {
        Algorithm::ES256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::ES384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
        Algorithm::ES512 => Some(&ECDSA_P521_SHA512_FIXED_SIGNING),
        _ => None,
    }
}

fn ec_signer(algorithm: Algorithm, pair: EcdsaKeyPair) -> Option<Signer> {
    if algorithm == Algorithm::ES512 {
        return Some(Signer::P521(Box::new(pair)));
    }
    let pkcs8 = pair.to_pkcs8v1().ok()?;
    Some(Signer::Library(EncodingKey::from_ec_der(pkcs8.as_ref())))
}

fn library_name(algorithm: Algorithm) -> Result<jsonwebtoken::Algorithm, SignError> {
    // Both go by the names of RFC 7518 §3.1.
    algorithm
        .name()
        .parse()
        .map_err(|_| SignError::NotAKey(algorithm))
}
