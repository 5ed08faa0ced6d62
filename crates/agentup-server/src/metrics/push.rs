//! Push notifications: what became of them.

use std::fmt;

use super::{
    Count,
    page::{Family, Page},
};

const NOTIFICATIONS: Family = Family::new(
    "push_notifications",
    "Notifications of webhooks, by what became of them.",
);
const ATTEMPTS: Family = Family::new("push_attempts", "Requests to webhooks, by how they ended.");

/// What becomes of a notification. The name is part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The webhook has heard it.
    Delivered,
    /// The webhook could not be told.
    GivenUp,
    /// Too many waited already.
    Lost,
}

/// How an attempt at a delivery ends. The name is part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// The webhook has heard it.
    Delivered,
    /// The guard or the rules of the agent say no.
    NotAllowed,
    /// The agent cannot send or sign it.
    CannotSend,
    /// There was no connection.
    Connect,
    /// It took too long.
    Timeout,
    /// The connection broke.
    Broken,
    /// The webhook answered with another status than success.
    Status,
}

impl Fate {
    const ALL: [(Self, &str); 3] = [
        (Self::Delivered, "delivered"),
        (Self::GivenUp, "given_up"),
        (Self::Lost, "lost"),
    ];
}

impl Attempt {
    const ALL: [(Self, &str); 7] = [
        (Self::Delivered, "delivered"),
        (Self::NotAllowed, "not_allowed"),
        (Self::CannotSend, "cannot_send"),
        (Self::Connect, "connect"),
        (Self::Timeout, "timeout"),
        (Self::Broken, "broken"),
        (Self::Status, "status"),
    ];
}

/// Counts notifications. They are sent on one thread.
#[derive(Debug, Default)]
pub(crate) struct PushMeter {
    fates: [Count; Fate::ALL.len()],
    attempts: [Count; Attempt::ALL.len()],
}

impl PushMeter {
    /// Notifications came to this end.
    pub(crate) fn ended(&self, fate: Fate) {
        if let Some(count) = self.fates.get(fate as usize) {
            count.add(1);
        }
    }

    /// An attempt came to this end.
    pub(crate) fn attempted(&self, attempt: Attempt) {
        if let Some(count) = self.attempts.get(attempt as usize) {
            count.add(1);
        }
    }

    pub(super) fn write(&self, page: &mut Page<'_>) -> fmt::Result {
        let fates = Fate::ALL.iter().zip(&self.fates);
        let fates = fates.map(|((_, name), count)| ([("outcome", *name)], count.get()));
        page.counters(&NOTIFICATIONS, fates)?;
        let attempts = Attempt::ALL.iter().zip(&self.attempts);
        let attempts = attempts.map(|((_, name), count)| ([("outcome", *name)], count.get()));
        page.counters(&ATTEMPTS, attempts)
    }
}
