//! The key that a proof of possession brings (RFC 9449 §4.2), and its name (RFC 7638).

use std::fmt;

use aws_lc_rs::digest;

use super::{KeyError, VerificationKey, jwk, material::Material};
use crate::{algorithm::Algorithm, base64url};

/// The name of a public key: SHA-256 of its members in the canonical form of RFC 7638 §3. What
/// `cnf.jkt` has. Not secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Thumbprint([u8; digest::SHA256_OUTPUT_LEN]);

/// A key that came with a proof. It is worth as much as whoever vouches for its thumbprint.
pub(crate) struct ProofKey {
    key: VerificationKey,
    thumbprint: Thumbprint,
}

impl ProofKey {
    /// Reads a public JWK that is to verify one algorithm.
    ///
    /// # Errors
    /// When it is not one, is weak, does not fit, or has a private part: whoever sends that does
    /// not keep the key to themselves.
    pub(crate) fn read(text: &str, algorithm: Algorithm) -> Result<Self, KeyError> {
        let material = jwk::read_public(text, algorithm)?;
        Ok(Self {
            key: VerificationKey::from_material(&material, algorithm, None)?,
            thumbprint: material.thumbprint(),
        })
    }

    /// The key's name.
    pub(crate) const fn thumbprint(&self) -> &Thumbprint {
        &self.thumbprint
    }

    /// Whether the signature is this key's, for this input.
    pub(crate) fn is_signature(&self, input: &[u8], signature: &[u8]) -> bool {
        self.key.is_signature(input, signature)
    }
}

impl Thumbprint {
    /// Reads the form that `cnf.jkt` has (RFC 9449 §6.1).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = base64url::decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

impl Material {
    /// RFC 7638 §3.2: the members that make the key, in alphabetical order and without space. They
    /// are written anew from the numbers, so that all spellings of a key have one name.
    fn thumbprint(&self) -> Thumbprint {
        let canonical = match self {
            Self::Rsa { modulus, exponent } => format!(
                r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                base64url::encode(exponent),
                base64url::encode(modulus),
            ),
            Self::Ec { curve, point } => {
                let coordinates = point.get(1..).unwrap_or_default();
                let (x, y) = coordinates
                    .split_at_checked(curve.coordinate_bytes())
                    .unwrap_or((coordinates, &[]));
                format!(
                    r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#,
                    curve.name(),
                    base64url::encode(x),
                    base64url::encode(y),
                )
            }
            Self::Ed25519(point) => format!(
                r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#,
                base64url::encode(point),
            ),
        };
        let mut name = [0; digest::SHA256_OUTPUT_LEN];
        name.copy_from_slice(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
        Thumbprint(name)
    }
}

#[cfg(test)]
mod tests {
    use super::{ProofKey, Thumbprint};
    use crate::algorithm::Algorithm;

    #[test]
    fn the_example_of_rfc_7638_has_its_thumbprint() {
        // RFC 7638 §3.1.
        let jwk = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
        let key = ProofKey::read(jwk, Algorithm::RS256).expect("a key");
        let expected = Thumbprint::parse("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(Some(*key.thumbprint()), expected);
    }

    #[test]
    fn a_key_with_its_private_half_or_for_another_algorithm_is_refused() {
        let good = r#"{"kty":"EC","crv":"P-256","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}"#;
        assert!(ProofKey::read(good, Algorithm::ES256).is_ok());
        assert!(ProofKey::read(good, Algorithm::ES384).is_err());
        for member in [r#""d":"AQAB""#, r#""alg":"ES384""#, r#""use":"enc""#] {
            let bad = good.replace('}', &format!(",{member}}}"));
            assert!(ProofKey::read(&bad, Algorithm::ES256).is_err(), "{bad}");
        }
    }
}
