//! One task: its state, who watches it, and the moves it can make.

use std::sync::Arc;

use agentup_handlers::{Reply, SkillError, TaskChannel, Update};
use agentup_protocol::{
    Artifact, ArtifactUpdate, Message, Part, Role, StatusUpdate, StreamResponse, Task, TaskState,
    TaskStatus, Timestamp,
};
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{clock::Clock, push::Registered};

/// What watchers of a task receive.
pub(crate) type Event = Arc<StreamResponse>;

/// How many events a watcher may be behind before it is let go: a slow reader must not make the
/// task or the other watchers wait, nor the memory grow.
const WATCHER_BACKLOG: usize = 256;

/// A task and all that belongs to it.
pub(crate) struct TaskCell {
    pub(crate) id: Arc<str>,
    pub(crate) context_id: Arc<str>,
    pub(crate) skill: Arc<str>,
    /// The id of the message that began it; none for a task that must not stand in for another.
    pub(crate) begun_by: Option<Arc<str>>,
    /// Seconds of the Unix epoch.
    created: u64,
    cancellation: CancellationToken,
    clock: Clock,
    history_limit: usize,
    inner: Mutex<Inner>,
    /// Told when the task ends or waits for its caller.
    settled: Notify,
}

struct Inner {
    task: Task,
    /// Whether a handler is at work on it.
    running: bool,
    /// Seconds of the Unix epoch of the last change.
    touched: u64,
    watchers: Vec<mpsc::Sender<Event>>,
    webhooks: Registered,
}

/// Why a task takes no further message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TurnRefused {
    /// It has ended.
    Ended,
    /// A message is being answered.
    Busy,
}

/// The task has ended, so it cannot be canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotCancelable;

impl TaskCell {
    /// A task that has been taken in and is not begun.
    pub(crate) fn new(
        context_id: Arc<str>,
        skill: Arc<str>,
        begun_by: Option<Arc<str>>,
        history_limit: usize,
        clock: Clock,
        cancellation: CancellationToken,
    ) -> Self {
        let id: Arc<str> = Uuid::new_v4().to_string().into();
        let now = clock.now();
        let status = TaskStatus {
            state: TaskState::Submitted,
            message: None,
            timestamp: Some(now.into()),
        };
        let task = Task {
            id: id.to_string(),
            context_id: context_id.to_string(),
            status,
            artifacts: Vec::new(),
            history: Vec::new(),
            metadata: None,
        };
        let touched = u64::try_from(now.timestamp()).unwrap_or_default();
        let inner = Inner {
            task,
            running: false,
            touched,
            watchers: Vec::new(),
            webhooks: Registered::default(),
        };
        Self {
            id,
            context_id,
            skill,
            begun_by,
            created: touched,
            cancellation,
            clock,
            history_limit,
            inner: Mutex::new(inner),
            settled: Notify::new(),
        }
    }

    /// Takes a message of the caller: the task is at work from now on. Answers the message with
    /// the ids of its task filled in.
    pub(crate) fn begin(&self, mut message: Message) -> Result<Message, TurnRefused> {
        let mut inner = self.inner.lock();
        if inner.task.status.state.is_terminal() {
            return Err(TurnRefused::Ended);
        }
        if inner.running {
            return Err(TurnRefused::Busy);
        }
        inner.running = true;
        // The question that is answered here would be lost with the status that it stands in.
        if let Some(question) = inner.task.status.message.take() {
            self.remember(&mut inner, question);
        }
        message.task_id = Some(self.id.to_string());
        message.context_id = Some(self.context_id.to_string());
        self.remember(&mut inner, message.clone());
        self.turn(&mut inner, TaskState::Working, None);
        Ok(message)
    }

