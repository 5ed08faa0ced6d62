//! One task: what it is, and who watches it.

use std::{hash::BuildHasher as _, sync::Arc};

use agentup_protocol::{Message, StreamResponse, Task, TaskState, TaskStatus, Timestamp};
use foldhash::quality::RandomState;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

mod ids;
mod moves;
mod packed;

use ids::{ContextId, Ids, NewId, new_id};
pub(crate) use moves::{Canceled, TurnRefused};
use packed::Packed;

use crate::{clock::Clock, metrics::TaskMeter, push::Registered};

/// What watchers of a task receive.
pub(crate) type Event = Arc<StreamResponse>;

/// How many events a watcher may be behind before it is let go: a slow reader must not make the
/// task or the other watchers wait, nor the memory grow.
const WATCHER_BACKLOG: usize = 256;

/// A task and all that belongs to it.
pub(crate) struct TaskCell {
    id: NewId,
    context_id: ContextId,
    pub(crate) skill: Arc<str>,
    /// The message that began it; none for a task that must not stand in for another.
    pub(crate) begun_by: Option<MessageKey>,
    /// Seconds of the Unix epoch.
    created: u64,
    engine: Arc<Engine>,
    body: Mutex<Body>,
    /// Told when the task ends or waits for its caller.
    settled: Notify,
}

/// What stands for the id of a message: its hash, another one in every process. A sender who finds
/// two ids with one hash mixes up nothing but its own tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MessageKey(u64);

impl MessageKey {
    pub(super) const fn hash(self) -> u64 {
        self.0
    }
}

/// What all tasks have in common.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) clock: Clock,
    /// The most messages that a task keeps.
    pub(super) history_limit: usize,
    pub(super) meter: Arc<TaskMeter>,
    pub(super) hasher: RandomState,
}

impl Engine {
    pub(super) fn key_of(&self, message: &Message) -> MessageKey {
        MessageKey(self.hasher.hash_one(&message.message_id))
    }
}

/// Most tasks have ended and are only kept: they take a fraction of the room.
enum Body {
    Open(Box<Inner>),
    AtRest(AtRest),
}

/// A task that has ended and that nobody hears of any more.
struct AtRest {
    state: TaskState,
    changed: Option<Timestamp>,
    packed: Packed,
}

struct Inner {
    task: Task,
    /// Whether a handler is at work on it.
    running: bool,
    watchers: Vec<mpsc::Sender<Event>>,
    webhooks: Registered,
    /// What the skill noted for the next message.
    note: Option<Value>,
    /// Once somebody wants to hear of it: most tasks have ended before.
    cancellation: Option<CancellationToken>,
}

/// What a list needs to know of every task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glance {
    pub(crate) state: TaskState,
    /// When it last changed.
    pub(crate) changed: Option<Timestamp>,
}

impl TaskCell {
    /// A task that has been taken in and is not begun. It is the first of a new context if none is
    /// named.
    pub(super) fn new(
        context_id: Option<Arc<str>>,
        skill: Arc<str>,
        begun_by: Option<MessageKey>,
        engine: Arc<Engine>,
    ) -> Self {
        let id = new_id();
        let context_id = context_id.map_or_else(|| ContextId::New(new_id()), ContextId::Named);
        let now = engine.clock.now();
        let status = TaskStatus {
            state: TaskState::Submitted,
            message: None,
            timestamp: Some(now.into()),
        };
        let task = Task {
            id: id.to_string(),
            context_id: context_id.as_str().to_owned(),
            status,
            artifacts: Vec::new(),
            history: Vec::new(),
            metadata: None,
        };
        engine.meter.enter(TaskState::Submitted);
        Self {
            id,
            context_id,
            skill,
            begun_by,
            created: u64::try_from(now.timestamp()).unwrap_or_default(),
            engine,
            body: Mutex::new(Body::Open(Inner::of(task))),
            settled: Notify::new(),
        }
    }

    /// Whether this is the very first message of a context.
    pub(crate) fn opens_context(&self, message: &Message) -> bool {
        self.context_id.is_new() && self.begun_by == Some(self.engine.key_of(message))
    }

    /// Whether the message that began this task has come again: the same in every part, for the
    /// same skill, within so many seconds (`A2A §3.3.1`). A client that sends twice because it
    /// heard nothing gets the work of the first time.
    pub(crate) fn is_repeat(&self, message: &Message, skill: &str, window: u64) -> bool {
        let age = self.engine.clock.unix().get().saturating_sub(self.created);
        age < window
            && skill == &*self.skill
            && self.read(|task| {
                task.history
                    .first()
                    .is_some_and(|first| is_same(first, message))
            })
            && message
                .context_id
                .as_deref()
                .is_none_or(|id| id.is_empty() || id == self.context_id())
    }

