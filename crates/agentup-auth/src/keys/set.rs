//! Sets of keys: how they are read, and which of them may have signed a token.

use std::{fmt, sync::Arc};

use super::{KeyError, VerificationKey, jwk, material::Material, pem};
use crate::{algorithm::Algorithm, verify::VerifyError};

/// Which tokens a key without a `kid` may verify.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnnamedKeys {
    /// Only tokens without a `kid`: a token that names its key never gets another (RFC 8725 §3.10).
    #[default]
    ForTokensWithoutKid,
    /// Any token, as long as no key of the set has a `kid`: for one key that was given by hand
    /// while the issuer names its keys.
    ForAnyToken,
}

/// The keys of one issuer.
#[derive(Clone)]
pub struct KeySet {
    pub(super) keys: Arc<[VerificationKey]>,
    allowed: Arc<[Algorithm]>,
    available: bool,
}

/// A key set that was read, and what was found on the way.
#[derive(Debug)]
pub struct LoadedKeys {
    /// The keys that can be used. May be empty; then no token can be verified.
    pub keys: KeySet,
    /// The keys that were left out, and why.
    pub skipped: Vec<SkippedKey>,
    /// Positions of keys that came with their private half. It was dropped, but whoever can read
    /// the set could sign: such a key wants to be replaced.
    pub exposed: Vec<usize>,
}

/// A key of a set that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedKey {
    /// Its position in the set, from zero.
    pub index: usize,
    /// Its `kid`, if it has a proper one. It is the issuer's text: escape it in logs.
    pub kid: Option<String>,
    /// Why it cannot be used.
    pub reason: KeyError,
}

impl KeySet {
    /// The most keys of a set.
    pub const MAX_KEYS: usize = 64;
    /// The longest text that keys are read from, in bytes.
    pub const MAX_BYTES: usize = 256 * 1024;
    /// The most keys that are tried for a token without a `kid`.
    pub const MAX_TRIES: usize = 8;

    /// A set of keys that were made one by one, in the order in which they are tried for a token
    /// without `kid`: the newest first.
    ///
    /// # Errors
    /// When secrets and public keys are mixed, two keys of one algorithm have one `kid`, or there
    /// are too many.
    pub fn new(keys: Vec<VerificationKey>) -> Result<Self, KeyError> {
        let mut checked = Vec::with_capacity(keys.len());
        let mut allowed = Vec::new();
        for key in keys {
            if !allowed.contains(&key.algorithm) {
                allowed.push(key.algorithm);
            }
            push(&mut checked, key)?;
        }
        Ok(Self {
            keys: checked.into(),
            allowed: allowed.into(),
            available: true,
        })
    }

    /// The place of keys that could not be had yet, or have become too old: every token is
    /// refused with [`VerifyError::KeysUnavailable`], which is no fault of the caller's.
    #[must_use]
    pub fn unavailable() -> Self {
        Self {
            keys: Arc::default(),
            allowed: Arc::default(),
            available: false,
        }
    }

    /// Reads a JWK set (RFC 7517 §5) of which the allowed algorithms are used.
    ///
    /// A key that cannot be used is left out and reported. A key without `alg` serves each of the
    /// allowed algorithms that it fits. Symmetric keys are never taken.
    ///
    /// # Errors
    /// When the text as a whole is too large or not a key set.
    pub fn from_jwks(text: &[u8], allowed: &[Algorithm]) -> Result<LoadedKeys, KeyError> {
        jwk::read_set(bounded(text)?, allowed)
    }

    /// Reads public keys of whatever form the text has: PEM, one JWK, or a JWK set.
    ///
    /// The form follows from the text alone; what a token says has no part in it.
    ///
    /// # Errors
    /// When the text is none of these, or its only key cannot be used.
    pub fn from_public_text(text: &[u8], allowed: &[Algorithm]) -> Result<LoadedKeys, KeyError> {
        let text = bounded(text)?;
        if !text.trim_start().starts_with('{') {
            return read_pem(text, allowed);
        }
        if jwk::is_set(text) {
            jwk::read_set(text, allowed)
        } else {
            jwk::read_one(text, allowed)
        }
    }

    /// This set and further keys behind its own, as far as they can be told from them and there is
    /// room.
    #[cfg(feature = "remote")]
    pub(crate) fn joined_by(&self, keys: &[VerificationKey]) -> Self {
        let mut all = self.keys.to_vec();
        for key in keys {
            // A key that cannot be added is one that the set has, by its name.
            let _ = push(&mut all, key.clone());
        }
        Self {
            keys: all.into(),
            ..self.clone()
        }
    }

