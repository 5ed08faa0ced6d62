//! Public keys as JSON: one JWK (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2) or a set of them.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    KeySet, LoadedKeys, SkippedKey, VerificationKey,
    error::KeyError,
    material::{Curve, Material},
    set,
};
use crate::{
    algorithm::Algorithm,
    base64url,
    json::{self, Node, Texts},
    token::header::MAX_KID_BYTES,
};

/// The members of a set that count; others are ignored (RFC 7517 §5).
#[derive(Deserialize)]
struct Set<'a> {
    #[serde(borrow)]
    keys: Vec<&'a RawValue>,
}

/// Reads a set. A key that cannot be used is left out and reported, and spoils nothing.
pub(super) fn read_set(text: &str, allowed: &[Algorithm]) -> Result<LoadedKeys, KeyError> {
    let set: Set<'_> = serde_json::from_str(text).map_err(|_| KeyError::NotAKeySet)?;
    let mut loaded = LoadedKeys::empty(allowed);
    for (index, text) in set.keys.into_iter().enumerate() {
        let jwk = match Jwk::read(text.get()) {
            Ok(jwk) => jwk,
            Err(reason) => {
                loaded.skipped.push(SkippedKey {
                    index,
                    kid: None,
                    reason,
                });
                continue;
            }
        };
        let added = jwk.keys(allowed).and_then(|keys| loaded.keys.add_all(keys));
        match added {
            Ok(()) if jwk.has_private => loaded.exposed.push(index),
            Ok(()) => {}
            Err(reason) => {
                loaded.skipped.push(SkippedKey {
                    index,
                    kid: jwk.printable_kid(),
                    reason,
                });
            }
        }
    }
    Ok(loaded)
}

/// Reads one key that is not in a set: if it cannot be used, there is nothing to go on with.
pub(super) fn read_one(text: &str, allowed: &[Algorithm]) -> Result<LoadedKeys, KeyError> {
    let jwk = Jwk::read(text)?;
    let mut loaded = LoadedKeys::empty(allowed);
    loaded.keys.add_all(jwk.keys(allowed)?)?;
    if jwk.has_private {
        loaded.exposed.push(0);
    }
    Ok(loaded)
}

/// Reads the numbers of one key that must be public and may serve this algorithm.
pub(super) fn read_public(text: &str, algorithm: Algorithm) -> Result<Material, KeyError> {
    let jwk = Jwk::read(text)?;
    if jwk.has_private {
        return Err(KeyError::PrivateKey);
    }
    jwk.check_purpose()?;
    if jwk.algorithm()?.is_some_and(|stated| stated != algorithm) {
        return Err(KeyError::AlgorithmDisagrees);
    }
    jwk.material()
}

/// Whether the text is a JSON object with a member `keys`.
pub(super) fn is_set(text: &str) -> bool {
    let mut found = false;
    json::read_object(text, |name, _| found |= name == "keys").is_ok() && found
        || serde_json::from_str::<Set<'_>>(text).is_ok()
}

/// The members of one JWK that count.
#[derive(Default)]
struct Jwk<'a> {
    kty: Option<Node<'a>>,
    alg: Option<Node<'a>>,
    crv: Option<Node<'a>>,
    kid: Option<Node<'a>>,
    usage: Option<Node<'a>>,
    key_ops: Option<Node<'a>>,
    n: Option<Node<'a>>,
    e: Option<Node<'a>>,
    x: Option<Node<'a>>,
    y: Option<Node<'a>>,
    has_private: bool,
}

impl<'a> Jwk<'a> {
    fn read(text: &'a str) -> Result<Self, KeyError> {
        let mut jwk = Self::default();
        json::read_object(text, |name, node| jwk.put(name, node))
            .map_err(|_| KeyError::NotAnObject)?;
        Ok(jwk)
    }

    fn put(&mut self, name: &str, node: Node<'a>) {
        let place = match name {
            "kty" => &mut self.kty,
            "alg" => &mut self.alg,
            "crv" => &mut self.crv,
            "kid" => &mut self.kid,
            "use" => &mut self.usage,
            "key_ops" => &mut self.key_ops,
            "n" => &mut self.n,
            "e" => &mut self.e,
            "x" => &mut self.x,
            "y" => &mut self.y,
            "d" | "p" | "q" | "dp" | "dq" | "qi" | "oth" => {
                self.has_private = true;
                return;
            }
            _ => return,
        };
        *place = Some(node);
    }

