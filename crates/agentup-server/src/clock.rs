//! The clock of a server: the system's, or one that stands still in a test.

use std::fmt;

use agentup_auth::UnixSeconds;
use agentup_env::clock;
use chrono::{DateTime, Utc};

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Option<DateTime<Utc>>);

impl Clock {
    /// The time of the system.
    #[must_use]
    pub const fn system() -> Self {
        Self(None)
    }

    /// Always this time.
    #[must_use]
    pub const fn fixed(time: DateTime<Utc>) -> Self {
        Self(Some(time))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.unwrap_or_else(clock::utc_now)
    }

    /// Now, as tokens count it; a time before the epoch counts as the epoch.
    #[must_use]
    pub fn unix(&self) -> UnixSeconds {
        // Without a date on the way, which costs more than to ask for the time.
        UnixSeconds::new(match self.0 {
            None => clock::unix_now(),
            Some(time) => u64::try_from(time.timestamp()).unwrap_or_default(),
        })
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}
