//! From the mailbox of a webhook to the webhook: one after the other, each until it is heard or
//! given up.

use std::sync::Arc;

use super::{
    client::Failure,
    mailbox::{Loss, Notification},
    registered::Registration,
};
use crate::metrics::{Attempt, Fate};

impl Registration {
    /// Takes a notification in, and sees to it that somebody delivers.
    pub(super) fn notify(self: &Arc<Self>, notification: Notification) {
        let put = self.mailbox.put(notification, || self.webhook.push.enter());
        if put.loss.is_some() {
            self.webhook.push.meter.ended(Fate::Lost);
        }
        if put.loss == Some(Loss::First) {
            tracing::warn!(
                task = %self.task_id,
                config = %self.id.escape_debug(),
                host = %self.webhook.host().escape_debug(),
                "push notifications are lost: too many wait",
            );
        }
        if put.is_idle {
            self.webhook.push.spawn(Arc::clone(self).deliver());
        }
    }

    /// Ends the webhook: nothing more is sent.
    pub(super) fn end(&self) {
        self.webhook.push.leave(self.mailbox.close());
        self.gone.cancel();
    }

    /// Delivers until nothing waits.
    async fn deliver(self: Arc<Self>) {
        while let Some(notification) = self.mailbox.take() {
            tokio::select! {
                biased;
                () = self.gone.cancelled() => {}
                () = self.deliver_one(&notification) => {}
            }
            self.webhook.push.leave(1);
        }
    }

    async fn deliver_one(&self, notification: &Notification) {
        let body = notification.body();
        let mut pauses = self.webhook.push.rules.load().retry.pauses();
        let mut attempts = 0_u32;
        loop {
            attempts = attempts.saturating_add(1);
            let Err(failure) = self.attempt(body.clone()).await else {
                self.webhook.push.meter.ended(Fate::Delivered);
                tracing::debug!(task = %self.task_id, attempts, "push notification delivered");
                return;
            };
            let pause = pauses.next().filter(|_| failure.is_passing());
            let pause = pause.map(|pause| pause.max(failure.retry_after().unwrap_or_default()));
            let age = notification.since.elapsed();
            let retry = &self.webhook.push.rules.load().retry;
            match pause.filter(|pause| retry.is_worth(age.saturating_add(*pause))) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return self.give_up(failure, attempts),
            }
        }
    }

    /// One attempt, when there is a place for it.
    async fn attempt(&self, body: bytes::Bytes) -> Result<(), Failure> {
        // Nobody closes them, so that there always is a place some day.
        let _of_owner = self.lane.acquire().await;
        let _of_all = self.webhook.push.places.acquire().await;
        let rules = self.webhook.push.rules.load_full();
        let result = rules.post(&self.webhook, body).await;
        let attempt = result.map_or_else(Failure::attempt, |()| Attempt::Delivered);
        self.webhook.push.meter.attempted(attempt);
        result
    }

    fn give_up(&self, failure: Failure, attempts: u32) {
        self.webhook.push.meter.ended(Fate::GivenUp);
        tracing::warn!(
            task = %self.task_id,
            config = %self.id.escape_debug(),
            host = %self.webhook.host().escape_debug(),
            attempts,
            "push notification given up: {failure}",
        );
    }
}