    /// One key for each algorithm that it may serve.
    fn keys(&self, allowed: &[Algorithm]) -> Result<Vec<VerificationKey>, KeyError> {
        self.check_purpose()?;
        let material = self.material()?;
        let kid = self.kid()?;
        let algorithms: Vec<Algorithm> = match self.algorithm()? {
            Some(stated) if !material.fits(stated) => return Err(KeyError::AlgorithmDisagrees),
            Some(stated) if !allowed.contains(&stated) => {
                return Err(KeyError::AlgorithmNotAllowed);
            }
            Some(stated) => vec![stated],
            None => set::fitting(&material, allowed)?,
        };
        algorithms
            .into_iter()
            .map(|algorithm| VerificationKey::from_material(&material, algorithm, kid.clone()))
            .collect()
    }

    /// RFC 7517 §4.2 and §4.3.
    fn check_purpose(&self) -> Result<(), KeyError> {
        match &self.usage {
            None => {}
            Some(Node::Text(usage)) if usage == "sig" => {}
            Some(_) => return Err(KeyError::NotForSignatures),
        }
        match &self.key_ops {
            None => Ok(()),
            Some(Node::Texts(names))
                if is_distinct(*names) && names.iter().any(|n| n == "verify") =>
            {
                Ok(())
            }
            Some(_) => Err(KeyError::NotForVerifying),
        }
    }

    fn algorithm(&self) -> Result<Option<Algorithm>, KeyError> {
        match &self.alg {
            None => Ok(None),
            Some(Node::Text(name)) => Algorithm::from_name(name)
                .map(Some)
                .ok_or(KeyError::AlgorithmNotAllowed),
            Some(_) => Err(KeyError::Member("alg")),
        }
    }

    fn kid(&self) -> Result<Option<Box<str>>, KeyError> {
        match &self.kid {
            None => Ok(None),
            Some(Node::Text(kid)) if (1..=MAX_KID_BYTES).contains(&kid.len()) => {
                Ok(Some(kid.as_ref().into()))
            }
            Some(_) => Err(KeyError::Kid),
        }
    }

    /// The `kid` for a report, if it has one that is fit to be shown.
    fn printable_kid(&self) -> Option<String> {
        self.kid().ok().flatten().map(String::from)
    }

    fn material(&self) -> Result<Material, KeyError> {
        let Some(Node::Text(kty)) = &self.kty else {
            return Err(KeyError::Member("kty"));
        };
        match kty.as_ref() {
            "RSA" => Ok(Material::Rsa {
                modulus: without_leading_zeros(bytes("n", self.n.as_ref())?),
                exponent: without_leading_zeros(bytes("e", self.e.as_ref())?),
            }),
            "EC" => self.point(),
            "OKP" => match self.curve()? {
                "Ed25519" => Ok(Material::Ed25519(bytes("x", self.x.as_ref())?)),
                _ => Err(KeyError::UnsupportedKeyType),
            },
            "oct" => Err(KeyError::SymmetricInPublicSet),
            _ => Err(KeyError::UnsupportedKeyType),
        }
    }

    fn curve(&self) -> Result<&str, KeyError> {
        match &self.crv {
            Some(Node::Text(name)) => Ok(name),
            _ => Err(KeyError::Member("crv")),
        }
    }

    fn point(&self) -> Result<Material, KeyError> {
        let curve = Curve::from_name(self.curve()?).ok_or(KeyError::UnsupportedKeyType)?;
        let x = bytes("x", self.x.as_ref())?;
        let y = bytes("y", self.y.as_ref())?;
        // RFC 7518 §6.2.1.2: the length is that of the curve, leading zeros included.
        if x.len() != curve.coordinate_bytes() || y.len() != curve.coordinate_bytes() {
            return Err(KeyError::CoordinateLength);
        }
        let point = [&[4][..], &x, &y].concat();
        Ok(Material::Ec { curve, point })
    }
}

fn bytes(name: &'static str, node: Option<&Node<'_>>) -> Result<Vec<u8>, KeyError> {
    match node {
        Some(Node::Text(text)) if !text.is_empty() => {
            base64url::decode(text.as_bytes()).map_err(|_| KeyError::Member(name))
        }
        _ => Err(KeyError::Member(name)),
    }
}

/// RFC 7518 §6.3.1.1 warns that some writers put zeros in front. They change no number.
fn without_leading_zeros(number: Vec<u8>) -> Vec<u8> {
    number.into_iter().skip_while(|byte| *byte == 0).collect()
}

fn is_distinct(names: Texts<'_>) -> bool {
    names.iter().enumerate().all(|(index, name)| {
        let mut later = names.iter().skip(index.saturating_add(1));
        !later.any(|other| other == name)
    })
}

impl KeySet {
    /// Adds all of them or none.
    fn add_all(&mut self, keys: Vec<VerificationKey>) -> Result<(), KeyError> {
        let mut all: Vec<VerificationKey> = self.keys.to_vec();
        for key in keys {
            set::push(&mut all, key)?;
        }
        self.keys = all.into();
        Ok(())
    }
}
