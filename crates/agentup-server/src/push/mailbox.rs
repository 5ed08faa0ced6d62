//! What waits for one webhook, in order and within bounds.

use std::{collections::VecDeque, sync::Arc};

use agentup_protocol::{Generation, Outcome, Task, json};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::tasks::Event;

/// How many events wait for one webhook.
const MAX_EVENTS: usize = 1024;

/// How many tasks wait for one webhook. Each is the whole of it, and a later one has all that an
/// earlier one has.
const MAX_TASKS: usize = 16;

/// Something that a webhook is to hear.
#[derive(Clone, Debug)]
pub(super) struct Notification {
    pub(super) content: Content,
    /// When it happened.
    pub(super) since: Instant,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// What happened: for a webhook of 1.0.
    Event(Event),
    /// The task as it was then: for a webhook of 0.3.
    Task(Arc<Task>),
}

/// The notifications of one webhook.
#[derive(Debug, Default)]
pub(super) struct Mailbox(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Notification>,
    /// Whether somebody delivers.
    at_work: bool,
    /// Whether something was lost since it last was empty.
    lost: bool,
    closed: bool,
}

/// What became of a notification that was put into a mailbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Put {
    /// Whether one more waits than before.
    pub(super) is_added: bool,
    /// Whether there is nobody yet who delivers it.
    pub(super) is_idle: bool,
    /// Whether it, or another one in its place, is lost.
    pub(super) loss: Option<Loss>,
}

/// A notification that nobody hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// The first one in a while.
    First,
    Further,
}

impl Mailbox {
    /// Puts a notification behind the others. Without `room` for one more, or when there are too
    /// many already, another one goes: the newest task, which this one outdates, or the oldest
    /// event, for the end of a task is what matters most.
    pub(super) fn put(&self, notification: Notification, room: impl FnOnce() -> bool) -> Put {
        let mut state = self.0.lock();
        let mut put = Put::default();
        if state.closed {
            return put;
        }
        let most = match notification.content {
            Content::Event(_) => MAX_EVENTS,
            Content::Task(_) => MAX_TASKS,
        };
        put.is_added = state.waiting.len() < most && room();
        if !put.is_added {
            let gone = match notification.content {
                Content::Event(_) => state.waiting.pop_front(),
                Content::Task(_) => state.waiting.pop_back(),
            };
            let is_loss = match gone {
                Some(_) => matches!(notification.content, Content::Event(_)),
                // It has nobody's place to take.
                None => true,
            };
            put.loss = is_loss.then(|| state.lose());
            if gone.is_none() {
                return put;
            }
        }
        state.waiting.push_back(notification);
        put.is_idle = !std::mem::replace(&mut state.at_work, true);
        put
    }

    /// The next notification. None ends the work of whoever delivers.
    pub(super) fn take(&self) -> Option<Notification> {
        let mut state = self.0.lock();
        let next = state.waiting.pop_front();
        if next.is_none() {
            state.at_work = false;
            state.lost = false;
        }
        next
    }

    /// Drops all that waits, and whatever else is put in. Answers how many were dropped.
    pub(super) fn close(&self) -> usize {
        let mut state = self.0.lock();
        state.closed = true;
        std::mem::take(&mut state.waiting).len()
    }
}

impl State {
    fn lose(&mut self) -> Loss {
        if std::mem::replace(&mut self.lost, true) {
            Loss::Further
        } else {
            Loss::First
        }
    }
}

impl Notification {
    /// What is sent.
    pub(super) fn body(&self) -> Bytes {
        let outcome = match &self.content {
            Content::Event(event) => Outcome::Event(event).in_generation(Generation::V10),
            Content::Task(task) => Outcome::Task(task).in_generation(Generation::V03),
        };
        // Events and tasks are made of types whose maps have text for keys: this does not fail.
        json::to_vec(&outcome).unwrap_or_default().into()
    }
}

#[cfg(test)]
mod tests;
