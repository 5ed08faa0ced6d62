//! The task engine: every call of a skill is a task, which goes on whether or not its caller waits.

use std::{sync::Arc, time::Duration};

use agentup_auth::PrincipalId;
use agentup_handlers::{
    Admitted, Allowed, CallerToken, ClientCertificate, Conversations, TraceContext,
};
use agentup_protocol::{A2aError, ErrorKind, Message};
use foldhash::quality::RandomState;
use tokio_util::task::TaskTracker;

mod cell;
mod conversation;
mod run;
mod store;

pub(crate) use cell::{Canceled, Event, Glance, TaskCell, TurnRefused};
use cell::{Engine, MessageKey};
use conversation::Extent;
use run::{Run, run_of};
use store::{Bounds, Full, Store};

use crate::{
    clock::Clock,
    config::StateConfig,
    metrics::{SkillMeter, TaskMeter},
    traces::Tracer,
};

/// How long a handler that was told of a cancellation may take to end by itself.
const CANCEL_GRACE: Duration = Duration::from_secs(5);

/// All tasks of the agent.
#[derive(Debug)]
pub(crate) struct Tasks {
    store: Arc<Store>,
    engine: Arc<Engine>,
    /// How long one turn of a skill may take.
    deadline: Duration,
    /// For how long a message that comes again gets the task of the first time.
    idempotency: Duration,
    /// The work that is going on.
    tracker: TaskTracker,
}

/// What a message that names no task leads to.
#[derive(Debug)]
pub(crate) enum Opened {
    /// A task of its own.
    New(Arc<TaskCell>),
    /// The task that it began when it was sent before.
    Repeat(Arc<TaskCell>),
}

/// One permitted call of a skill.
#[derive(Debug)]
pub(crate) struct Turn {
    /// The skill, permitted and counted.
    pub(crate) admitted: Admitted,
    /// The message, as it was begun with.
    pub(crate) message: Message,
    /// Whether the answer depends on the caller and the message alone, and nobody watches it come.
    pub(crate) is_repeatable: bool,
    /// Where it comes from.
    pub(crate) origin: Origin,
}

/// The request that a run of a skill comes from.
#[derive(Debug)]
pub(crate) struct Origin {
    /// Its id.
    pub(crate) request_id: Arc<str>,
    /// The trace that the request belongs to.
    pub(crate) trace: Option<TraceContext>,
    /// What a span of the run is made with, if traces are sent.
    pub(crate) tracer: Option<Arc<Tracer>>,
    /// The caller's token, if the skill may pass it on.
    pub(crate) token: Option<CallerToken>,
    /// The certificate that the caller has shown.
    pub(crate) certificate: Option<ClientCertificate>,
    /// Where the run is counted.
    pub(crate) meter: Option<Arc<SkillMeter>>,
}

impl Tasks {
    pub(crate) fn new(
        config: &StateConfig,
        deadline: Duration,
        clock: Clock,
        meter: Arc<TaskMeter>,
    ) -> Self {
        let bounds = Bounds {
            ttl: config.ttl,
            max_tasks: config.max_tasks,
            max_tasks_per_owner: config.max_tasks_per_owner,
            conversation: Extent {
                messages: config.conversation.max_messages,
                bytes: config.conversation.max_bytes,
            },
        };
        Self {
            store: Arc::new(Store::new(bounds)),
            engine: Arc::new(Engine {
                clock,
                history_limit: config.history_limit,
                meter,
                hasher: RandomState::default(),
            }),
            deadline,
            idempotency: config.idempotency,
            tracker: TaskTracker::new(),
        }
    }

    /// The owner's task with this id.
    pub(crate) fn find(&self, owner: &PrincipalId, id: &str) -> Option<Arc<TaskCell>> {
        self.store.find(owner, id)
    }

    /// All tasks of the owner, the oldest first.
    pub(crate) fn of_owner(&self, owner: &PrincipalId) -> Vec<Arc<TaskCell>> {
        self.store.of_owner(owner)
    }

