//! The moves of a task: each goes from a state to one that may follow it, and is told to all who
//! watch.

use std::sync::Arc;

use agentup_handlers::{Reply, SkillError, TaskChannel, Update};
use agentup_protocol::{
    Artifact, ArtifactUpdate, Message, Part, PartContent, Role, StatusUpdate, StreamResponse,
    TaskState, TaskStatus, Timestamp,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Body, Inner, TaskCell};

/// Why a task takes no further message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TurnRefused {
    /// It has ended.
    Ended,
    /// A message is being answered.
    Busy,
}

/// What a cancellation found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Canceled {
    /// A skill at work, which was told.
    AtWork,
    /// A task that waited for its caller.
    Waiting,
}

/// The task has ended, so it cannot be canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotCancelable;

impl TaskCell {
    /// Takes a message of the caller: the task is at work from now on. Answers the message with
    /// the ids of its task filled in.
    pub(crate) fn begin(&self, mut message: Message) -> Result<Message, TurnRefused> {
        let mut body = self.body.lock();
        let inner = body.unended().ok_or(TurnRefused::Ended)?;
        if inner.running {
            return Err(TurnRefused::Busy);
        }
        inner.running = true;
        // The question that is answered here would be lost with the status that it stands in.
        if let Some(question) = inner.task.status.message.take() {
            self.remember(inner, *question);
        }
        message.task_id = Some(self.id().to_owned());
        message.context_id = Some(self.context_id().to_owned());
        self.remember(inner, message.clone());
        let status = &inner.task.status;
        // What was taken in is begun at once.
        let now = match status.timestamp {
            Some(taken_in) if status.state == TaskState::Submitted => taken_in,
            _ => self.now(),
        };
        self.turn_at(now, inner, TaskState::Working, None);
        Ok(message)
    }

    /// Ends the turn with what the skill answered. Nothing changes when the task was canceled in
    /// the meantime.
    pub(crate) fn finish(&self, result: Result<Reply, SkillError>) {
        let mut body = self.body.lock();
        if let Body::Open(inner) = &mut *body {
            inner.running = false;
        }
        let Some(inner) = body.unended() else {
            return;
        };
        match result {
            Ok(reply) => {
                let state = reply.state();
                match reply {
                    Reply::Completed(parts) => {
                        if !parts.is_empty() {
                            self.add_artifact(inner, answer(parts), false, true);
                        }
                        self.turn(inner, state, None);
                    }
                    Reply::InputRequired(parts)
                    | Reply::AuthRequired(parts)
                    | Reply::Rejected(parts) => self.turn(inner, state, Some(parts)),
                    // A reply of a kind that is not known here cannot be told to the caller.
                    _ => self.turn(inner, TaskState::Failed, None),
                }
            }
            Err(error) if error.is_denial() => self.reject(inner, error.public()),
            Err(error) => {
                let parts = vec![Part::text(error.public())];
                self.turn(inner, TaskState::Failed, Some(parts));
            }
        }
    }

    /// Ends a task that was never begun: the caller may not use the skill.
    pub(crate) fn deny(&self, message: Message, words: &str) {
        if let Some(inner) = self.body.lock().unended() {
            self.remember(inner, message);
            self.reject(inner, words);
        }
    }

    /// The words of a denial stand in an artifact, where callers of the 0.3 generation look for the
    /// answer.
    fn reject(&self, inner: &mut Inner, words: &str) {
        self.add_artifact(inner, answer(vec![Part::text(words)]), false, true);
        self.turn(inner, TaskState::Rejected, None);
    }

    /// Cancels the task and tells its handler.
    pub(crate) fn cancel(&self) -> Result<Canceled, NotCancelable> {
        let mut body = self.body.lock();
        let inner = body.unended().ok_or(NotCancelable)?;
        self.turn(inner, TaskState::Canceled, None);
        let found = if inner.running {
            Canceled::AtWork
        } else {
            Canceled::Waiting
        };
        let cancellation = inner.cancellation.take();
        drop(body);
        fire(cancellation);
        Ok(found)
    }

    /// Ends the task because the server will not keep it any longer. The words say why.
    pub(crate) fn abandon(&self, words: &str) {
        let mut body = self.body.lock();
        if let Some(inner) = body.unended() {
            let parts = vec![Part::text(words)];
            self.turn(inner, TaskState::Failed, Some(parts));
        }
        let Body::Open(inner) = &mut *body else {
            return;
        };
        let cancellation = inner.cancellation.take();
        drop(body);
        fire(cancellation);
    }

    /// Moves the task to another state, if there is a way from where it stands, and tells all.
    fn turn(&self, inner: &mut Inner, state: TaskState, said: Option<Vec<Part>>) {
        self.turn_at(self.now(), inner, state, said);
    }

    fn now(&self) -> Timestamp {
        self.engine.clock.now().into()
    }

    fn turn_at(
        &self,
        now: Timestamp,
        inner: &mut Inner,
        state: TaskState,
        said: Option<Vec<Part>>,
    ) {
        if !may_follow(inner.task.status.state, state) {
            return;
        }
        self.engine.meter.leave(inner.task.status.state);
        self.engine.meter.enter(state);
        let message = said.map(|parts| Box::new(self.agent_message(parts)));
        let status = TaskStatus {
            state,
            message,
            timestamp: Some(now),
        };
        inner.task.status = status;
        if inner.is_heard() {
            let update = StatusUpdate {
                task_id: self.id().to_owned(),
                context_id: self.context_id().to_owned(),
                status: inner.task.status.clone(),
                metadata: None,
            };
            inner.tell(StreamResponse::StatusUpdate(update));
        }
        if state.is_terminal() {
            // Dropping the senders ends the streams.
            inner.watchers.clear();
        }
        if state.is_terminal() || state.is_interrupted() {
            self.settled.notify_waiters();
        }
    }

