//! Tokens that were found good, remembered for a while so that they are not verified again.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use aws_lc_rs::digest;
use quick_cache::sync::Cache;

use super::VerifiedClaims;
use crate::{striped::Striped, token::BearerToken};

/// SHA-256 of a whole token. No two tokens share one, and it tells nothing about its token.
pub(super) type Digest = [u8; digest::SHA256_OUTPUT_LEN];

/// A bounded memory of good tokens. What is found in it is good but for time, keys and revocation.
pub(super) struct TokenCache {
    tokens: Cache<Digest, Known>,
    asked: Striped<Asked>,
}

/// How often a token was looked for.
#[derive(Default)]
struct Asked {
    hits: AtomicU64,
    misses: AtomicU64,
}

/// What a memory of good tokens has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStatus {
    /// How often a token was found.
    pub hits: u64,
    /// How often it was not.
    pub misses: u64,
    /// How many tokens there are.
    pub entries: usize,
}

/// A token that was found good, and by what.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) claims: VerifiedClaims,
    /// The position of the issuer whose keys verified it, and their generation.
    pub(super) issuer: usize,
    pub(super) generation: u64,
}

impl TokenCache {
    /// A memory of so many tokens; none if there is nothing to remember.
    pub(super) fn new(tokens: usize) -> Option<Self> {
        (tokens > 0).then(|| Self {
            tokens: Cache::new(tokens),
            asked: Striped::default(),
        })
    }

    pub(super) fn find(&self, key: &Digest) -> Option<Known> {
        let found = self.tokens.get(key);
        let asked = self.asked.here();
        let count = match found {
            Some(_) => &asked.hits,
            None => &asked.misses,
        };
        count.fetch_add(1, Ordering::Relaxed);
        found
    }

    pub(super) fn status(&self) -> CacheStatus {
        let sum = |count: fn(&Asked) -> &AtomicU64| {
            self.asked.sum(|asked| count(asked).load(Ordering::Relaxed))
        };
        CacheStatus {
            hits: sum(|asked| &asked.hits),
            misses: sum(|asked| &asked.misses),
            entries: self.tokens.len(),
        }
    }

    /// Remembers a good token. Refusals are not remembered: they are for the caller to pay for.
    pub(super) fn remember(&self, key: Digest, known: Known) {
        self.tokens.insert(key, known);
    }
}

/// The name of a token in the cache.
pub(super) fn digest(token: BearerToken<'_>) -> Digest {
    let mut name = Digest::default();
    let hash = digest::digest(&digest::SHA256, token.expose());
    name.copy_from_slice(hash.as_ref());
    name
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenCache({} tokens)", self.tokens.len())
    }
}
