//! Who hears of what middleware does, and models: the log, and metrics.

use std::{sync::Arc, time::Duration};

use super::Timer;
use crate::{Reply, RunOf, SkillError, llm::ModelAsked};

/// Hears of what happens around skills. It must not wait for anything.
pub trait Observer: Send + Sync {
    /// Something has happened.
    fn observe(&self, event: &SkillEvent<'_>);
}

/// Somebody who does not listen.
impl Observer for () {
    fn observe(&self, _: &SkillEvent<'_>) {}
}

/// What happens around a skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkillEvent<'a> {
    /// A language model was asked, and has answered or not.
    ModelAsked(ModelAsked<'a>),
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
        /// How it ended: `completed`, `input_required`, `auth_required`, `rejected`, `denied`,
        /// `failed`, or `dropped` for a run that was given up from outside. Part of the interface.
        outcome: &'static str,
        /// How long it took.
        took: Duration,
    },
}

/// Measures a run. One that is dropped on the way is told of as well.
pub(super) struct Stopwatch<'a> {
    observer: &'a Arc<dyn Observer>,
    timer: &'a Timer,
    skill: Arc<str>,
    task_id: Arc<str>,
    request_id: Arc<str>,
    begun: Duration,
    outcome: &'static str,
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
            task_id: Arc::clone(&run.task_id),
            request_id: Arc::clone(&run.request_id),
            begun: timer.now(),
            outcome: "dropped",
        }
    }

    pub(super) fn stop(mut self, result: &Result<Reply, SkillError>) {
        self.outcome = outcome(result);
        drop(self);
    }
}

impl Drop for Stopwatch<'_> {
    fn drop(&mut self) {
        self.observer.observe(&SkillEvent::Ran {
            skill: &self.skill,
            task_id: &self.task_id,
            request_id: &self.request_id,
            outcome: self.outcome,
            took: self.timer.now().saturating_sub(self.begun),
        });
    }
}

/// How a run ended, in a word: the one that [`SkillEvent::Ran`] has for it.
#[must_use]
pub fn outcome(result: &Result<Reply, SkillError>) -> &'static str {
    match result {
        Ok(Reply::Completed(_)) => "completed",
        Ok(Reply::InputRequired(_)) => "input_required",
        Ok(Reply::AuthRequired(_)) => "auth_required",
        Ok(Reply::Rejected(_)) => "rejected",
        Err(error) if error.is_denial() => "denied",
        Err(_) => "failed",
    }
}