    fn add_artifact(&self, inner: &mut Inner, artifact: Artifact, append: bool, last: bool) {
        let update = inner
            .is_heard()
            .then(|| self.artifact_update(artifact.clone(), append, last));
        let known = inner
            .task
            .artifacts
            .iter_mut()
            .find(|it| it.artifact_id == artifact.artifact_id);
        match known {
            Some(known) if append => known.parts.extend(artifact.parts),
            Some(known) => *known = artifact,
            None => push_exact(&mut inner.task.artifacts, artifact),
        }
        if let Some(update) = update {
            inner.tell(StreamResponse::ArtifactUpdate(update));
        }
    }

    /// Adds a piece of text. It is told as a chunk, but joins the text that is there: an artifact
    /// of a thousand tokens does not have a thousand parts.
    fn add_text(&self, inner: &mut Inner, artifact_id: &str, text: &str, last: bool) {
        let mut artifacts = inner.task.artifacts.iter_mut();
        let known = artifacts.find(|it| it.artifact_id == artifact_id);
        let end = known.and_then(|artifact| match artifact.parts.as_mut_slice() {
            [
                Part {
                    content: PartContent::Text(end),
                    ..
                },
            ] => Some(end),
            _ => None,
        });
        let piece = Artifact {
            name: Some(ANSWER.to_owned()),
            ..Artifact::new(artifact_id, vec![Part::text(text)])
        };
        let Some(end) = end else {
            return self.add_artifact(inner, piece, false, last);
        };
        end.push_str(text);
        if inner.is_heard() {
            let update = self.artifact_update(piece, true, last);
            inner.tell(StreamResponse::ArtifactUpdate(update));
        }
    }

    fn artifact_update(
        &self,
        artifact: Artifact,
        append: bool,
        last_chunk: bool,
    ) -> ArtifactUpdate {
        ArtifactUpdate {
            task_id: self.id().to_owned(),
            context_id: self.context_id().to_owned(),
            artifact,
            append,
            last_chunk,
            metadata: None,
        }
    }

    fn remember(&self, inner: &mut Inner, message: Message) {
        let history = &mut inner.task.history;
        if self.engine.history_limit == 0 {
            return;
        }
        if history.len() >= self.engine.history_limit {
            history.remove(0);
        }
        push_exact(history, message);
    }

    fn agent_message(&self, parts: Vec<Part>) -> Message {
        let mut message = Message::new(Uuid::new_v4().to_string(), Role::Agent, parts);
        message.task_id = Some(self.id().to_owned());
        message.context_id = Some(self.context_id().to_owned());
        message
    }
}

impl TaskChannel for TaskCell {
    fn id(&self) -> &str {
        self.id()
    }

    fn context_id(&self) -> &str {
        self.context_id()
    }

    fn cancellation(&self) -> CancellationToken {
        self.cancellation()
    }

    fn publish(&self, update: Update) {
        let mut body = self.body.lock();
        // What comes after the end, as from a handler that was canceled, is not part of the task.
        let Some(inner) = body.unended() else {
            return;
        };
        match update {
            Update::Artifact {
                artifact,
                append,
                last,
            } => {
                self.add_artifact(inner, artifact, append, last);
            }
            Update::Text {
                artifact_id,
                text,
                last,
            } => self.add_text(inner, &artifact_id, &text, last),
            Update::Progress(parts) => self.turn(inner, TaskState::Working, Some(parts)),
        }
    }

    fn history(&self) -> Vec<Message> {
        self.read(|task| task.history.clone())
    }

    fn note(&self) -> Option<Value> {
        match &*self.body.lock() {
            Body::Open(inner) => inner.note.clone(),
            Body::AtRest(_) => None,
        }
    }

    fn set_note(&self, note: Value) {
        if let Body::Open(inner) = &mut *self.body.lock() {
            inner.note = Some(note);
        }
    }
}

impl Inner {
    /// Whether anybody wants to hear of events.
    pub(super) const fn is_heard(&self) -> bool {
        !self.watchers.is_empty() || !self.webhooks.is_empty()
    }

    /// Sends to every watcher and every webhook, once the task is as the event says. A watcher that
    /// is too far behind, or gone, is let go.
    fn tell(&mut self, event: StreamResponse) {
        let event = Arc::new(event);
        self.webhooks.tell(&event, &self.task);
        self.watchers
            .retain(|watcher| watcher.try_send(Arc::clone(&event)).is_ok());
    }
}

/// Tells whoever listens, once the task has ended. It is told without the task's lock.
fn fire(cancellation: Option<CancellationToken>) {
    if let Some(cancellation) = cancellation {
        cancellation.cancel();
    }
}

/// The name of an artifact that is the answer of a skill.
const ANSWER: &str = "reply";

/// Most tasks have one artifact and one or two messages, and are kept: a list that begins with room
/// for four would be most of their memory.
fn push_exact<T>(list: &mut Vec<T>, item: T) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
    list.push(item);
}

/// The artifact that holds a skill's answer.
fn answer(parts: Vec<Part>) -> Artifact {
    let mut artifact = Artifact::new(Uuid::new_v4().to_string(), parts);
    artifact.name = Some(ANSWER.to_owned());
    artifact
}

/// The moves of a task (`A2A §4.1.3`). What has ended stays as it is; nothing goes back to the
/// state before its beginning.
const fn may_follow(from: TaskState, to: TaskState) -> bool {
    !from.is_terminal() && !matches!(to, TaskState::Unspecified | TaskState::Submitted)
}
