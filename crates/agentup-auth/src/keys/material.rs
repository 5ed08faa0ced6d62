//! The numbers of a public key, however they were written, and what is asked of them.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
};

use super::error::KeyError;
use crate::algorithm::{Algorithm, Family};

/// A public key as numbers, big-endian.
pub(crate) enum Material {
    /// Modulus and exponent, without leading zeros.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    /// A curve and an uncompressed point, `04 || x || y`.
    Ec { curve: Curve, point: Vec<u8> },
    /// The encoded point (RFC 8032 §5.1.2).
    Ed25519(Vec<u8>),
}

/// A curve of RFC 7518 §6.2.1.1.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// The length of a coordinate, in bytes.
    pub(super) const fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The name in `crv` (RFC 7518 §6.2.1.1).
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// The curve of this name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521]
            .into_iter()
            .find(|curve| curve.name() == name)
    }

    /// The one algorithm of the curve (RFC 7518 §3.4).
    pub(super) const fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::ES256,
            Self::P384 => Algorithm::ES384,
            Self::P521 => Algorithm::ES512,
        }
    }
}

impl Material {
    /// The family of algorithms that the key can serve.
    pub(super) const fn family(&self) -> Family {
        match self {
            Self::Rsa { .. } => Family::Rsa,
            Self::Ec { .. } => Family::Ec,
            Self::Ed25519(_) => Family::Ed25519,
        }
    }

    /// Whether the key can serve the algorithm.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Ec { curve, .. } => curve.algorithm() == algorithm,
            _ => self.family() == algorithm.family(),
        }
    }

    /// Checks the numbers and makes a key of them that verifies one algorithm.
    ///
    /// # Errors
    /// When the key does not fit the algorithm, is weak or is not a key at all.
    pub(super) fn prepare(&self, algorithm: Algorithm) -> Result<ParsedPublicKey, KeyError> {
        if !self.fits(algorithm) {
            return Err(KeyError::DoesNotFit(algorithm));
        }
        match self {
            Self::Rsa { modulus, exponent } => {
                check_rsa(modulus, exponent)?;
                let parameters = rsa_parameters(algorithm)?;
                RsaPublicKeyComponents {
                    n: modulus,
                    e: exponent,
                }
                .to_parsed_public_key(parameters)
                .map_err(|_| KeyError::RsaModulus)
            }
            Self::Ec { curve, point } => {
                // The backend also reads compressed points; a JWK has none (RFC 7518 §6.2.1).
                let expected = curve.coordinate_bytes().saturating_mul(2).saturating_add(1);
                if point.len() != expected || point.first() != Some(&4) {
                    return Err(KeyError::CoordinateLength);
                }
                ParsedPublicKey::new(ec_algorithm(*curve), point).map_err(|_| KeyError::NotOnCurve)
            }
            Self::Ed25519(point) => {
                check_ed25519(point)?;
                ParsedPublicKey::new(&ED25519, point).map_err(|_| KeyError::Ed25519Point)
            }
        }
    }
}

fn ec_algorithm(curve: Curve) -> &'static dyn VerificationAlgorithm {
    match curve {
        Curve::P256 => &ECDSA_P256_SHA256_FIXED,
        Curve::P384 => &ECDSA_P384_SHA384_FIXED,
        Curve::P521 => &ECDSA_P521_SHA512_FIXED,
    }
}

fn rsa_parameters(algorithm: Algorithm) -> Result<&'static RsaParameters, KeyError> {
    match algorithm {
        Algorithm::RS256 => Ok(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Ok(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Ok(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Ok(&RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Ok(&RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Ok(&RSA_PSS_2048_8192_SHA512),
        other => Err(KeyError::DoesNotFit(other)),
    }
}

/// RFC 7518 §3.3 and what the backend asks for only when a signature is checked.
fn check_rsa(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyError> {
    let bits = bit_length(modulus);
    if bits < 2048 {
        return Err(KeyError::RsaTooShort(bits));
    }
    if bits > 8192 {
        return Err(KeyError::RsaTooLong(bits));
    }
    if !is_odd(modulus) {
        return Err(KeyError::RsaModulus);
    }
    let too_small = matches!(exponent, [] | [0..=2]);
    if too_small || !is_odd(exponent) || bit_length(exponent) > 33 {
        return Err(KeyError::RsaExponent);
    }
    Ok(())
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte & 1 == 1)
}

/// The number of bits from the highest that is set.
fn bit_length(number: &[u8]) -> usize {
    let zeros = number
        .first()
        .map_or(0, |byte| byte.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(zeros)
}

/// Canonical `y` of the points whose order divides the cofactor, little-endian, sign bit clear:
/// 0, 1, p − 1 and the two of order eight.
pub(super) const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = [0xFF; 32];
        minus_one[0] = 0xEC;
        minus_one[31] = 0x7F;
        minus_one
    },
    [
        0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98,
        0xF0, 0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53,
        0xFC, 0x05,
    ],
    [
        0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67,
        0x0F, 0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC,
        0x03, 0x7A,
    ],
];

/// RFC 8032 §5.1.3 and RFC 8725 §3.4: canonical, and not of small order.
fn check_ed25519(point: &[u8]) -> Result<(), KeyError> {
    let mut y: [u8; 32] = point.try_into().map_err(|_| KeyError::Ed25519Length)?;
    let [.., high] = &mut y;
    *high &= 0x7F;
    // The field's prime is 2^255 − 19: `y` is out of range when only its lowest byte can tell.
    let is_canonical = match &y {
        [0xED..=0xFF, middle @ .., 0x7F] => middle.iter().any(|byte| *byte != 0xFF),
        _ => true,
    };
    if !is_canonical || SMALL_ORDER.contains(&y) {
        return Err(KeyError::Ed25519Point);
    }
    Ok(())
}
