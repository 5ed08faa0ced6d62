//! Private keys as JWK (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2), in and out.

use agentup_auth::Algorithm;
use aws_lc_rs::{
    encoding::{AsBigEndian, Curve25519SeedBin, EcPrivateKeyBin},
    error::Unspecified,
    rsa::{KeyPairComponents, PublicKeyComponents},
    signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Pair, PrivateKeyError, der, pair::signing_curve};

/// The private members of an RSA key, in the order of [`der::rsa_numbers`] after `n` and `e`.
const RSA_PRIVATE: [&str; 6] = ["d", "p", "q", "dp", "dq", "qi"];

/// What a JWK holds.
pub(super) enum Material {
    Pair(Pair),
    Secret(Zeroizing<Vec<u8>>),
}

impl Material {
    /// Reads the members that make the key.
    ///
    /// # Errors
    ///
    /// There is only a public key, something is missing or malformed, or the parts do not belong
    /// together.
    pub(super) fn read(jwk: &Map<String, Value>) -> Result<Self, PrivateKeyError> {
        let kty = text(jwk, "kty")?;
        if kty == "oct" {
            return Ok(Self::Secret(bytes(jwk, "k")?));
        }
        if !jwk.contains_key("d") {
            return Err(PrivateKeyError::Public);
        }
        match kty {
            "RSA" => rsa(jwk),
            "EC" => ec(jwk),
            "OKP" if text(jwk, "crv")? == "Ed25519" => ed25519(jwk),
            _ => Err(PrivateKeyError::Unusable),
        }
        .map(Self::Pair)
    }
}

fn rsa(jwk: &Map<String, Value>) -> Result<Pair, PrivateKeyError> {
    let components = KeyPairComponents {
        public_key: PublicKeyComponents {
            n: without_leading_zeros(&bytes(jwk, "n")?),
            e: without_leading_zeros(&bytes(jwk, "e")?),
        },
        d: bytes(jwk, "d")?,
        p: bytes(jwk, "p")?,
        q: bytes(jwk, "q")?,
        dP: bytes(jwk, "dp")?,
        dQ: bytes(jwk, "dq")?,
        qInv: bytes(jwk, "qi")?,
    };
    RsaKeyPair::from_components(&components)
        .map(Pair::Rsa)
        .map_err(|_| PrivateKeyError::Unusable)
}

fn ec(jwk: &Map<String, Value>) -> Result<Pair, PrivateKeyError> {
    let algorithm = match text(jwk, "crv")? {
        "P-256" => Algorithm::ES256,
        "P-384" => Algorithm::ES384,
        "P-521" => Algorithm::ES512,
        _ => return Err(PrivateKeyError::Unusable),
    };
    let point = [&[4][..], &bytes(jwk, "x")?, &bytes(jwk, "y")?].concat();
    let curve = signing_curve(algorithm).ok_or(PrivateKeyError::Unusable)?;
    EcdsaKeyPair::from_private_key_and_public_key(curve, &bytes(jwk, "d")?, &point)
        .map(|pair| Pair::Ec(algorithm, pair))
        .map_err(|_| PrivateKeyError::Unusable)
}

fn ed25519(jwk: &Map<String, Value>) -> Result<Pair, PrivateKeyError> {
    Ed25519KeyPair::from_seed_and_public_key(&bytes(jwk, "d")?, &bytes(jwk, "x")?)
        .map(Pair::Ed25519)
        .map_err(|_| PrivateKeyError::Unusable)
}

/// The private numbers of an RSA key (RFC 7518 §6.3.2).
pub(super) fn rsa_members(pkcs8: &[u8]) -> Result<Map<String, Value>, Unspecified> {
    let [_n, _e, private @ ..] = der::rsa_numbers(pkcs8).ok_or(Unspecified)?;
    let members = RSA_PRIVATE.into_iter().zip(private);
    Ok(members
        .map(|(name, number)| (name.to_owned(), encode(number)))
        .collect())
}

/// The private number of an EC key, as long as its curve says (RFC 7518 §6.2.2.1).
pub(super) fn ec_members(pair: &EcdsaKeyPair) -> Result<Map<String, Value>, Unspecified> {
    let number: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes()?;
    Ok(only_d(number.as_ref()))
}

/// The seed of an Ed25519 key (RFC 8037 §2).
pub(super) fn ed25519_members(pair: &Ed25519KeyPair) -> Result<Map<String, Value>, Unspecified> {
    let seed: Curve25519SeedBin<'_> = pair.seed()?.as_be_bytes()?;
    Ok(only_d(seed.as_ref()))
}

fn only_d(number: &[u8]) -> Map<String, Value> {
    Map::from_iter([("d".to_owned(), encode(number))])
}

fn encode(bytes: &[u8]) -> Value {
    URL_SAFE_NO_PAD.encode(bytes).into()
}

fn text<'a>(jwk: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, PrivateKeyError> {
    let text = jwk.get(name).and_then(Value::as_str);
    text.ok_or(PrivateKeyError::Member(name))
}

fn bytes(
    jwk: &Map<String, Value>,
    name: &'static str,
) -> Result<Zeroizing<Vec<u8>>, PrivateKeyError> {
    match URL_SAFE_NO_PAD.decode(text(jwk, name)?) {
        Ok(bytes) if !bytes.is_empty() => Ok(Zeroizing::new(bytes)),
        _ => Err(PrivateKeyError::Member(name)),
    }
}

/// RFC 7518 §6.3.1.1 warns that some writers put a zero in front.
fn without_leading_zeros(number: &[u8]) -> Vec<u8> {
    number
        .iter()
        .copied()
        .skip_while(|byte| *byte == 0)
        .collect()
}
