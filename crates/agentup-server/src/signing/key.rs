//! The private key of the agent, and its public half for whoever checks its signatures.

use std::fmt;

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use serde_json::{Map, Value, json};

use super::{CannotSign, base64url};

/// The coordinates of a point on P-256, in bytes each.
const COORDINATE: usize = 32;

/// A private key: Ed25519, EC P-256, or RSA of 2048 bits or more. `Debug` shows its id only.
pub struct PrivateKey {
    pair: Pair,
    public: Map<String, Value>,
    id: String,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(Box<RsaKeyPair>),
}

/// Why a file is no key to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableKey {
    /// No PEM, or not of a private key in PKCS#8.
    #[error("is not a PEM private key: expected one that begins -----BEGIN PRIVATE KEY-----")]
    NotPkcs8,
    /// A key of another kind.
    #[error("is neither an Ed25519 nor an EC P-256 key, nor an RSA key of 2048 bits or more")]
    OtherKind,
}

impl PrivateKey {
    /// Reads a key from PEM with PKCS#8 in it (RFC 5958, RFC 7468 §10).
    ///
    /// # Errors
    /// When the text is something else, or the key is of a kind that is not used here.
    pub fn from_pem(text: &[u8]) -> Result<Self, UnusableKey> {
        let block = pem::parse(text).map_err(|_| UnusableKey::NotPkcs8)?;
        if block.tag() != "PRIVATE KEY" {
            return Err(UnusableKey::NotPkcs8);
        }
        let pair = Pair::from_pkcs8(block.contents()).ok_or(UnusableKey::OtherKind)?;
        let public = pair.public().ok_or(UnusableKey::OtherKind)?;
        let id = thumbprint(&public).ok_or(UnusableKey::OtherKind)?;
        Ok(Self { pair, public, id })
    }

    /// The name of the key: its thumbprint (RFC 7638), the same wherever the key is used.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name of the algorithm it signs with (RFC 7518 §3.1, RFC 8037 §3.1).
    #[must_use]
    pub const fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Ed25519(_) => "EdDSA",
            Pair::P256(_) => "ES256",
            Pair::Rsa(_) => "RS256",
        }
    }

    /// The public half, as a set of one key (RFC 7517 §5).
    pub(crate) fn public_keys(&self) -> Value {
        let mut key = self.public.clone();
        for (name, value) in [
            ("use", "sig"),
            ("alg", self.algorithm()),
            ("kid", self.id()),
        ] {
            key.insert(name.to_owned(), value.into());
        }
        json!({ "keys": [key] })
    }

    /// The signature as JWS has it (RFC 7518 §3.3, §3.4, RFC 8037 §3.1).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CannotSign> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ed25519(pair) => pair
                .try_sign(message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| CannotSign),
            Pair::P256(pair) => pair
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| CannotSign),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(|_| CannotSign)?;
                Ok(signature)
            }
        }
    }
}

impl Pair {
    fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let ed25519 = || Some(Self::Ed25519(Ed25519KeyPair::from_pkcs8(der).ok()?));
        let p256 = || {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der);
            Some(Self::P256(pair.ok()?))
        };
        let rsa = || Some(Self::Rsa(Box::new(RsaKeyPair::from_pkcs8(der).ok()?)));
        ed25519().or_else(p256).or_else(rsa)
    }

    /// The members that make the public key, and no others (RFC 7518 §6, RFC 8037 §2).
    fn public(&self) -> Option<Map<String, Value>> {
        let members = match self {
            Self::Ed25519(pair) => vec![
                ("kty", "OKP".to_owned()),
                ("crv", "Ed25519".to_owned()),
                ("x", base64url(pair.public_key().as_ref())),
            ],
            Self::P256(pair) => {
                // An uncompressed point: a byte that says so, then the coordinates (SEC 1 §2.3.3).
                let (_form, point) = pair.public_key().as_ref().split_first()?;
                let (x, y) = point.split_at_checked(COORDINATE)?;
                vec![
                    ("kty", "EC".to_owned()),
                    ("crv", "P-256".to_owned()),
                    ("x", base64url(x)),
                    ("y", base64url(y)),
                ]
            }
            Self::Rsa(pair) => {
                let key = pair.public_key();
                let number = |bytes: &[u8]| base64url(bytes);
                vec![
                    ("kty", "RSA".to_owned()),
                    ("n", number(key.modulus().big_endian_without_leading_zero())),
                    (
                        "e",
                        number(key.exponent().big_endian_without_leading_zero()),
                    ),
                ]
            }
        };
        let members = members.into_iter();
        Some(
            members
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    }
}

/// The hash of the required members in their one order (RFC 7638 §3).
fn thumbprint(public: &Map<String, Value>) -> Option<String> {
    let canonical = serde_json_canonicalizer::to_vec(public).ok()?;
    Some(base64url(digest(&SHA256, &canonical).as_ref()))
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
