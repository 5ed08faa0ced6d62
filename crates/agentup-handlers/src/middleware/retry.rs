//! `retryable`: a failure that is not for good is not the end.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// How often a skill is tried, and with which pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// The most attempts, the first one included.
    pub max_attempts: usize,
    /// The longest first pause. Each one is twice as long as the one before.
    pub initial_delay: Duration,
    /// The longest pause.
    pub max_delay: Duration,
}

impl RetrySettings {
    /// The pauses between the attempts. Each is drawn from the upper half of its length, so that
    /// skills that failed together do not try again together.
    pub(crate) fn pauses(&self) -> ExponentialBackoff {
        let half = |delay: Duration| delay.checked_div(2).unwrap_or_default();
        ExponentialBuilder::new()
            .with_min_delay(half(self.initial_delay))
            .with_max_delay(half(self.max_delay))
            .with_max_times(self.max_attempts.saturating_sub(1))
            .with_jitter()
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_limit_and_end() {
        let settings = RetrySettings {
            max_attempts: 6,
            initial_delay: Duration::from_millis(100),
            max_delay: Duration::from_millis(500),
        };
        for _ in 0..100 {
            let pauses: Vec<_> = settings.pauses().collect();
            assert_eq!(pauses.len(), 5);
            for (pause, most) in pauses.iter().zip([100, 200, 400, 500, 500]) {
                let most = Duration::from_millis(most);
                assert!((most / 2..=most).contains(pause), "{pause:?} of {most:?}");
            }
        }
    }

    #[test]
    fn one_attempt_has_no_pause() {
        let settings = RetrySettings {
            max_attempts: 1,
            initial_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(1),
        };
        assert_eq!(settings.pauses().count(), 0);
    }
}
