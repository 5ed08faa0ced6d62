//! The system clock, read once at the edge of a process and passed on as a value.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

/// The time by the system clock, in UTC.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn utc_now() -> DateTime<Utc> {
    Utc::now()
}

/// The time by the system clock, since the epoch. A clock that is set before the epoch reads as the
/// epoch.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn since_epoch() -> Duration {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default()
}

/// The time by the system clock, in whole seconds since the epoch. A clock that is set before the
/// epoch reads as the epoch.
#[must_use]
pub fn unix_now() -> u64 {
    since_epoch().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_tell_the_same_time() {
        let earlier = unix_now();
        let between = u64::try_from(utc_now().timestamp()).unwrap();
        assert!((earlier..=unix_now()).contains(&between));
    }
}
