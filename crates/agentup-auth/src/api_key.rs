//! API keys: from what a request presents to the entry of the configuration that it is.
//!
//! Keys are kept as hashes. A key of high entropy is found by its SHA-256; one that people chose
//! has an Argon2id hash, which is costly to check on purpose. So that the cost is no lever for
//! an attack, a presented key is checked against at most one such hash, chosen by the beginning
//! of the key, and its verdict is remembered. How many checks run at a time is for the caller to
//! limit: a check is a value, [`CostlyCheck`].

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, OnceLock},
};

use aws_lc_rs::{hmac, rand::SystemRandom};
use quick_cache::sync::Cache;
use zeroize::Zeroizing;

use crate::{scope::ScopeSet, time::UnixSeconds};

mod digest;
mod error;
mod hash;
mod presented;

use digest::Digest;
pub use error::{ApiKeyError, KeyEntryError, KeyHashError};
pub use hash::KeyHash;
use hash::{Argon2id, Hash};
pub use presented::PresentedKey;

/// The issuer of all principals that authenticate with a key.
///
/// No token has it: RFC 7519 §2 makes an `iss` with a colon a URI, no URI begins with one, and
/// the verifier refuses it whatever is configured.
pub const API_KEY_ISSUER: &str = ":api_key";

/// A key as it is configured.
#[derive(Clone, Debug)]
pub struct ApiKeyEntry {
    /// Who has the key: the subject of the principal. Unique among all keys.
    pub name: String,
    /// What is kept of the key.
    pub hash: KeyHash,
    /// How the key begins, in clear. With an Argon2id hash it must be given, so that at most one
    /// hash is checked for a presented key; with SHA-256 it has no use.
    pub prefix: Option<String>,
    /// What the key grants.
    pub scopes: ScopeSet,
    /// The moment from which the key is refused.
    pub expires_at: Option<UnixSeconds>,
}

/// The keys that are accepted. Reads no clock.
pub struct ApiKeys {
    entries: Vec<Entry>,
    by_digest: HashMap<Digest, usize>,
    slow: Vec<SlowKey>,
    /// Names presented keys in the memory of verdicts. Made anew with every set of keys, so that
    /// whoever reads the memory cannot search it for likely keys.
    namer: hmac::Key,
    /// Presented keys that were checked the costly way and are none.
    wrong: Cache<Digest, ()>,
}

struct Entry {
    name: Arc<str>,
    scopes: ScopeSet,
    expires_at: Option<UnixSeconds>,
}

/// A key that is costly to check.
struct SlowKey {
    prefix: String,
    hash: Argon2id,
    entry: usize,
    /// The name of the one presented key that was found to be right.
    right: OnceLock<Digest>,
}

/// A key that was presented and is one of ours. Only [`ApiKeys`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedApiKey {
    name: Arc<str>,
    scopes: ScopeSet,
}

/// What comes of looking a presented key up.
#[derive(Debug)]
pub enum LookUp {
    /// It is one of ours.
    Verified(VerifiedApiKey),
    /// It may be the one whose prefix it has; that takes a while to say.
    Costly(CostlyCheck),
}

/// A check that takes some ten milliseconds and some ten MiB. To be run where nobody waits for
/// anything else, and few at a time.
pub struct CostlyCheck {
    keys: Arc<ApiKeys>,
    slow: usize,
    presented: Zeroizing<Vec<u8>>,
    name: Digest,
}

impl ApiKeys {
    /// The most keys of a set.
    pub const MAX_KEYS: usize = 10_000;
    /// How many wrong keys are remembered of those that were costly to check, 32 bytes each.
    const REMEMBERED: usize = 4096;
    /// The shortest prefix, in bytes.
    const MIN_PREFIX: usize = 4;