    /// A set without keys, to which keys of these algorithms may come.
    #[cfg(feature = "remote")]
    pub(crate) fn awaiting(algorithms: &[Algorithm]) -> Self {
        LoadedKeys::empty(algorithms).keys
    }

    /// The keys, in the order in which they are tried.
    #[must_use]
    pub fn keys(&self) -> &[VerificationKey] {
        &self.keys
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether the keys could be had at all; see [`KeySet::unavailable`].
    #[must_use]
    pub const fn is_available(&self) -> bool {
        self.available
    }

    /// The keys that may have signed a token with this header, in the order to try them.
    pub(crate) fn candidates(
        &self,
        algorithm: Algorithm,
        kid: Option<&str>,
        unnamed: UnnamedKeys,
    ) -> Result<impl Iterator<Item = &VerificationKey>, VerifyError> {
        if !self.available {
            return Err(VerifyError::KeysUnavailable);
        }
        // Asked before the `kid`, so that a token of another algorithm fetches no keys.
        if !self.allowed.contains(&algorithm) {
            return Err(VerifyError::AlgorithmNotAllowed);
        }
        let kid = kid.filter(|_| {
            unnamed == UnnamedKeys::ForTokensWithoutKid
                || self.keys.iter().any(|key| key.kid.is_some())
        });
        let fits = move |key: &&VerificationKey| {
            key.algorithm == algorithm && (kid.is_none() || key.kid() == kid)
        };
        if self.keys.iter().any(|key| fits(&key)) {
            return Ok(self.keys.iter().filter(fits).take(Self::MAX_TRIES));
        }
        let has_kid = kid.is_some() && self.keys.iter().any(|key| key.kid() == kid);
        Err(if has_kid {
            VerifyError::AlgorithmNotAllowed
        } else {
            VerifyError::UnknownKid
        })
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter()).finish()
    }
}

impl LoadedKeys {
    pub(super) fn empty(allowed: &[Algorithm]) -> Self {
        let keys = KeySet {
            keys: Arc::default(),
            allowed: allowed.into(),
            available: true,
        };
        Self {
            keys,
            skipped: Vec::new(),
            exposed: Vec::new(),
        }
    }
}

/// Adds a key to those of a set, if it can be told from them.
pub(super) fn push(keys: &mut Vec<VerificationKey>, key: VerificationKey) -> Result<(), KeyError> {
    if keys.len() >= KeySet::MAX_KEYS {
        return Err(KeyError::TooManyKeys);
    }
    if keys
        .iter()
        .any(|other| other.algorithm.is_symmetric() != key.algorithm.is_symmetric())
    {
        return Err(KeyError::MixedFamilies);
    }
    let is_same = |other: &VerificationKey| {
        key.kid.is_some() && other.kid == key.kid && other.algorithm == key.algorithm
    };
    if keys.iter().any(is_same) {
        return Err(KeyError::DuplicateKid);
    }
    keys.push(key);
    Ok(())
}

fn read_pem(text: &str, allowed: &[Algorithm]) -> Result<LoadedKeys, KeyError> {
    let material = pem::read(text)?;
    let keys = fitting(&material, allowed)?
        .into_iter()
        .map(|algorithm| VerificationKey::from_material(&material, algorithm, None))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(LoadedKeys {
        keys: KeySet::new(keys)?,
        skipped: Vec::new(),
        exposed: Vec::new(),
    })
}

/// The allowed algorithms that the key can serve; at least one.
pub(super) fn fitting(
    material: &Material,
    allowed: &[Algorithm],
) -> Result<Vec<Algorithm>, KeyError> {
    let fitting: Vec<Algorithm> = allowed
        .iter()
        .copied()
        .filter(|algorithm| material.fits(*algorithm))
        .collect();
    if fitting.is_empty() {
        Err(KeyError::FitsNoAlgorithm)
    } else {
        Ok(fitting)
    }
}

fn bounded(text: &[u8]) -> Result<&str, KeyError> {
    if text.len() > KeySet::MAX_BYTES {
        return Err(KeyError::TooLarge);
    }
    std::str::from_utf8(text).map_err(|_| KeyError::NotAKey)
}
