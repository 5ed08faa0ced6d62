//! The spans of time in the life of keys, and how chance spreads them.

use std::time::Duration;

/// The shortest pause between two planned fetches, whatever is configured.
const LEAST_PAUSE: Duration = Duration::from_millis(100);

/// A moment, as the time since some fixed one. Meant for a clock that never goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Duration);

impl Moment {
    /// So long after the fixed moment.
    #[must_use]
    pub const fn new(since_start: Duration) -> Self {
        Self(since_start)
    }

    /// The moment so much later.
    #[must_use]
    pub const fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }

    /// How long after the other it is; zero if it is before.
    #[must_use]
    pub const fn since(self, other: Self) -> Duration {
        self.0.saturating_sub(other.0)
    }
}

/// The spans of time in the life of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How long keys are fresh. They are fetched again before it ends.
    pub ttl: Duration,
    /// The least that an issuer's `Cache-Control: max-age` can shorten [`Timing::ttl`] to. It
    /// never lengthens it: a key that was removed stops working in time.
    pub least_ttl: Duration,
    /// How long keys serve that cannot be fetched again.
    pub hard_age: Duration,
    /// The least time between two fetches for the sake of an unknown `kid`.
    pub cool_down: Duration,
    /// The first pause after a failure; every further one doubles it.
    pub first_retry: Duration,
    /// The longest pause after a failure.
    pub last_retry: Duration,
    /// How long a request waits for the fetch that its unknown `kid` needs.
    pub patience: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            ttl: Duration::from_mins(5),
            least_ttl: Duration::from_mins(1),
            hard_age: Duration::from_hours(24),
            cool_down: Duration::from_secs(30),
            first_retry: Duration::from_secs(1),
            last_retry: Duration::from_mins(1),
            patience: Duration::from_secs(2),
        }
    }
}

impl Timing {
    /// How long keys are fresh of which the issuer says so much.
    pub(super) fn ttl_of(&self, max_age: Option<Duration>) -> Duration {
        max_age.map_or(self.ttl, |age| age.max(self.least_ttl).min(self.ttl))
    }

    /// Between three quarters and seven eighths of the time for which the keys are fresh: early
    /// enough for some retries before it ends.
    pub(super) fn refresh_in(ttl: Duration, jitter: Jitter) -> Duration {
        let eighth = part(ttl, 8);
        let early = eighth.saturating_mul(6);
        early.saturating_add(jitter.of(eighth)).max(LEAST_PAUSE)
    }

    /// Between one half and the whole of a pause that doubles with every failure in a row.
    pub(super) fn retry_in(&self, failures: u32, jitter: Jitter) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let pause = self
            .first_retry
            .saturating_mul(doubled)
            .min(self.last_retry);
        let half = part(pause, 2);
        half.saturating_add(jitter.of(half)).max(LEAST_PAUSE)
    }
}

/// A number drawn by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jitter(pub u8);

impl Jitter {
    /// So many 256ths of a span.
    fn of(self, span: Duration) -> Duration {
        part(span, 256).saturating_mul(self.0.into())
    }
}

fn part(span: Duration, of: u32) -> Duration {
    span.checked_div(of).unwrap_or_default()
}
