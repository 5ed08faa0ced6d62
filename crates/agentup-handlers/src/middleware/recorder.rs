//! What a skill tells on its way, noted down while it is told.

use std::sync::{Arc, Mutex, PoisonError};

use agentup_protocol::Message;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::cache::size_of_update;
use crate::{TaskChannel, Update};

/// Stands between a skill and its task. The task hears everything as ever.
pub(crate) struct Recorder {
    task: Arc<dyn TaskChannel>,
    noted: Mutex<Noted>,
}

struct Noted {
    /// None once there was too much.
    updates: Option<Vec<Update>>,
    /// The bytes that there is still room for.
    room: usize,
    has_published: bool,
}

impl Recorder {
    /// Notes down so many bytes at the most.
    pub(crate) fn new(task: Arc<dyn TaskChannel>, room: usize) -> Self {
        let noted = Noted {
            updates: Some(Vec::new()),
            room,
            has_published: false,
        };
        Self {
            task,
            noted: Mutex::new(noted),
        }
    }

    /// Whether any part of an answer was told.
    pub(crate) fn has_published(&self) -> bool {
        self.lock().has_published
    }

    /// All that was told of the answer; none if that was too much.
    pub(crate) fn take(&self) -> Option<Vec<Update>> {
        self.lock().updates.take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Noted> {
        // What a panic leaves behind is noted or not, never half.
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Noted {
    fn note(&mut self, update: &Update) {
        // How far the work had come is of no interest when it is done.
        if matches!(update, Update::Progress(_)) {
            return;
        }
        self.has_published = true;
        let room = self.room.checked_sub(size_of_update(update));
        match (&mut self.updates, room) {
            (Some(updates), Some(room)) => {
                self.room = room;
                updates.push(update.clone());
            }
            _ => self.updates = None,
        }
    }
}

impl TaskChannel for Recorder {
    fn id(&self) -> &str {
        self.task.id()
    }

    fn context_id(&self) -> &str {
        self.task.context_id()
    }

    fn cancellation(&self) -> CancellationToken {
        self.task.cancellation()
    }

    fn publish(&self, update: Update) {
        self.lock().note(&update);
        self.task.publish(update);
    }

    fn history(&self) -> Vec<Message> {
        self.task.history()
    }

    fn note(&self) -> Option<Value> {
        self.task.note()
    }

    fn set_note(&self, note: Value) {
        self.task.set_note(note);
    }
}
