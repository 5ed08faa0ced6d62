//! What callers and addresses have used up.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::Arc,
};

use agentup_auth::{Principal, PrincipalId};
use agentup_handlers::middleware::{Limited, RateLimit, RateLimiter, Timer};
use parking_lot::Mutex;

use crate::{client_address::Source, config::LimitsConfig};

/// Counts the requests of callers, and the refused credentials of addresses. Both are bounded: see
/// [`RateLimiter`].
#[derive(Debug)]
pub(crate) struct Limiters {
    requests: Option<RateLimiter<PrincipalId>>,
    refusals: Option<RateLimiter<Source>>,
    timer: Timer,
}

impl Limiters {
    /// Counters that have counted nothing.
    pub(crate) fn new(config: &LimitsConfig) -> Self {
        let refusals = config.refusals_per_minute.map(|refusals| RateLimit {
            requests_per_minute: refusals,
            burst_size: refusals,
        });
        Self {
            requests: config.caller_rate.map(RateLimiter::new),
            refusals: refusals.map(RateLimiter::new),
            timer: Timer::system(),
        }
    }

    /// Counts a request of a caller, whatever it asks. Where security is off there are no callers.
    ///
    /// # Errors
    /// When the caller has used up its requests.
    pub(crate) fn count_request(&self, caller: &Principal) -> Result<(), Limited> {
        match &self.requests {
            Some(limiter) if caller.is_authenticated() => {
                limiter.count(caller.id(), self.timer.now())
            }
            _ => Ok(()),
        }
    }

    /// Whether credentials from there are still worth a look.
    ///
    /// # Errors
    /// When too many of them were refused.
    pub(crate) fn check_source(&self, source: Source) -> Result<(), Limited> {
        match &self.refusals {
            Some(limiter) => limiter.check(&source, self.timer.now()),
            None => Ok(()),
        }
    }

    /// Counts a credential that was refused. Where it comes from need not be known.
    pub(crate) fn count_refusal(&self, source: Option<Source>) {
        let (Some(limiter), Some(source)) = (&self.refusals, source) else {
            return;
        };
        let now = self.timer.now();
        if limiter.count(&source, now).is_ok() && limiter.check(&source, now).is_err() {
            tracing::warn!(
                %source,
                code = "source_limited",
                "too many credentials from this address were refused: no more are looked at for now",
            );
        }
    }
}

/// Two callers seldom meet at one lock.
const SHARDS: usize = 16;

/// The streams of events that are open, by caller.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    shards: [Mutex<HashMap<PrincipalId, usize>>; SHARDS],
    hasher: RandomState,
}

/// A stream of events that is open, until this is dropped.
#[derive(Debug)]
pub(crate) struct StreamPlace {
    streams: Arc<Streams>,
    caller: PrincipalId,
}

/// A caller has as many streams as it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooManyStreams;

impl Streams {
    /// Counts one more stream of a caller, if it has not got `most` of them. Where security is off
    /// everybody is one caller, whose streams are not limited.
    pub(crate) fn open(
        self: &Arc<Self>,
        caller: &Principal,
        most: usize,
    ) -> Result<StreamPlace, TooManyStreams> {
        let id = caller.id();
        let mut shard = self.shard(id).lock();
        let open = shard.entry(id.clone()).or_insert(0);
        if *open >= most && caller.is_authenticated() {
            return Err(TooManyStreams);
        }
        *open = open.saturating_add(1);
        drop(shard);
        Ok(StreamPlace {
            streams: Arc::clone(self),
            caller: id.clone(),
        })
    }

    fn close(&self, caller: &PrincipalId) {
        let mut shard = self.shard(caller).lock();
        if let Some(open) = shard.get_mut(caller) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                shard.remove(caller);
            }
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the remainder is smaller than the array"
    )]
    fn shard(&self, caller: &PrincipalId) -> &Mutex<HashMap<PrincipalId, usize>> {
        let index = usize::try_from(self.hasher.hash_one(caller)).unwrap_or_default();
        &self.shards[index % SHARDS]
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        self.streams.close(&self.caller);
    }
}

#[cfg(test)]
mod tests;
