//! The proofs of the last minutes, so that none is used twice (RFC 9449 §11.1).

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use aws_lc_rs::digest;

use super::DpopError;
use crate::{keys::Thumbprint, time::UnixSeconds};

/// How many parts the memory has, each with a lock of its own.
const SHARDS: usize = 16;

/// The span of time whose proofs are forgotten together, in seconds.
const SPAN: u64 = 16;

/// A bounded memory of proofs. When it is full, further proofs are refused until the oldest are
/// forgotten, which happens when they have become too old to be used: it never forgets one before.
pub(super) struct ReplayCache([Mutex<Shard>; SHARDS]);

#[derive(Default)]
struct Shard {
    /// In the order in which they are forgotten; few.
    slots: VecDeque<Slot>,
    /// Proofs in all of the slots.
    count: usize,
    most: usize,
}

/// The proofs whose last good moment is in one span.
struct Slot {
    /// The first moment after that span.
    end: u64,
    proofs: HashSet<u128>,
}

impl ReplayCache {
    /// A memory for about so many proofs: each part has the same share of it.
    pub(super) fn new(most: usize) -> Self {
        let share = most.div_ceil(SHARDS).max(1);
        Self(std::array::from_fn(|_| {
            Mutex::new(Shard {
                most: share,
                ..Shard::default()
            })
        }))
    }

    /// Lets a proof pass that is not known, and knows it until after `last`.
    ///
    /// Proofs of different keys never meet: `id` is the client's own choice.
    pub(super) fn admit(
        &self,
        key: &Thumbprint,
        id: &str,
        last: UnixSeconds,
        now: UnixSeconds,
    ) -> Result<(), DpopError> {
        let name = name(key, id);
        let shard = name
            .to_be_bytes()
            .first()
            .map_or(0, |byte| usize::from(*byte) % SHARDS);
        let shard = self.0.get(shard).ok_or(DpopError::MemoryFull)?;
        // A panic while it was locked leaves it whole: every step below is complete by itself.
        shard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .admit(name, last, now)
    }
}

impl Shard {
    fn admit(&mut self, name: u128, last: UnixSeconds, now: UnixSeconds) -> Result<(), DpopError> {
        while self.slots.front().is_some_and(|slot| slot.end <= now.get()) {
            let forgotten = self.slots.pop_front().map_or(0, |slot| slot.proofs.len());
            self.count = self.count.saturating_sub(forgotten);
        }
        if self.slots.iter().any(|slot| slot.proofs.contains(&name)) {
            return Err(DpopError::Replayed);
        }
        if self.count >= self.most {
            return Err(DpopError::MemoryFull);
        }
        let end = last.get().saturating_add(1);
        let end = end.checked_next_multiple_of(SPAN).unwrap_or(u64::MAX);
        let at = self.slots.partition_point(|slot| slot.end < end);
        if self.slots.get(at).is_none_or(|slot| slot.end != end) {
            let proofs = HashSet::new();
            self.slots.insert(at, Slot { end, proofs });
        }
        if let Some(slot) = self.slots.get_mut(at) {
            slot.proofs.insert(name);
            self.count = self.count.saturating_add(1);
        }
        Ok(())
    }
}

/// A name for the proof of this key and `jti`: half of a SHA-256. Only a client can make two of
/// its own proofs share one, and gains that one of them is refused.
fn name(key: &Thumbprint, id: &str) -> u128 {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(key.as_bytes());
    context.update(id.as_bytes());
    let hash = context.finish();
    hash.as_ref()
        .first_chunk()
        .map_or(0, |half| u128::from_be_bytes(*half))
}

#[cfg(test)]
mod tests;
