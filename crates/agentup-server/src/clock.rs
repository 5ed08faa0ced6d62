//! The clock of a server: the system's, or one that stands still in a test.

use std::{fmt, sync::Arc};

use agentup_auth::UnixSeconds;
use chrono::{DateTime, Utc};

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The time of the system.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(agentup_env::clock::utc_now))
    }

    /// Always this time.
    #[must_use]
    pub fn fixed(time: DateTime<Utc>) -> Self {
        Self(Arc::new(move || time))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }

    /// Now, as tokens count it; a time before the epoch counts as the epoch.
    #[must_use]
    pub fn unix(&self) -> UnixSeconds {
        UnixSeconds::new(u64::try_from(self.now().timestamp()).unwrap_or_default())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}