    /// Checks a set of keys.
    ///
    /// # Errors
    /// With the position of the first entry that cannot be used, and why.
    pub fn new(entries: Vec<ApiKeyEntry>) -> Result<Self, (usize, KeyEntryError)> {
        // Without randomness nothing else of the process would be safe either.
        let namer = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new())
            .map_err(|_| (0, KeyEntryError::NoRandomness))?;
        let mut keys = Self {
            entries: Vec::with_capacity(entries.len()),
            by_digest: HashMap::with_capacity(entries.len()),
            slow: Vec::new(),
            namer,
            wrong: Cache::new(Self::REMEMBERED),
        };
        let mut taken = HashSet::new();
        for (index, entry) in entries.into_iter().enumerate() {
            if !taken.insert(entry.name.clone()) {
                return Err((index, KeyEntryError::DuplicateName));
            }
            keys.add(entry).map_err(|error| (index, error))?;
        }
        Ok(keys)
    }

    fn add(&mut self, entry: ApiKeyEntry) -> Result<(), KeyEntryError> {
        let index = self.entries.len();
        if index >= Self::MAX_KEYS {
            return Err(KeyEntryError::TooMany);
        }
        if entry.name.is_empty()
            || entry.name.len() > 255
            || entry.name.chars().any(char::is_control)
        {
            return Err(KeyEntryError::Name);
        }
        match (entry.hash.0, entry.prefix) {
            (Hash::Sha256(_), Some(_)) => return Err(KeyEntryError::UselessPrefix),
            (Hash::Sha256(digest), None) => {
                if self.by_digest.insert(digest, index).is_some() {
                    return Err(KeyEntryError::DuplicateKey);
                }
            }
            (Hash::Argon2id(_), None) => return Err(KeyEntryError::MissingPrefix),
            (Hash::Argon2id(hash), Some(prefix)) => {
                self.check_prefix(&prefix)?;
                self.slow.push(SlowKey {
                    prefix,
                    hash,
                    entry: index,
                    right: OnceLock::new(),
                });
            }
        }
        self.entries.push(Entry {
            name: entry.name.into(),
            scopes: entry.scopes,
            expires_at: entry.expires_at,
        });
        Ok(())
    }

    /// A presented key must begin like one entry at most.
    fn check_prefix(&self, prefix: &str) -> Result<(), KeyEntryError> {
        if prefix.len() < Self::MIN_PREFIX || !prefix.bytes().all(presented::is_key_byte) {
            return Err(KeyEntryError::Prefix);
        }
        let meets =
            |other: &SlowKey| prefix.starts_with(&other.prefix) || other.prefix.starts_with(prefix);
        if self.slow.iter().any(meets) {
            return Err(KeyEntryError::AmbiguousPrefix);
        }
        Ok(())
    }

    /// Looks a presented key up. Fast: what is not, is handed back to be run elsewhere.
    ///
    /// # Errors
    /// When it is none of ours, or has expired.
    pub fn look_up(
        self: &Arc<Self>,
        key: PresentedKey<'_>,
        now: UnixSeconds,
    ) -> Result<LookUp, ApiKeyError> {
        let presented = key.expose();
        if presented.len() >= PresentedKey::MIN_FAST_BYTES
            && let Some(index) = self.by_digest.get(&Digest::of(presented))
        {
            return self.verified(*index, now).map(LookUp::Verified);
        }
        let begins = |slow: &SlowKey| presented.starts_with(slow.prefix.as_bytes());
        let Some((index, slow)) = self.slow.iter().enumerate().find(|(_, slow)| begins(slow))
        else {
            return Err(ApiKeyError::Unknown);
        };
        let name = Digest::keyed(&self.namer, presented);
        if slow.right.get() == Some(&name) {
            return self.verified(slow.entry, now).map(LookUp::Verified);
        }
        if self.wrong.get(&name).is_some() {
            return Err(ApiKeyError::Unknown);
        }
        Ok(LookUp::Costly(CostlyCheck {
            keys: Arc::clone(self),
            slow: index,
            presented: Zeroizing::new(presented.to_vec()),
            name,
        }))
    }

    /// The key of this entry, unless it has expired. Only the right key learns that it has.
    fn verified(&self, entry: usize, now: UnixSeconds) -> Result<VerifiedApiKey, ApiKeyError> {
        let entry = self.entries.get(entry).ok_or(ApiKeyError::Unknown)?;
        if entry.expires_at.is_some_and(|moment| moment <= now) {
            return Err(ApiKeyError::Expired);
        }
        Ok(VerifiedApiKey {
            name: Arc::clone(&entry.name),
            scopes: entry.scopes.clone(),
        })
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKeys({} keys)", self.entries.len())
    }
}

impl VerifiedApiKey {
    /// Who has the key.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// What it grants.
    #[must_use]
    pub const fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }
}

impl CostlyCheck {
    /// Says whether the presented key is the one that it begins like, and remembers it.
    ///
    /// # Errors
    /// When it is not, or it has expired.
    pub fn run(self, now: UnixSeconds) -> Result<VerifiedApiKey, ApiKeyError> {
        let slow = self.keys.slow.get(self.slow).ok_or(ApiKeyError::Unknown)?;
        if slow.hash.is_of(&self.presented) {
            let _ = slow.right.set(self.name);
            self.keys.verified(slow.entry, now)
        } else {
            self.keys.wrong.insert(self.name, ());
            Err(ApiKeyError::Unknown)
        }
    }
}

impl fmt::Debug for CostlyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CostlyCheck").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
