//! What is kept of a key: SHA-256 of one with high entropy, Argon2id of one that people chose.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use subtle::ConstantTimeEq as _;

use super::{KeyHashError, digest::Digest};

/// What is kept of a key. `Debug` shows the kind only.
#[derive(Clone)]
pub struct KeyHash(pub(super) Hash);

#[derive(Clone)]
pub(super) enum Hash {
    Sha256(Digest),
    Argon2id(Argon2id),
}

/// A hash with the parameters that it was made with (RFC 9106).
#[derive(Clone)]
pub(super) struct Argon2id {
    params: Params,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

/// Padding is often left out, and its absence takes nothing from the meaning.
const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);

impl KeyHash {
    /// Reads a hash: SHA-256 as 64 hexadecimal digits or base64 of either alphabet, with or
    /// without `sha256:` in front, or a PHC string of Argon2id.
    ///
    /// # Errors
    /// When the text is neither, or the Argon2id hash is too weak or too expensive.
    pub fn parse(text: &str) -> Result<Self, KeyHashError> {
        if let Some(phc) = text.strip_prefix('$') {
            let parameters = phc
                .strip_prefix("argon2id$")
                .ok_or(KeyHashError::OtherKind)?;
            return Argon2id::parse(parameters).map(|hash| Self(Hash::Argon2id(hash)));
        }
        let text = text.strip_prefix("sha256:").unwrap_or(text);
        let digest = if text.len() == 64 {
            from_hex(text)
        } else {
            BASE64
                .decode(text)
                .or_else(|_| BASE64_URL.decode(text))
                .ok()
        };
        digest
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(|bytes| Self(Hash::Sha256(Digest::new(bytes))))
            .ok_or(KeyHashError::NotAHash)
    }

    /// Whether checking it is costly, so that its key needs a prefix.
    #[must_use]
    pub const fn is_costly(&self) -> bool {
        matches!(self.0, Hash::Argon2id(_))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_costly() {
            "KeyHash(Argon2id)"
        } else {
            "KeyHash(SHA-256)"
        })
    }
}

impl Argon2id {
    /// The least memory, in KiB: the lowest of the settings that OWASP recommends.
    const MIN_MEMORY: u32 = 7168;
    /// The most memory, in KiB: what one request may make the server use.
    const MAX_MEMORY: u32 = 256 * 1024;
    /// The most passes, and the most lanes.
    const MAX_PASSES: u32 = 16;

    /// Reads `v=19$m=…,t=…,p=…$salt$hash`.
    fn parse(text: &str) -> Result<Self, KeyHashError> {
        let mut fields = text.split('$');
        let mut field = || fields.next().ok_or(KeyHashError::Malformed);
        let (version, costs, salt, hash) = (field()?, field()?, field()?, field()?);
        if field().is_ok() || version != "v=19" {
            return Err(KeyHashError::Malformed);
        }
        let (memory, passes, lanes) = costs_of(costs).ok_or(KeyHashError::Malformed)?;
        let bytes = |text: &str| BASE64.decode(text).map_err(|_| KeyHashError::Malformed);
        let (salt, hash) = (bytes(salt)?, bytes(hash)?);
        if memory < Self::MIN_MEMORY || salt.len() < 8 || hash.len() < 16 {
            return Err(KeyHashError::Weak);
        }
        if memory > Self::MAX_MEMORY || passes > Self::MAX_PASSES || lanes > Self::MAX_PASSES {
            return Err(KeyHashError::Expensive);
        }
        if salt.len() > 64 || hash.len() > 64 {
            return Err(KeyHashError::Malformed);
        }
        let params = Params::new(memory, passes, lanes, Some(hash.len()))
            .map_err(|_| KeyHashError::Malformed)?;
        Ok(Self { params, salt, hash })
    }

    /// Whether it is the hash of this key. Takes the time and the memory that it asks for.
    pub(super) fn is_of(&self, key: &[u8]) -> bool {
        let function = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
        let mut hash = vec![0; self.hash.len()];
        let made = function.hash_password_into(key, &self.salt, &mut hash);
        made.is_ok() && bool::from(hash.ct_eq(&self.hash))
    }
}

/// The numbers of `m=…,t=…,p=…`, in this order (the PHC string format).
fn costs_of(text: &str) -> Option<(u32, u32, u32)> {
    let (memory, rest) = text.strip_prefix("m=")?.split_once(",t=")?;
    let (passes, lanes) = rest.split_once(",p=")?;
    Some((number(memory)?, number(passes)?, number(lanes)?))
}

/// A positive number without a sign or leading zeros.
fn number(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if is_plain { text.parse().ok() } else { None }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|it| u8::try_from(it).ok())
    };
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    pairs
        .iter()
        .map(|[high, low]| Some(digit(high)? << 4 | digit(low)?))
        .collect()
}
