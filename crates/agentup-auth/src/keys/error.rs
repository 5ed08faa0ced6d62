//! Why a key cannot be used. Every fault is found when keys are loaded, none when a token comes.

use crate::algorithm::Algorithm;

/// Why a key, or a set of keys, was refused. The text says what would be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// An HMAC secret of no bytes.
    #[error("the secret is empty")]
    EmptySecret,
    /// An HMAC secret shorter than the hash output (RFC 7518 §3.2).
    #[error("the secret has {actual} bytes, and {algorithm} requires at least {required}")]
    SecretTooShort {
        /// The algorithm that the secret is for.
        algorithm: Algorithm,
        /// How many bytes it requires.
        required: usize,
        /// How many there are.
        actual: usize,
    },
    /// An HMAC secret longer than anybody generates: probably a file that is no secret.
    #[error("the secret has more than {} bytes", super::HmacSecret::MAX_BYTES)]
    SecretTooLong,
    /// An HMAC secret that everybody can read elsewhere (RFC 8725 §3.1, CVE-2015-9235).
    #[error("the secret is the text of a key or certificate; use it as `public_key` instead")]
    SecretIsKeyText,
    /// A key text that is none of the forms that are read.
    #[error("not a key: expected a PEM public key, a JWK or a JWK set")]
    NotAKey,
    /// A certificate, which says more than its key and would not be checked.
    #[error("a certificate is not a key; extract its public key")]
    Certificate,
    /// A private key where a public one belongs.
    #[error("a private key does not belong to a verifier; give its public key")]
    PrivateKey,
    /// A type of key that no supported algorithm uses.
    #[error("the type of the key is not supported")]
    UnsupportedKeyType,
    /// A key of one family and an algorithm of another.
    #[error("the key does not fit the algorithm {0}")]
    DoesNotFit(Algorithm),
    /// A key that fits none of the algorithms in use.
    #[error("the key fits none of the algorithms that are allowed")]
    FitsNoAlgorithm,
    /// RSA modulus under 2048 bits (RFC 7518 §3.3).
    #[error("the RSA key has {0} bits, and at least 2048 are required")]
    RsaTooShort(usize),
    /// RSA modulus over 8192 bits, too costly to verify with.
    #[error("the RSA key has {0} bits, and at most 8192 are accepted")]
    RsaTooLong(usize),
    /// RSA modulus that is even, so no product of two odd primes.
    #[error("the modulus of the RSA key is even")]
    RsaModulus,
    /// RSA exponent that is even, below 3 or beyond 33 bits.
    #[error("the exponent of the RSA key must be odd, at least 3 and at most 33 bits long")]
    RsaExponent,
    /// EC coordinates that are not as long as the curve says (RFC 7518 §6.2.1.2).
    #[error("the coordinates of the key do not have the length that its curve requires")]
    CoordinateLength,
    /// EC coordinates that are not a point of the curve.
    #[error("the point of the key is not on its curve")]
    NotOnCurve,
    /// Ed25519 key that is not 32 bytes long.
    #[error("an Ed25519 key has 32 bytes")]
    Ed25519Length,
    /// Ed25519 key of small order, or not in canonical form: anybody could sign for it.
    #[error("the Ed25519 key is of small order or not canonical")]
    Ed25519Point,
    /// A JWK `use` other than `sig` (RFC 7517 §4.2).
    #[error("`use` is not `sig`")]
    NotForSignatures,
    /// A JWK `key_ops` without `verify`, or not a list of distinct names (RFC 7517 §4.3).
    #[error("`key_ops` does not allow `verify`")]
    NotForVerifying,
    /// A JWK `alg` that is not supported, or not one of the algorithms in use.
    #[error("`alg` is not an algorithm that is allowed")]
    AlgorithmNotAllowed,
    /// A JWK `alg` that disagrees with `kty` or `crv` (RFC 8725 §3.1).
    #[error("`alg` disagrees with the type of the key")]
    AlgorithmDisagrees,
    /// A symmetric key in a public set: whoever reads the set could sign.
    #[error("a symmetric key is not read from a set of public keys")]
    SymmetricInPublicSet,
    /// A JWK member that is missing, of the wrong type or not canonical base64url.
    #[error("`{0}` is missing or malformed")]
    Member(&'static str),
    /// A JWK that is not one JSON object, or has a member twice.
    #[error("the key is not one JSON object with distinct members")]
    NotAnObject,
    /// A `kid` that is not a text, is empty or is over 256 bytes.
    #[error("`kid` must be a text of 1 to 256 bytes")]
    Kid,
    /// A `kid` that an earlier key of the same algorithm has.
    #[error("an earlier key has the same `kid`")]
    DuplicateKid,
    /// Secrets and public keys in one set (RFC 8725 §3.1).
    #[error("secrets and public keys must not be in one set")]
    MixedFamilies,
    /// More keys than a set may have.
    #[error("a set has at most {} keys", super::KeySet::MAX_KEYS)]
    TooManyKeys,
    /// A text of more bytes than a set may have.
    #[error(
        "the text of the keys has more than {} bytes",
        super::KeySet::MAX_BYTES
    )]
    TooLarge,
    /// A text that is not a JSON object with a list `keys` (RFC 7517 §5).
    #[error("not a JWK set: expected a JSON object with a list `keys`")]
    NotAKeySet,
}
