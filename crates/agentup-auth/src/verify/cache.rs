//! Tokens that were found good, remembered for a while so that they are not verified again.

use std::fmt;

use aws_lc_rs::digest;
use quick_cache::sync::Cache;

use super::VerifiedClaims;
use crate::token::BearerToken;

/// SHA-256 of a whole token. No two tokens share one, and it tells nothing about its token.
pub(super) type Digest = [u8; digest::SHA256_OUTPUT_LEN];

/// A bounded memory of good tokens. What is found in it is good but for time, keys and revocation.
pub(super) struct TokenCache(Cache<Digest, Known>);

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
        (tokens > 0).then(|| Self(Cache::new(tokens)))
    }

    pub(super) fn find(&self, key: &Digest) -> Option<Known> {
        self.0.get(key)
    }

    /// Remembers a good token. Refusals are not remembered: they are for the caller to pay for.
    pub(super) fn remember(&self, key: Digest, known: Known) {
        self.0.insert(key, known);
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
        write!(f, "TokenCache({} tokens)", self.0.len())
    }
}
