//! Public keys as PEM: SPKI (RFC 5280 §4.1.2.7) and the older PKCS#1 form (RFC 8017 §A.1.1).

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    der::{Der, OBJECT_IDENTIFIER, SEQUENCE},
    error::KeyError,
    material::{Curve, Material},
};

// Object identifiers in their DER contents form.
const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];
const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2B, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x2B, 0x81, 0x04, 0x00, 0x23];

/// Reads exactly one PEM block with a public key in it.
pub(super) fn read(text: &str) -> Result<Material, KeyError> {
    let blocks = pem::parse_many(text).map_err(|_| KeyError::NotAKey)?;
    let [block] = blocks.as_slice() else {
        return Err(KeyError::NotAKey);
    };
    match block.tag() {
        "PUBLIC KEY" => spki(block.contents()),
        "RSA PUBLIC KEY" => pkcs1(block.contents()),
        "CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => Err(KeyError::Certificate),
        tag if tag.ends_with("PRIVATE KEY") => Err(KeyError::PrivateKey),
        _ => Err(KeyError::UnsupportedKeyType),
    }
}

/// Whether the bytes are a public key in DER.
pub(super) fn is_der_key(bytes: &[u8]) -> bool {
    spki_parts(bytes).is_some() || pkcs1(bytes).is_ok()
}

/// Whether the text is the inside of a PEM block: a public key whose armor was cut off.
pub(super) fn is_base64_der_key(text: &str) -> bool {
    let packed: String = text.split_ascii_whitespace().collect();
    packed.starts_with('M')
        && STANDARD
            .decode(packed)
            .is_ok_and(|bytes| is_der_key(&bytes))
}

/// `SubjectPublicKeyInfo`: an algorithm and a string of bits.
struct Spki<'a> {
    algorithm: &'a [u8],
    curve: Option<&'a [u8]>,
    key: &'a [u8],
}

fn spki_parts(bytes: &[u8]) -> Option<Spki<'_>> {
    let mut outside = Der::new(bytes);
    let mut inside = Der::new(outside.next(SEQUENCE)?);
    outside.end(())?;
    let mut identifier = Der::new(inside.next(SEQUENCE)?);
    let algorithm = identifier.next(OBJECT_IDENTIFIER)?;
    // RSA has a NULL here, Ed25519 nothing.
    let curve = if identifier.is_empty() {
        None
    } else {
        identifier.next(OBJECT_IDENTIFIER)
    };
    let key = inside.bit_string()?;
    inside.end(Spki {
        algorithm,
        curve,
        key,
    })
}

fn spki(bytes: &[u8]) -> Result<Material, KeyError> {
    let Spki {
        algorithm,
        curve,
        key,
    } = spki_parts(bytes).ok_or(KeyError::NotAKey)?;
    match algorithm {
        RSA_ENCRYPTION => pkcs1(key),
        ED25519 => Ok(Material::Ed25519(key.to_vec())),
        EC_PUBLIC_KEY => {
            let curve = match curve {
                Some(P256) => Curve::P256,
                Some(P384) => Curve::P384,
                Some(P521) => Curve::P521,
                _ => return Err(KeyError::UnsupportedKeyType),
            };
            Ok(Material::Ec {
                curve,
                point: key.to_vec(),
            })
        }
        _ => Err(KeyError::UnsupportedKeyType),
    }
}

/// `RSAPublicKey`: two numbers.
pub(super) fn pkcs1(bytes: &[u8]) -> Result<Material, KeyError> {
    let parts = || {
        let mut outside = Der::new(bytes);
        let mut inside = Der::new(outside.next(SEQUENCE)?);
        outside.end(())?;
        let modulus = inside.unsigned()?.to_vec();
        let exponent = inside.unsigned()?.to_vec();
        inside.end(Material::Rsa { modulus, exponent })
    };
    parts().ok_or(KeyError::NotAKey)
}
