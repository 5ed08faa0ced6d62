//! A private key with its public half, in the backend's form, and its way in and out of PEM.

use agentup_auth::{
    Algorithm,
    issue::{SignError, SigningKey},
};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    error::Unspecified,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
        KeyPair as _, RsaKeyPair,
    },
};
use pem::{EncodeConfig, LineEnding, Pem};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{PrivateKeyError, jwk};

/// A private key of a type that has a public half.
pub(crate) enum Pair {
    Rsa(RsaKeyPair),
    /// The curve goes by its one algorithm (RFC 7518 §3.4).
    Ec(Algorithm, EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// What kind of pair to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PairType {
    Rsa(KeySize),
    /// By the algorithm of the curve.
    Ec(Algorithm),
    Ed25519,
}

impl Pair {
    /// Makes a new pair. RSA takes from a moment to a minute.
    ///
    /// # Errors
    ///
    /// The system has no randomness, or the algorithm of the curve has no curve.
    pub(crate) fn generate(kind: PairType) -> Result<Self, Unspecified> {
        Ok(match kind {
            PairType::Rsa(size) => Self::Rsa(RsaKeyPair::generate(size)?),
            PairType::Ec(algorithm) => {
                let curve = signing_curve(algorithm).ok_or(Unspecified)?;
                Self::Ec(algorithm, EcdsaKeyPair::generate(curve)?)
            }
            PairType::Ed25519 => Self::Ed25519(Ed25519KeyPair::generate()?),
        })
    }

    /// Reads PEM: PKCS#8 (`PRIVATE KEY`), PKCS#1 (`RSA PRIVATE KEY`) or SEC1 (`EC PRIVATE KEY`).
    /// Other blocks, such as the `EC PARAMETERS` that openssl writes, may stand beside it.
    ///
    /// # Errors
    ///
    /// There is not exactly one private key, or it cannot be used.
    pub(crate) fn from_pem(text: &[u8]) -> Result<Self, PrivateKeyError> {
        let blocks = pem::parse_many(text).map_err(|_| PrivateKeyError::NotAKey)?;
        let mut private = blocks
            .iter()
            .filter(|block| block.tag().ends_with("PRIVATE KEY"));
        let (block, more) = (private.next(), private.next());
        let der = block.map_or(&[][..], Pem::contents);
        let pair = match block.map(Pem::tag) {
            Some(_) if more.is_some() => return Err(PrivateKeyError::SeveralKeys),
            Some("PRIVATE KEY") => Self::from_pkcs8(der),
            Some("RSA PRIVATE KEY") => RsaKeyPair::from_der(der).ok().map(Self::Rsa),
            Some("EC PRIVATE KEY") => {
                on_its_curve(|curve| EcdsaKeyPair::from_private_key_der(curve, der).ok())
            }
            Some("ENCRYPTED PRIVATE KEY") => return Err(PrivateKeyError::Encrypted),
            Some(_) => None,
            None if blocks.is_empty() => return Err(PrivateKeyError::NotAKey),
            None => return Err(PrivateKeyError::Public),
        };
        pair.ok_or(PrivateKeyError::Unusable)
    }

    fn from_pkcs8(der: &[u8]) -> Option<Self> {
        if let Ok(pair) = RsaKeyPair::from_pkcs8(der) {
            return Some(Self::Rsa(pair));
        }
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
            return Some(Self::Ed25519(pair));
        }
        on_its_curve(|curve| EcdsaKeyPair::from_pkcs8(curve, der).ok())
    }

    /// The algorithm to sign with when nobody says which.
    pub(crate) const fn usual_algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::RS256,
            Self::Ec(algorithm, _) => *algorithm,
            Self::Ed25519(_) => Algorithm::EdDSA,
        }
    }

    /// The key that signs with this algorithm.
    ///
    /// # Errors
    ///
    /// The algorithm takes another type of key.
    pub(crate) fn signing_key(&self, algorithm: Algorithm) -> Result<SigningKey, SignError> {
        let pem = self.to_pem().map_err(|_| SignError::CannotSign)?;
        SigningKey::from_pem(algorithm, pem.as_bytes())
    }

    /// The private key as PEM (PKCS#8).
    pub(crate) fn to_pem(&self) -> Result<Zeroizing<String>, Unspecified> {
        Ok(Zeroizing::new(encode("PRIVATE KEY", &self.pkcs8()?)))
    }

    /// The public half as PEM (SPKI).
    pub(crate) fn to_public_pem(&self) -> Result<String, Unspecified> {
        let spki: PublicKeyX509Der<'_> = match self {
            Self::Rsa(pair) => pair.public_key().as_der()?,
            Self::Ec(_, pair) => pair.public_key().as_der()?,
            Self::Ed25519(pair) => pair.public_key().as_der()?,
        };
        Ok(encode("PUBLIC KEY", spki.as_ref()))
    }

    /// The members of a private JWK that its public half does not have.
    pub(crate) fn private_members(&self) -> Result<Map<String, Value>, Unspecified> {
        match self {
            Self::Rsa(_) => jwk::rsa_members(&self.pkcs8()?),
            Self::Ec(_, pair) => jwk::ec_members(pair),
            Self::Ed25519(pair) => jwk::ed25519_members(pair),
        }
    }

    fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
        let der = match self {
            Self::Rsa(pair) => AsDer::<Pkcs8V1Der<'_>>::as_der(pair)?.as_ref().to_vec(),
            Self::Ec(_, pair) => pair.to_pkcs8v1()?.as_ref().to_vec(),
            Self::Ed25519(pair) => pair.to_pkcs8v1()?.as_ref().to_vec(),
        };
        Ok(Zeroizing::new(der))
    }
}

/// The curve of an algorithm.
pub(super) fn signing_curve(algorithm: Algorithm) -> Option<&'static EcdsaSigningAlgorithm> {
    match algorithm {
        Algorithm::ES256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::ES384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
        Algorithm::ES512 => Some(&ECDSA_P521_SHA512_FIXED_SIGNING),
        _ => None,
    }
}

/// The pair on the first curve that it can be read for.
fn on_its_curve(
    read: impl Fn(&'static EcdsaSigningAlgorithm) -> Option<EcdsaKeyPair>,
) -> Option<Pair> {
    [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512]
        .into_iter()
        .find_map(|algorithm| Some(Pair::Ec(algorithm, read(signing_curve(algorithm)?)?)))
}

fn encode(tag: &str, der: &[u8]) -> String {
    let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
    pem::encode_config(&Pem::new(tag, der), config)
}
