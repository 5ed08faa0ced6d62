//! Who hears of what middleware does, and models: the log, and metrics.

use std::{sync::Arc, time::Duration};

use super::Timer;
use crate::{Reply, RunOf, SkillError, TaskChannel, llm::ModelAsked, upstream::Requested};

/// Hears of what happens around skills. It must not wait for anything.
pub trait Observer: Send + Sync {
    /// Something has happened.
    fn observe(&self, event: &SkillEvent<'_>);
}

/// Somebody who does not listen.
impl Observer for () {
    fn observe(&self, _: &SkillEvent<'_>) {}
}

/// Two who listen.
impl<A: Observer, B: Observer> Observer for (A, B) {
    fn observe(&self, event: &SkillEvent<'_>) {
        self.0.observe(event);
        self.1.observe(event);
    }
}

/// What happens around a skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkillEvent<'a> {
    /// A language model was asked, and has answered or not.
    ModelAsked(ModelAsked<'a>),
    /// A request to a service or another agent has ended. There may be several in one call.
    Requested(Requested<'a>),
    /// A service or another agent was asked, and has answered or not.
    ServiceAsked {
        /// The skill.
        skill: &'a str,
        /// How it ended: `answered`, `failed` or `canceled`. Part of the interface.
        outcome: &'static str,
        /// How long it took, streams included.
        took: Duration,
    },
    /// `rate_limited` refused a call.
    Limited {
        /// The skill.
        skill: &'a str,
    },
    /// `cached` answered a call.
    Cached {
        /// The skill.
        skill: &'a str,
    },
    /// `retryable` begins another attempt.
    Retried {
        /// The skill.
        skill: &'a str,
    },
    /// `timed` measured a run from its beginning to its end.
    Ran {
        /// The skill.
        skill: &'a str,
        /// The task.
        task_id: &'a str,
        /// The HTTP request that began the run.
        request_id: &'a str,
        /// How it ended: [`RunOutcome::name`].
        outcome: &'static str,
        /// How long it took.
        took: Duration,
    },
}

impl SkillEvent<'_> {
    /// The skill around which it happens.
    #[must_use]
    pub const fn skill(&self) -> &str {
        match self {
            Self::ModelAsked(ModelAsked { skill, .. })
            | Self::Requested(Requested { skill, .. })
            | Self::ServiceAsked { skill, .. }
            | Self::Limited { skill }
            | Self::Cached { skill }
            | Self::Retried { skill }
            | Self::Ran { skill, .. } => skill,
        }
    }
}

/// How a run of a skill ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// With an answer.
    Completed,
    /// With a question to its caller.
    InputRequired,
    /// With the wish for an authorization.
    AuthRequired,
    /// The skill declined the message.
    Rejected,
    /// The skill denied its caller.
    Denied,
    /// With an error.
    Failed,
    /// Its caller canceled it.
    Canceled,
    /// It was given up from outside.
    Dropped,
}

impl RunOutcome {
    /// Every one, in the order of the enum.
    pub const ALL: [Self; 8] = [
        Self::Completed,
        Self::InputRequired,
        Self::AuthRequired,
        Self::Rejected,
        Self::Denied,
        Self::Failed,
        Self::Canceled,
        Self::Dropped,
    ];

    /// What a skill answered, in a word.
    #[must_use]
    pub fn of(result: &Result<Reply, SkillError>) -> Self {
        match result {
            Ok(Reply::Completed(_)) => Self::Completed,
            Ok(Reply::InputRequired(_)) => Self::InputRequired,
            Ok(Reply::AuthRequired(_)) => Self::AuthRequired,
            Ok(Reply::Rejected(_)) => Self::Rejected,
            Err(error) if error.is_denial() => Self::Denied,
            Err(_) => Self::Failed,
        }
    }

    /// Its name in logs and metrics. Part of the interface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::InputRequired => "input_required",
            Self::AuthRequired => "auth_required",
            Self::Rejected => "rejected",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Dropped => "dropped",
        }
    }
}

/// Measures a run. One that is dropped on the way is told of as well.
pub(super) struct Stopwatch<'a> {
    observer: &'a Arc<dyn Observer>,
    timer: &'a Timer,
    skill: Arc<str>,
    task: Arc<dyn TaskChannel>,
    request_id: Arc<str>,
    begun: Duration,
    outcome: RunOutcome,
}

impl<'a> Stopwatch<'a> {
    pub(super) fn start(
        observer: &'a Arc<dyn Observer>,
        timer: &'a Timer,
        skill: &Arc<str>,
        run: &RunOf,
    ) -> Self {
        Self {
            observer,
            timer,
            skill: Arc::clone(skill),
            task: Arc::clone(&run.task),
            request_id: Arc::clone(&run.request_id),
            begun: timer.now(),
            outcome: RunOutcome::Dropped,
        }
    }

    pub(super) fn stop(mut self, result: &Result<Reply, SkillError>) {
        self.outcome = RunOutcome::of(result);
        drop(self);
    }
}

impl Drop for Stopwatch<'_> {
    fn drop(&mut self) {
        self.observer.observe(&SkillEvent::Ran {
            skill: &self.skill,
            task_id: self.task.id(),
            request_id: &self.request_id,
            outcome: self.outcome.name(),
            took: self.timer.now().saturating_sub(self.begun),
        });
    }
}