    /// The task that a message begins, not begun yet; or the one that it began when it came
    /// before (`A2A §3.3.1`).
    pub(crate) fn open(
        &self,
        owner: &PrincipalId,
        skill: &Arc<str>,
        message: &Message,
    ) -> Result<Opened, A2aError> {
        let window = self.idempotency.as_secs();
        let cell = self.cell(skill, message, Some(self.engine.key_of(message)));
        let is_repeat = |known: &TaskCell| known.is_repeat(message, skill, window);
        let kept = self.keep(owner, &cell, is_repeat)?;
        Ok(if Arc::ptr_eq(&kept, &cell) {
            Opened::New(cell)
        } else {
            Opened::Repeat(kept)
        })
    }

    /// A task that is refused. It never stands in for another, for the next time the caller may be
    /// allowed.
    pub(crate) fn refuse(
        &self,
        owner: &PrincipalId,
        skill: &Arc<str>,
        message: Message,
        words: &str,
    ) -> Result<Arc<TaskCell>, A2aError> {
        let cell = self.keep(owner, &self.cell(skill, &message, None), |_| false)?;
        cell.deny(message, words);
        Ok(cell)
    }

    fn keep(
        &self,
        owner: &PrincipalId,
        cell: &Arc<TaskCell>,
        is_repeat: impl Fn(&TaskCell) -> bool,
    ) -> Result<Arc<TaskCell>, A2aError> {
        let full = |Full| A2aError::new(ErrorKind::Internal, "the agent has no room for a task");
        self.store
            .insert(owner, Arc::clone(cell), is_repeat)
            .map_err(full)
    }

    fn cell(
        &self,
        skill: &Arc<str>,
        message: &Message,
        begun_by: Option<MessageKey>,
    ) -> Arc<TaskCell> {
        let context = message.context_id.as_deref().filter(|id| !id.is_empty());
        Arc::new(TaskCell::new(
            context.map(Arc::from),
            Arc::clone(skill),
            begun_by,
            Arc::clone(&self.engine),
        ))
    }

    /// Runs a turn to its end, with or without the caller.
    ///
    /// The first step is made here: a skill that needs no more of them, as most answers do not,
    /// costs no task of the runtime. A skill that waits goes on by itself.
    pub(crate) fn run_attended(&self, cell: &Arc<TaskCell>, turn: Turn) {
        let mut run = Run::new(Arc::clone(cell), turn, self.conversations());
        match run.step() {
            Some(result) => run.conclude(result),
            None => self.go_on(run),
        }
    }

    /// Runs a turn to its end by itself.
    pub(crate) fn run_detached(&self, cell: &Arc<TaskCell>, turn: Turn) {
        self.go_on(Run::new(Arc::clone(cell), turn, self.conversations()));
    }

    fn go_on(&self, run: Run) {
        self.tracker.spawn(run.complete(self.deadline));
    }

    /// Tells a skill that a task which waited for its caller was canceled.
    pub(crate) fn tell_canceled(&self, cell: &Arc<TaskCell>, skill: Allowed, origin: Origin) {
        let run = run_of(cell, origin, self.conversations(), false);
        self.tracker.spawn(async move {
            let _ = tokio::time::timeout(CANCEL_GRACE, skill.canceled(run)).await;
        });
    }

    fn conversations(&self) -> Arc<dyn Conversations> {
        Arc::clone(&self.store) as Arc<dyn Conversations>
    }

    /// Drops what is older than the time to live.
    pub(crate) fn sweep(&self) -> usize {
        self.store.sweep(self.engine.clock.unix().get())
    }

    /// How many tasks are kept.
    pub(crate) fn len(&self) -> usize {
        self.store.len()
    }

    /// How many may be kept.
    pub(crate) fn most(&self) -> usize {
        self.store.bounds().max_tasks
    }

    /// Whether as many tasks are at work as can be kept, so that there is no room for another.
    pub(crate) fn is_full(&self) -> bool {
        self.tracker.len() >= self.store.bounds().max_tasks
    }

    /// How many tasks are at work.
    pub(crate) fn at_work(&self) -> usize {
        self.tracker.len()
    }

    /// Waits until no task is at work. New ones may still begin.
    pub(crate) async fn rested(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }

    /// Ends every task that has not ended, so that whoever watches it hears that the agent stopped.
    pub(crate) fn give_up(&self) {
        for cell in self.store.all() {
            cell.abandon("The agent was stopped before this task ended.");
        }
    }
}

#[cfg(test)]
mod tests;
