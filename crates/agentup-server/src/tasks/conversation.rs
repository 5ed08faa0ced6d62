//! The conversation of a context: what its owner and the agent have said in its tasks so far.
//!
//! Nothing is kept for it. The tasks of the owner have all of it, within the bounds of their store,
//! so a skill that does not ask for it costs nothing, and one that does reads it from there.

use std::sync::Arc;

use agentup_auth::PrincipalId;
use agentup_handlers::{Conversations, TaskChannel as _, size_of_message};
use agentup_protocol::{Artifact, Message, Role, Task, TaskState};
use serde_json::Value;

use super::{cell::TaskCell, store::Store};

/// How much of a conversation a skill is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// The most messages.
    pub(crate) messages: usize,
    /// The most bytes of all of them together.
    pub(crate) bytes: usize,
}

impl Conversations for Store {
    fn before(
        &self,
        owner: &PrincipalId,
        context_id: &str,
        task_id: &str,
        message: &Message,
    ) -> Vec<Message> {
        let extent = self.bounds().conversation;
        let mut room = Room {
            messages: extent.messages.saturating_sub(1),
            bytes: extent.bytes.saturating_sub(size_of_message(message)),
        };
        let mut said = Vec::new();
        let own = self.find(owner, task_id);
        // Most calls stand alone, and an owner may have thousands of tasks to look through.
        if own.as_ref().is_some_and(|it| it.opens_context(message)) {
            return said;
        }
        let earlier = self.of_context(owner, context_id, extent.messages);
        let earlier = earlier.into_iter().filter(|cell| cell.id() != task_id);
        // The task at hand is where the conversation is, whenever it was begun.
        for cell in own.into_iter().chain(earlier) {
            if !cell.read(|task| room.take(task, message, &mut said)) {
                break;
            }
        }
        said.reverse();
        said
    }

    fn note_before(
        &self,
        owner: &PrincipalId,
        context_id: &str,
        task_id: &str,
        message: &Message,
    ) -> Option<Value> {
        let own = self.find(owner, task_id)?;
        if own.opens_context(message) {
            return None;
        }
        let is_like_it = |cell: &TaskCell| {
            cell.context_id() == context_id
                && cell.skill == own.skill
                && cell.id() != own.id()
                && cell.note().is_some()
        };
        self.latest(owner, is_like_it, 1).first()?.note()
    }
}

/// What there is still room for.
struct Room {
    messages: usize,
    bytes: usize,
}

impl Room {
    /// Adds the messages of a task, the latest first. Answers whether there was room for all.
    fn take(&mut self, task: &Task, current: &Message, said: &mut Vec<Message>) -> bool {
        let is_own = current.task_id.as_ref() == Some(&task.id);
        if !is_own && !is_said(task) {
            return true;
        }
        let replies = task.status.message.as_deref().filter(|_| is_reply(task));
        let artifacts = task.artifacts.iter().map(|artifact| reply(task, artifact));
        let history = task.history.iter().cloned();
        let messages = history.chain(artifacts).chain(replies.cloned());
        let is_current = |message: &Message| is_own && message.message_id == current.message_id;
        // Forwards is the order in which a task has them, backwards the one in which they count.
        let earlier: Vec<_> = messages.filter(|message| !is_current(message)).collect();
        for message in earlier.into_iter().rev() {
            let size = size_of_message(&message);
            let (Some(messages), Some(bytes)) =
                (self.messages.checked_sub(1), self.bytes.checked_sub(size))
            else {
                return false;
            };
            (self.messages, self.bytes) = (messages, bytes);
            said.push(message);
        }
        true
    }
}

/// Whether another task is part of the conversation: one that is still at work is not, for nobody
/// has heard of its answer yet.
const fn is_said(task: &Task) -> bool {
    let state = task.status.state;
    state.is_terminal() || state.is_interrupted()
}

/// Whether the words of the status are the agent's answer. Those of a failure are the server's.
const fn is_reply(task: &Task) -> bool {
    let state = task.status.state;
    state.is_interrupted() || matches!(state, TaskState::Completed | TaskState::Rejected)
}

/// What a task has brought forth, as a message of the agent.
fn reply(task: &Task, artifact: &Artifact) -> Message {
    let mut message = Message::new(
        artifact.artifact_id.clone(),
        Role::Agent,
        artifact.parts.clone(),
    );
    message.task_id = Some(task.id.clone());
    message.context_id = Some(task.context_id.clone());
    message
}

impl Store {
    /// The latest tasks of the owner in a context, the latest first. Those that were refused have
    /// said nothing.
    fn of_context(&self, owner: &PrincipalId, context: &str, most: usize) -> Vec<Arc<TaskCell>> {
        let belongs = |cell: &TaskCell| cell.context_id() == context && cell.begun_by.is_some();
        self.latest(owner, belongs, most)
    }
}
