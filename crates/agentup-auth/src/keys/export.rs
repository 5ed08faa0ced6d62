//! Public keys on their way out: from a signing key to the JWK that verifiers read.

use serde_json::{Map, Value};

use super::{
    material::{Curve, Material},
    pem,
};
use crate::{algorithm::Algorithm, base64url};

impl Material {
    /// The numbers of an `RSAPublicKey` (RFC 8017 §A.1.1).
    pub(crate) fn from_pkcs1(der: &[u8]) -> Option<Self> {
        pem::pkcs1(der).ok()
    }

    /// An uncompressed point on the curve of the algorithm.
    pub(crate) fn from_point(algorithm: Algorithm, point: &[u8]) -> Option<Self> {
        let curve = [Curve::P256, Curve::P384, Curve::P521]
            .into_iter()
            .find(|curve| curve.algorithm() == algorithm)?;
        Some(Self::Ec {
            curve,
            point: point.to_vec(),
        })
    }

    /// The members that make the key (RFC 7518 §6.2.1, §6.3.1, RFC 8037 §2).
    pub(crate) fn to_jwk(&self) -> Map<String, Value> {
        let members = match self {
            Self::Rsa { modulus, exponent } => vec![
                ("kty", "RSA".to_owned()),
                ("n", base64url::encode(modulus)),
                ("e", base64url::encode(exponent)),
            ],
            Self::Ec { curve, point } => {
                let coordinates = point.get(1..).unwrap_or_default();
                let (x, y) = coordinates
                    .split_at_checked(curve.coordinate_bytes())
                    .unwrap_or((coordinates, &[]));
                vec![
                    ("kty", "EC".to_owned()),
                    ("crv", curve.name().to_owned()),
                    ("x", base64url::encode(x)),
                    ("y", base64url::encode(y)),
                ]
            }
            Self::Ed25519(point) => vec![
                ("kty", "OKP".to_owned()),
                ("crv", "Ed25519".to_owned()),
                ("x", base64url::encode(point)),
            ],
        };
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect()
    }
}