    /// Ends the turn with what the skill answered. Nothing changes when the task was canceled in
    /// the meantime.
    pub(crate) fn finish(&self, result: Result<Reply, SkillError>) {
        let mut inner = self.inner.lock();
        inner.running = false;
        if inner.task.status.state.is_terminal() {
            return;
        }
        match result {
            Ok(reply) => {
                let state = reply.state();
                match reply {
                    Reply::Completed(parts) => {
                        if !parts.is_empty() {
                            self.add_artifact(&mut inner, answer(parts), false, true);
                        }
                        self.turn(&mut inner, state, None);
                    }
                    Reply::InputRequired(parts)
                    | Reply::AuthRequired(parts)
                    | Reply::Rejected(parts) => self.turn(&mut inner, state, Some(parts)),
                    // A reply of a kind that is not known here cannot be told to the caller.
                    _ => self.turn(&mut inner, TaskState::Failed, None),
                }
            }
            Err(error) => {
                let parts = vec![Part::text(error.public())];
                self.turn(&mut inner, TaskState::Failed, Some(parts));
            }
        }
    }

    /// Ends a task that was never begun: the caller may not use the skill. The words stand in an
    /// artifact, where callers of the 0.3 generation look for the answer.
    pub(crate) fn deny(&self, message: Message, words: &str) {
        let mut inner = self.inner.lock();
        self.remember(&mut inner, message);
        self.add_artifact(&mut inner, answer(vec![Part::text(words)]), false, true);
        self.turn(&mut inner, TaskState::Rejected, None);
    }

    /// Whether the message that began this task has come again: the same in every part, for the
    /// same skill, within so many seconds (`A2A §3.3.1`). A client that sends twice because it
    /// heard nothing gets the work of the first time.
    pub(crate) fn is_repeat(&self, message: &Message, skill: &str, window: u64) -> bool {
        let age = self.clock.unix().get().saturating_sub(self.created);
        let inner = self.inner.lock();
        age < window
            && skill == &*self.skill
            && inner
                .task
                .history
                .first()
                .is_some_and(|first| is_same(first, message))
            && message
                .context_id
                .as_deref()
                .is_none_or(|id| id.is_empty() || id == &*self.context_id)
    }

    /// Cancels the task and tells its handler.
    pub(crate) fn cancel(&self) -> Result<(), NotCancelable> {
        let mut inner = self.inner.lock();
        if inner.task.status.state.is_terminal() {
            return Err(NotCancelable);
        }
        self.turn(&mut inner, TaskState::Canceled, None);
        drop(inner);
        self.cancellation.cancel();
        Ok(())
    }

    /// Ends the task because the server will not keep it any longer.
    pub(crate) fn abandon(&self) {
        let mut inner = self.inner.lock();
        if !inner.task.status.state.is_terminal() {
            let parts = vec![Part::text("The agent gave up this task.")];
            self.turn(&mut inner, TaskState::Failed, Some(parts));
        }
        drop(inner);
        self.cancellation.cancel();
    }

    /// The task as it stands, and every event from there on. After the end of a task there are
    /// none.
    pub(crate) fn watch(&self) -> (Task, Option<mpsc::Receiver<Event>>) {
        let mut inner = self.inner.lock();
        let task = inner.task.clone();
        if task.status.state.is_terminal() {
            return (task, None);
        }
        let (sender, receiver) = mpsc::channel(WATCHER_BACKLOG);
        inner.watchers.push(sender);
        (task, Some(receiver))
    }

    /// Reads or changes the webhooks that hear of the task.
    pub(crate) fn webhooks<R>(&self, act: impl FnOnce(&mut Registered) -> R) -> R {
        act(&mut self.inner.lock().webhooks)
    }

    /// Reads the task.
    pub(crate) fn read<R>(&self, reader: impl FnOnce(&Task) -> R) -> R {
        reader(&self.inner.lock().task)
    }

    /// Waits until the task has ended or waits for its caller.
    pub(crate) async fn settled(&self) {
        loop {
            let notified = self.settled.notified();
            if self.is_settled() {
                return;
            }
            notified.await;
        }
    }

