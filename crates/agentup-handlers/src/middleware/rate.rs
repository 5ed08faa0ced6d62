//! So many calls for each caller, evenly spread, with a burst: `rate_limited` of a skill, and
//! whatever else is counted by somebody.
//!
//! The generic cell rate algorithm: of each caller one moment is kept, at which the calls made so
//! far would have been due at the even pace. A call is allowed while that moment is not further
//! ahead than a burst. No call is counted that was refused, and what a refusal tells is true: by
//! then one more call is allowed, if no other comes first.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hash},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use foldhash::quality::RandomState;

/// How many calls, and how many of them at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The calls of a minute, at least one.
    pub requests_per_minute: u32,
    /// The calls that may come at once, at least one.
    pub burst_size: u32,
}

/// A caller has used up its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the caller has used up its calls")]
pub struct Limited {
    /// After which time a call is allowed again.
    pub retry_after: Duration,
}

/// Callers meet at a lock only by chance.
const SHARDS: usize = 16;

/// The most callers that are remembered in a shard. Whoever has not called for the time of a burst
/// is forgotten first, which changes nothing for anybody.
const CALLERS_OF_A_SHARD: usize = 4096;

/// Counts the calls of everybody, by what names them.
pub struct RateLimiter<K> {
    /// The time between two calls at the even pace.
    interval: Duration,
    /// How far ahead of the pace a caller may be.
    tolerance: Duration,
    shards: [Mutex<HashMap<K, Duration>>; SHARDS],
    hasher: RandomState,
}

impl<K: Clone + Eq + Hash> RateLimiter<K> {
    /// A limiter that has counted nothing.
    #[must_use]
    pub fn new(limit: RateLimit) -> Self {
        let minute = Duration::from_mins(1);
        let interval = minute.checked_div(limit.requests_per_minute.max(1));
        let interval = interval.unwrap_or(minute);
        let ahead = limit.burst_size.max(1).saturating_sub(1);
        Self {
            interval,
            tolerance: interval.saturating_mul(ahead),
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::default(),
        }
    }

    /// Counts a call, or refuses it. `now` is the time since a fixed moment.
    ///
    /// # Errors
    /// When the caller has used up its calls.
    pub fn count(&self, caller: &K, now: Duration) -> Result<(), Limited> {
        let mut due = self.shard_of(caller);
        let of_caller = due.get(caller).copied().unwrap_or_default().max(now);
        self.allow(of_caller, now)?;
        let next = of_caller.saturating_add(self.interval);
        if let Some(moment) = due.get_mut(caller) {
            *moment = next;
        } else {
            make_room(&mut due, now, CALLERS_OF_A_SHARD);
            due.insert(caller.clone(), next);
        }
        drop(due);
        Ok(())
    }

    /// Whether a call would be allowed, which is not counted.
    ///
    /// # Errors
    /// When the caller has used up its calls.
    pub fn check(&self, caller: &K, now: Duration) -> Result<(), Limited> {
        let due = self.shard_of(caller).get(caller).copied();
        due.map_or(Ok(()), |due| self.allow(due, now))
    }

    /// `due` is the moment at which the calls so far would have been due at the even pace.
    fn allow(&self, due: Duration, now: Duration) -> Result<(), Limited> {
        let retry_after = due.saturating_sub(now).saturating_sub(self.tolerance);
        if retry_after.is_zero() {
            Ok(())
        } else {
            Err(Limited { retry_after })
        }
    }

    fn shard_of(&self, caller: &K) -> MutexGuard<'_, HashMap<K, Duration>> {
        let index = usize::try_from(self.hasher.hash_one(caller)).unwrap_or_default();
        #[expect(
            clippy::indexing_slicing,
            reason = "the remainder is smaller than the array"
        )]
        let shard = &self.shards[index % SHARDS];
        // A panic leaves no half of a moment behind, so what it poisoned is as good as before.
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many callers are remembered.
    #[cfg(test)]
    fn len(&self) -> usize {
        let callers = |shard: &Mutex<HashMap<_, _>>| shard.lock().unwrap().len();
        self.shards.iter().map(callers).sum()
    }
}

/// Forgets the callers who are back at the pace. When everybody is ahead of it, forgets the one who
/// is least.
fn make_room<K: Clone + Eq + Hash>(due: &mut HashMap<K, Duration>, now: Duration, most: usize) {
    if due.len() < most {
        return;
    }
    due.retain(|_, moment| *moment > now);
    if due.len() < most {
        return;
    }
    let least = due.iter().min_by_key(|(_, moment)| **moment);
    if let Some(least) = least.map(|(caller, _)| caller.clone()) {
        due.remove(&least);
    }
}

impl<K> std::fmt::Debug for RateLimiter<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RateLimiter")
            .field("interval", &self.interval)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
