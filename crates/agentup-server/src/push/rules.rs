//! What a configuration says of push notifications: whether there are any, where they may go, and
//! how often each is tried.

use std::time::Duration;

use agentup_auth::remote::guard::Guard;
use agentup_protocol::{A2aError, ErrorKind};
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

use super::client::Client;
use crate::{
    config::{PushConfig, RetryConfig},
    signing::Signer,
};

/// The pause behind the first attempt; each further one is twice as long. Chance makes it up to
/// twice as long again, so that what failed together is not tried again together.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The rules of one configuration.
#[derive(Debug)]
pub(crate) struct Rules {
    enabled: bool,
    pub(super) guard: Guard,
    pub(super) retry: Retry,
    pub(super) signer: Option<Signer>,
    pub(super) client: Client,
}

impl Rules {
    pub(crate) fn new(config: &PushConfig, signer: Option<Signer>) -> Self {
        let mut guard = Guard::new();
        if config.allow_private_targets {
            guard = guard.allow_loopback().allow_private();
        }
        for host in &config.allow_hosts {
            guard = guard.allow_host(host);
        }
        Self {
            enabled: config.enabled,
            retry: Retry(config.retry.clone()),
            client: Client::new(guard.clone()),
            guard,
            signer,
        }
    }

    pub(super) const fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// That there are notifications at all.
    pub(super) fn check_enabled(&self) -> Result<(), A2aError> {
        if self.enabled {
            Ok(())
        } else {
            Err(ErrorKind::PushNotificationNotSupported.into())
        }
    }
}

/// How often a notification is tried.
#[derive(Clone, Debug)]
pub(super) struct Retry(RetryConfig);

impl Retry {
    /// The pauses between the attempts at one notification.
    pub(super) fn pauses(&self) -> ExponentialBackoff {
        ExponentialBuilder::new()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .with_max_times(self.0.attempts.saturating_sub(1))
            .with_jitter()
            .build()
    }

    /// Whether a notification of this age is worth an attempt.
    pub(super) fn is_worth(&self, age: Duration) -> bool {
        age <= self.0.max_age
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry(attempts: usize) -> Retry {
        Retry(RetryConfig {
            attempts,
            max_age: Duration::from_mins(1),
        })
    }

    #[test]
    fn pauses_grow_and_end() {
        for attempts in [1, 2, 5, 12] {
            let pauses: Vec<_> = retry(attempts).pauses().collect();
            assert_eq!(pauses.len() + 1, attempts);
            for (index, pause) in pauses.into_iter().enumerate() {
                let least = FIRST_PAUSE.saturating_mul(1 << index).min(LONGEST_PAUSE);
                assert!(
                    least <= pause && pause <= LONGEST_PAUSE * 2,
                    "{index}: {pause:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_too_old_is_not_worth_it() {
        assert!(retry(5).is_worth(Duration::from_mins(1)));
        assert!(!retry(5).is_worth(Duration::from_secs(61)));
    }
}