    pub(crate) fn is_settled(&self) -> bool {
        let state = self.inner.lock().task.status.state;
        state.is_terminal() || state.is_interrupted()
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.inner.lock().task.status.state.is_terminal()
    }

    /// When the task last changed, in seconds of the Unix epoch.
    pub(crate) fn touched(&self) -> u64 {
        self.inner.lock().touched
    }

    pub(crate) const fn cancellation(&self) -> &CancellationToken {
        &self.cancellation
    }

    /// Moves the task to another state, if there is a way from where it stands, and tells all.
    fn turn(&self, inner: &mut Inner, state: TaskState, said: Option<Vec<Part>>) {
        if !may_follow(inner.task.status.state, state) {
            return;
        }
        let now = self.clock.now();
        inner.touched = u64::try_from(now.timestamp()).unwrap_or_default();
        let message = said.map(|parts| self.agent_message(parts));
        let status = TaskStatus {
            state,
            message,
            timestamp: Some(Timestamp::from(now)),
        };
        inner.task.status = status;
        if inner.is_heard() {
            let update = StatusUpdate {
                task_id: self.id.to_string(),
                context_id: self.context_id.to_string(),
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
        let update = inner.is_heard().then(|| ArtifactUpdate {
            task_id: self.id.to_string(),
            context_id: self.context_id.to_string(),
            artifact: artifact.clone(),
            append,
            last_chunk: last,
            metadata: None,
        });
        let known = inner
            .task
            .artifacts
            .iter_mut()
            .find(|it| it.artifact_id == artifact.artifact_id);
        match known {
            Some(known) if append => known.parts.extend(artifact.parts),
            Some(known) => *known = artifact,
            None => inner.task.artifacts.push(artifact),
        }
        if let Some(update) = update {
            inner.tell(StreamResponse::ArtifactUpdate(update));
        }
    }

    fn remember(&self, inner: &mut Inner, message: Message) {
        let history = &mut inner.task.history;
        if self.history_limit == 0 {
            return;
        }
        if history.len() >= self.history_limit {
            history.remove(0);
        }
        history.push(message);
    }

    fn agent_message(&self, parts: Vec<Part>) -> Message {
        let mut message = Message::new(Uuid::new_v4().to_string(), Role::Agent, parts);
        message.task_id = Some(self.id.to_string());
        message.context_id = Some(self.context_id.to_string());
        message
    }
}

impl TaskChannel for TaskCell {
    fn publish(&self, update: Update) {
        let mut inner = self.inner.lock();
        // What comes after the end, as from a handler that was canceled, is not part of the task.
        if inner.task.status.state.is_terminal() {
            return;
        }
        match update {
            Update::Artifact {
                artifact,
                append,
                last,
            } => {
                self.add_artifact(&mut inner, artifact, append, last);
            }
            Update::Progress(parts) => self.turn(&mut inner, TaskState::Working, Some(parts)),
        }
    }

    fn history(&self) -> Vec<Message> {
        self.inner.lock().task.history.clone()
    }
}

impl Inner {
    /// Whether anybody wants to hear of events.
    const fn is_heard(&self) -> bool {
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

/// The artifact that holds a skill's answer.
fn answer(parts: Vec<Part>) -> Artifact {
    let mut artifact = Artifact::new(Uuid::new_v4().to_string(), parts);
    artifact.name = Some("reply".to_owned());
    artifact
}

/// Whether two messages are one, whatever ids their task has given to the first.
fn is_same(first: &Message, again: &Message) -> bool {
    first.message_id == again.message_id
        && first.role == again.role
        && first.parts == again.parts
        && first.metadata == again.metadata
}

/// The moves of a task (`A2A §4.1.3`). What has ended stays as it is; nothing goes back to the
/// state before its beginning.
const fn may_follow(from: TaskState, to: TaskState) -> bool {
    !from.is_terminal() && !matches!(to, TaskState::Unspecified | TaskState::Submitted)
}

impl std::fmt::Debug for TaskCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskCell")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
