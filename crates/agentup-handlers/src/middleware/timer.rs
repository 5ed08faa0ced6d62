//! Time for middleware: how long ago something was, never what the date is.

use std::{fmt, sync::Arc, time::Duration, time::Instant};

/// Tells how much time has passed since a fixed moment. It never goes back.
#[derive(Clone)]
pub struct Timer(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Timer {
    /// The time since this call, by the clock of the system that is never set.
    #[must_use]
    pub fn system() -> Self {
        let start = Instant::now();
        Self::new(move || start.elapsed())
    }

    /// The time that a function tells, as one that a test moves by hand.
    pub fn new(now: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Duration {
        (self.0)()
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timer").field(&self.now()).finish()
    }
}