    /// The task as it stands, and every event from there on. After the end of a task there are
    /// none.
    pub(crate) fn watch(&self) -> (Task, Option<mpsc::Receiver<Event>>) {
        let mut body = self.body.lock();
        match &mut *body {
            Body::Open(inner) if !inner.task.status.state.is_terminal() => {
                let (sender, receiver) = mpsc::channel(WATCHER_BACKLOG);
                inner.watchers.push(sender);
                (inner.task.clone(), Some(receiver))
            }
            Body::Open(inner) => (inner.task.clone(), None),
            Body::AtRest(kept) => (kept.task(self.ids()), None),
        }
    }

    /// Reads or changes the webhooks that hear of the task.
    pub(crate) fn webhooks<R>(&self, act: impl FnOnce(&mut Registered) -> R) -> R {
        let mut body = self.body.lock();
        match &mut *body {
            Body::Open(inner) => act(&mut inner.webhooks),
            Body::AtRest(kept) => {
                let mut inner = Inner::of(kept.task(self.ids()));
                let done = act(&mut inner.webhooks);
                if !inner.is_done() {
                    *body = Body::Open(inner);
                }
                done
            }
        }
    }

    /// Reads the task.
    pub(crate) fn read<R>(&self, reader: impl FnOnce(&Task) -> R) -> R {
        self.body.lock().read(self.ids(), reader)
    }

    /// Reads the task, and has it rest.
    pub(crate) fn read_last<R>(&self, reader: impl FnOnce(&Task) -> R) -> R {
        let mut body = self.body.lock();
        let read = body.read(self.ids(), reader);
        body.rest(self.ids());
        read
    }

    /// Has the task take less room, if it has ended and nobody hears of it any more. It can be read
    /// as before, for the price of unpacking it.
    pub(crate) fn rest(&self) {
        self.body.lock().rest(self.ids());
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
        let state = self.glance().state;
        state.is_terminal() || state.is_interrupted()
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.glance().state.is_terminal()
    }

    /// Its state, and since when it has it.
    pub(crate) fn glance(&self) -> Glance {
        self.body.lock().glance()
    }

    /// When the task last changed, in seconds of the Unix epoch.
    pub(crate) fn touched(&self) -> u64 {
        let changed = self.glance().changed;
        changed.map_or(0, |at| {
            u64::try_from(at.utc().timestamp()).unwrap_or_default()
        })
    }

    /// Its id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The id of the conversation that it belongs to.
    pub(crate) fn context_id(&self) -> &str {
        self.context_id.as_str()
    }

    /// Fires when the task is canceled. It has fired already if the task has ended.
    pub(crate) fn cancellation(&self) -> CancellationToken {
        if let Some(inner) = self.body.lock().unended() {
            let token = inner.cancellation.get_or_insert_default();
            return token.clone();
        }
        let fired = CancellationToken::new();
        fired.cancel();
        fired
    }

    fn ids(&self) -> Ids<'_> {
        Ids {
            task: self.id(),
            context: self.context_id(),
        }
    }
}

impl Body {
    fn glance(&self) -> Glance {
        match self {
            Self::Open(inner) => Glance {
                state: inner.task.status.state,
                changed: inner.task.status.timestamp,
            },
            Self::AtRest(kept) => Glance {
                state: kept.state,
                changed: kept.changed,
            },
        }
    }

    /// The task if it can still change.
    fn unended(&mut self) -> Option<&mut Inner> {
        match self {
            Self::Open(inner) if !inner.task.status.state.is_terminal() => Some(inner),
            Self::Open(_) | Self::AtRest(_) => None,
        }
    }

    fn read<R>(&self, ids: Ids<'_>, reader: impl FnOnce(&Task) -> R) -> R {
        match self {
            Self::Open(inner) => reader(&inner.task),
            Self::AtRest(kept) => reader(&kept.task(ids)),
        }
    }

    fn rest(&mut self, ids: Ids<'_>) {
        if let Self::Open(inner) = self
            && inner.is_done()
        {
            let status = &inner.task.status;
            *self = Self::AtRest(AtRest {
                state: status.state,
                changed: status.timestamp,
                packed: Packed::new(&inner.task, ids),
            });
        }
    }
}

impl AtRest {
    fn task(&self, ids: Ids<'_>) -> Task {
        let status = TaskStatus {
            state: self.state,
            message: None,
            timestamp: self.changed,
        };
        self.packed.task(status, ids)
    }
}

impl Inner {
    fn of(task: Task) -> Box<Self> {
        Box::new(Self {
            task,
            running: false,
            watchers: Vec::new(),
            webhooks: Registered::default(),
            note: None,
            cancellation: None,
        })
    }

    /// Whether nothing but the task itself is worth keeping.
    fn is_done(&self) -> bool {
        self.task.status.state.is_terminal()
            && !self.running
            && !self.is_heard()
            && self.note.is_none()
    }
}

impl Drop for TaskCell {
    fn drop(&mut self) {
        let state = self.body.get_mut().glance().state;
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
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}
