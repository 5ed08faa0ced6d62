//! Why a key is refused: when it is configured, and when it is presented.

use super::ApiKeys;

/// Why a presented key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiKeyError {
    /// More than one key: which one counts must not be guessed.
    #[error("the request has more than one API key")]
    TwoKeys,
    /// Not 8 to 512 visible ASCII characters.
    #[error("the API key is malformed")]
    Malformed,
    /// None of the keys.
    #[error("the API key is unknown")]
    Unknown,
    /// One of the keys, which has expired.
    #[error("the API key has expired")]
    Expired,
}

impl ApiKeyError {
    /// A name for logs and metrics. Part of the interface: renaming one breaks dashboards.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TwoKeys => "two_credentials",
            Self::Malformed => "malformed_api_key",
            Self::Unknown => "unknown_api_key",
            Self::Expired => "expired_api_key",
        }
    }

    /// What the caller is told.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::TwoKeys => "Request has more than one credential",
            Self::Malformed | Self::Unknown => "API key is not accepted",
            Self::Expired => "API key has expired",
        }
    }
}

/// Why an entry of the configured keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyEntryError {
    /// The system has no randomness.
    #[error("the system has no randomness")]
    NoRandomness,
    /// Too many entries.
    #[error("there are more than {} keys", ApiKeys::MAX_KEYS)]
    TooMany,
    /// A name that is empty, over 255 bytes or not printable.
    #[error("the name of a key has 1 to 255 printable characters")]
    Name,
    /// A name that an earlier key has.
    #[error("an earlier key has the same name")]
    DuplicateName,
    /// A hash that an earlier key has.
    #[error("an earlier key has the same hash")]
    DuplicateKey,
    /// An Argon2id hash without a prefix.
    #[error("a key with an Argon2id hash must have a `prefix`: how the key begins")]
    MissingPrefix,
    /// A prefix of a key that is found by its SHA-256.
    #[error("a key with a SHA-256 hash is found without a prefix")]
    UselessPrefix,
    /// A prefix that is too short, or that no key has.
    #[error("a prefix has at least 4 visible ASCII characters")]
    Prefix,
    /// Two prefixes of which one begins with the other.
    #[error("the prefix begins like that of an earlier key, or an earlier one like it")]
    AmbiguousPrefix,
}

/// Why a text is not the hash of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyHashError {
    /// Neither a SHA-256 hash nor a PHC string.
    #[error("is not a hash: expected 64 hexadecimal digits or base64 of SHA-256, or `$argon2id$…`")]
    NotAHash,
    /// A PHC string of another function.
    #[error("is a hash of another kind: expected SHA-256 or Argon2id")]
    OtherKind,
    /// A PHC string that is not well formed, or of another version than 19.
    #[error("is not a well-formed hash `$argon2id$v=19$m=…,t=…,p=…$salt$hash`")]
    Malformed,
    /// Parameters that make guessing cheap.
    #[error(
        "is a weak Argon2id hash: at least m=7168, 8 bytes of salt and 16 of hash are required"
    )]
    Weak,
    /// Parameters that make checking too expensive for a server.
    #[error("is too expensive to check: at most m=262144, t=16 and p=16 are accepted")]
    Expensive,
}
