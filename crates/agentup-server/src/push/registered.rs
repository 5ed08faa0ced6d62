//! The webhooks of one task.

use std::sync::Arc;

use agentup_protocol::{Generation, Task, TaskPushNotificationConfig};
use tokio::{sync::Semaphore, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    mailbox::{Content, Mailbox, Notification},
    webhook::Webhook,
};
use crate::tasks::Event;

/// How many webhooks a task may have.
pub(super) const MAX_OF_TASK: usize = 16;

/// The webhooks of one task, in the order in which they were named.
#[derive(Debug, Default)]
pub(crate) struct Registered {
    webhooks: Vec<Arc<Registration>>,
    /// How many there ever were.
    made: u64,
}

/// A webhook of a task, with what it is still to hear.
#[derive(Debug)]
pub(super) struct Registration {
    /// Greater than those of the task's earlier ones.
    pub(super) number: u64,
    pub(super) task_id: Arc<str>,
    pub(super) id: String,
    pub(super) webhook: Webhook,
    pub(super) mailbox: Mailbox,
    /// The owner's share of the requests that may be under way.
    pub(super) lane: Arc<Semaphore>,
    /// Fires when the webhook is taken away.
    pub(super) gone: CancellationToken,
}

/// The task has as many webhooks as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Registered {
    /// Whether nobody is to be told of anything.
    pub(crate) const fn is_empty(&self) -> bool {
        self.webhooks.is_empty()
    }

    /// Adds a webhook, in the place of one with the same id. Without an id it takes the place of
    /// one with the same address, for clients repeat theirs with every message; else it gets a new
    /// one.
    pub(super) fn add(
        &mut self,
        mut webhook: Webhook,
        task_id: &str,
        lane: Arc<Semaphore>,
    ) -> Result<TaskPushNotificationConfig, Full> {
        let config = &mut webhook.config;
        let given = config.id.take().filter(|id| !id.is_empty());
        let same_address = || {
            self.webhooks
                .iter()
                .find(|known| known.webhook.config.url == config.url)
        };
        let id = given
            .or_else(|| same_address().map(|known| known.id.clone()))
            .unwrap_or_else(|| Uuid::new_v4().to_string());
        config.id = Some(id.clone());
        task_id.clone_into(&mut config.task_id);
        config.tenant = None;
        let answer = config.clone();
        let known = self.webhooks.iter().position(|known| known.id == id);
        if known.is_none() && self.webhooks.len() >= MAX_OF_TASK {
            return Err(Full);
        }
        self.made = self.made.saturating_add(1);
        let registration = Arc::new(Registration {
            number: self.made,
            task_id: Arc::from(task_id),
            id,
            gone: webhook.push.stop.child_token(),
            webhook,
            mailbox: Mailbox::default(),
            lane,
        });
        if let Some(known) = known {
            self.webhooks.remove(known).end();
        }
        self.webhooks.push(registration);
        Ok(answer)
    }

    /// The webhook with this id; without an id, the first one.
    pub(super) fn find(&self, id: Option<&str>) -> Option<TaskPushNotificationConfig> {
        let mut webhooks = self.webhooks.iter();
        let found = match id {
            Some(id) => webhooks.find(|known| known.id == id),
            None => webhooks.next(),
        };
        found.map(|found| found.webhook.config.clone())
    }

    /// Up to `size` webhooks behind the one with this number, and where the next page begins.
    pub(super) fn page(
        &self,
        behind: u64,
        size: usize,
    ) -> (Vec<TaskPushNotificationConfig>, Option<u64>) {
        let mut rest = self.webhooks.iter().filter(|known| known.number > behind);
        let page: Vec<_> = rest.by_ref().take(size).collect();
        let next = rest.next().and(page.last()).map(|last| last.number);
        let configs = page.into_iter().map(|known| known.webhook.config.clone());
        (configs.collect(), next)
    }

    /// Takes a webhook away, with all that it has not heard yet.
    pub(super) fn remove(&mut self, id: &str) {
        for gone in self.webhooks.extract_if(.., |known| known.id == id) {
            gone.end();
        }
    }

    /// Tells all of them. `task` is the task as the event has left it.
    pub(crate) fn tell(&self, event: &Event, task: &Task) {
        if self.webhooks.is_empty() {
            return;
        }
        let since = Instant::now();
        let mut whole = None;
        for registration in &self.webhooks {
            let content = match registration.webhook.generation {
                Generation::V10 => Content::Event(Arc::clone(event)),
                Generation::V03 => {
                    let task = whole.get_or_insert_with(|| Arc::new(task.clone()));
                    Content::Task(Arc::clone(task))
                }
            };
            registration.notify(Notification { content, since });
        }
    }
}

#[cfg(test)]
mod tests;
