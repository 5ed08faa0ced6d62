//! Events of one kind that anybody can cause: so many of everybody, and how many there were besides.

use std::{
    hash::Hash,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use agentup_handlers::middleware::{RateLimit, RateLimiter};

/// Which events of a kind are recorded, by who causes them.
#[derive(Debug)]
pub(super) struct Sparing<K> {
    of_one: RateLimiter<K>,
    of_all: RateLimiter<()>,
    untold: AtomicU64,
}

impl<K: Clone + Eq + Hash> Sparing<K> {
    /// So many in a minute, and at once.
    pub(super) fn new(of_one: u32, of_all: u32) -> Self {
        let limit = |count| RateLimit {
            requests_per_minute: count,
            burst_size: count,
        };
        Self {
            of_one: RateLimiter::new(limit(of_one)),
            of_all: RateLimiter::new(limit(of_all)),
            untold: AtomicU64::new(0),
        }
    }

    /// Whether one more is recorded; else it is counted.
    pub(super) fn is_told(&self, who: &K, now: Duration) -> bool {
        // In this order: whoever goes on and on takes nothing from the others.
        let is_told = self.of_one.count(who, now).is_ok() && self.of_all.count(&(), now).is_ok();
        if !is_told {
            self.untold.fetch_add(1, Relaxed);
        }
        is_told
    }

    /// How many were not, since this was last asked.
    pub(super) fn take_untold(&self) -> Option<u64> {
        let untold = self.untold.swap(0, Relaxed);
        (untold > 0).then_some(untold)
    }
}
