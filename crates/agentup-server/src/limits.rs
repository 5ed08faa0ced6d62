//! What callers and addresses have used up.

use agentup_auth::{Principal, PrincipalId};
use agentup_handlers::middleware::{Limited, RateLimit, RateLimiter, Timer};

use crate::{client_address::Source, config::LimitsConfig};

mod concurrency;
mod per_caller;

pub(crate) use concurrency::Concurrency;
pub(crate) use per_caller::{CallerPlace, PerCaller, TooMany};

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
