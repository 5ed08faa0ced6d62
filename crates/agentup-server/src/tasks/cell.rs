//! One task: what it is, and who watches it.

use std::sync::Arc;

use agentup_protocol::{Message, StreamResponse, Task, TaskState, TaskStatus};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

mod moves;

pub(crate) use moves::{Canceled, TurnRefused};

use crate::{clock::Clock, metrics::TaskMeter, push::Registered};

/// What watchers of a task receive.
pub(crate) type Event = Arc<StreamResponse>;

/// How many events a watcher may be behind before it is let go: a slow reader must not make the
/// task or the other watchers wait, nor the memory grow.
const WATCHER_BACKLOG: usize = 256;

/// A task and all that belongs to it.
pub(crate) struct TaskCell {
    pub(crate) id: Arc<str>,
    pub(crate) context_id: Arc<str>,
    /// Whether the context was made for this task, so that nothing was said in it before.
    opens_context: bool,
    pub(crate) skill: Arc<str>,
    /// The id of the message that began it; none for a task that must not stand in for another.
    pub(crate) begun_by: Option<Arc<str>>,
    /// Seconds of the Unix epoch.
    created: u64,
    cancellation: CancellationToken,
    engine: Arc<Engine>,
    inner: Mutex<Inner>,
    /// Told when the task ends or waits for its caller.
    settled: Notify,
}

/// What all tasks have in common.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) clock: Clock,
    /// The most messages that a task keeps.
    pub(super) history_limit: usize,
    pub(super) meter: Arc<TaskMeter>,
}

struct Inner {
    task: Task,
    /// Whether a handler is at work on it.
    running: bool,
    /// Seconds of the Unix epoch of the last change.
    touched: u64,
    watchers: Vec<mpsc::Sender<Event>>,
    webhooks: Registered,
    /// What the skill noted for the next message.
    note: Option<Value>,
}

impl TaskCell {
    /// A task that has been taken in and is not begun. It is the first of a new context if none is
    /// named.
    pub(super) fn new(
        context_id: Option<Arc<str>>,
        skill: Arc<str>,
        begun_by: Option<Arc<str>>,
        engine: Arc<Engine>,
    ) -> Self {
        let id: Arc<str> = Uuid::new_v4().to_string().into();
        let opens_context = context_id.is_none();
        let context_id = context_id.unwrap_or_else(|| Uuid::new_v4().to_string().into());
        let now = engine.clock.now();
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
            note: None,
        };
        engine.meter.enter(TaskState::Submitted);
        Self {
            id,
            context_id,
            opens_context,
            skill,
            begun_by,
            created: touched,
            cancellation: CancellationToken::new(),
            engine,
            inner: Mutex::new(inner),
            settled: Notify::new(),
        }
    }

    /// Whether this is the very first message of a context.
    pub(crate) fn opens_context(&self, message: &Message) -> bool {
        self.opens_context && self.begun_by.as_deref() == Some(&message.message_id)
    }

    /// Whether the message that began this task has come again: the same in every part, for the
    /// same skill, within so many seconds (`A2A §3.3.1`). A client that sends twice because it
    /// heard nothing gets the work of the first time.
    pub(crate) fn is_repeat(&self, message: &Message, skill: &str, window: u64) -> bool {
        let age = self.engine.clock.unix().get().saturating_sub(self.created);
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
}

impl Drop for TaskCell {
    fn drop(&mut self) {
        let state = self.inner.get_mut().task.status.state;
        self.engine.meter.leave(state);
    }
}

/// Whether two messages are one, whatever ids their task has given to the first.
fn is_same(first: &Message, again: &Message) -> bool {
    first.message_id == again.message_id
        && first.role == again.role
        && first.parts == again.parts
        && first.metadata == again.metadata
}

impl std::fmt::Debug for TaskCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskCell")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
