//! Tokens that were found good, remembered for a while so that they are not verified again.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use quick_cache::sync::Cache;

use super::{
    VerifiedClaims,
    name::{Name, Namer},
};
use crate::{striped::Striped, token::BearerToken};

/// A bounded memory of good tokens. What is found in it is good but for time, keys and revocation.
pub(super) struct TokenCache {
    tokens: Cache<Name, Known>,
    namer: Namer,
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
    /// A memory of so many tokens; none if there is nothing to remember, or no randomness to name
    /// tokens by.
    pub(super) fn new(tokens: usize) -> Option<Self> {
        if tokens == 0 {
            return None;
        }
        Some(Self {
            tokens: Cache::new(tokens),
            namer: Namer::new()?,
            asked: Striped::default(),
        })
    }

    /// The name by which a token is remembered.
    pub(super) fn name(&self, token: BearerToken<'_>) -> Name {
        self.namer.name(token)
    }

    pub(super) fn find(&self, name: &Name) -> Option<Known> {
        let found = self.tokens.get(name);
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
    pub(super) fn remember(&self, name: Name, known: Known) {
        self.tokens.insert(name, known);
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenCache({} tokens)", self.tokens.len())
    }
}
