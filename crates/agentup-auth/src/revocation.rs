//! Tokens that were taken back before they expired.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use arc_swap::ArcSwap;

/// Tokens that are refused although they verify, by issuer and `jti`.
///
/// Never by the bytes of a token: ECDSA signatures are malleable, so one token has several
/// spellings. A token without `jti` cannot be listed; where a list is used, `jti` belongs into
/// [`Policy::required_claims`](crate::verify::Policy::required_claims).
///
/// Readers take no lock, and see either the old list or the new one.
#[derive(Default)]
pub struct RevocationList(ArcSwap<HashMap<String, HashSet<String>>>);

impl RevocationList {
    /// The most entries of a list. A list is held in memory as a whole.
    pub const MAX_ENTRIES: usize = 1_000_000;

    /// A list with nothing on it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a whole new list, of issuers and token ids, in the place of the old one. What is
    /// beyond [`RevocationList::MAX_ENTRIES`] makes it fail: a list that forgets would let in
    /// what was shut out.
    ///
    /// # Errors
    /// When there are too many entries. The old list stays.
    pub fn replace(
        &self,
        entries: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), ListTooLong> {
        let mut list = HashMap::<String, HashSet<String>>::new();
        for (count, (issuer, token_id)) in entries.into_iter().enumerate() {
            if count >= Self::MAX_ENTRIES {
                return Err(ListTooLong);
            }
            list.entry(issuer).or_default().insert(token_id);
        }
        self.0.store(list.into());
        Ok(())
    }

    /// Whether the token of this issuer and `jti` was taken back.
    #[must_use]
    pub fn contains(&self, issuer: &str, token_id: &str) -> bool {
        self.0
            .load()
            .get(issuer)
            .is_some_and(|listed| listed.contains(token_id))
    }

    /// How many tokens are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.load().values().map(HashSet::len).sum()
    }

    /// Whether no token is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RevocationList({} entries)", self.len())
    }
}

/// A revocation list is longer than [`RevocationList::MAX_ENTRIES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a revocation list has at most {} entries",
    RevocationList::MAX_ENTRIES
)]
pub struct ListTooLong;
