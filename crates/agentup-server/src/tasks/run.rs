//! One turn of a skill: it runs until it answers, is canceled, or has used up its time.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use agentup_handlers::{
    Answering, Conversations, Reply, RunOf, SkillError, TaskChannel, middleware::RunOutcome,
};
use futures_util::FutureExt as _;

use super::{CANCEL_GRACE, Origin, TaskCell, Turn};
use crate::{
    metrics::SkillMeter,
    traces::{Place, SkillRan, Tracer},
};

/// A turn that has not ended.
pub(super) struct Run {
    skill: Answering,
    /// What is needed at its end.
    of: RunOn,
}

/// What a run is on, and where it is told.
struct RunOn {
    cell: Arc<TaskCell>,
    request_id: Arc<str>,
    meter: Option<Arc<SkillMeter>>,
    span: Option<Span>,
}

/// A run of which a span will be told.
struct Span {
    tracer: Arc<Tracer>,
    place: Place,
    begun: Instant,
}

impl Run {
    pub(super) fn new(
        cell: Arc<TaskCell>,
        turn: Turn,
        conversations: Arc<dyn Conversations>,
    ) -> Self {
        let Turn {
            admitted,
            message,
            is_repeatable,
            mut origin,
        } = turn;
        let span = traced(&mut origin);
        let of = RunOn {
            request_id: Arc::clone(&origin.request_id),
            meter: origin.meter.take(),
            span,
            cell,
        };
        let run = run_of(&of.cell, origin, conversations, is_repeatable);
        Self {
            skill: admitted.run(message, run),
            of,
        }
    }

    /// The first step. It is made without a waker: who does not get an answer by it must have the
    /// run go on [`complete`](Self::complete), where it is asked again.
    pub(super) fn step(&mut self) -> Option<Result<Reply, SkillError>> {
        let mut context = Context::from_waker(Waker::noop());
        let step = AssertUnwindSafe(|| self.skill.as_mut().poll(&mut context));
        match catch_unwind(step) {
            Ok(Poll::Pending) => None,
            Ok(Poll::Ready(result)) => Some(result),
            Err(_panic) => Some(Err(panicked())),
        }
    }

    /// All steps. Nobody may be waiting at the end.
    pub(super) async fn complete(mut self, deadline: Duration) {
        let cancellation = self.of.cell.cancellation();
        let canceled = async {
            cancellation.cancelled().await;
            tokio::time::sleep(CANCEL_GRACE).await;
        };
        let skill = AssertUnwindSafe(self.skill.as_mut()).catch_unwind();
        let result = tokio::select! {
            biased;
            ended = tokio::time::timeout(deadline, skill) => match ended {
                Ok(Ok(result)) => result,
                Ok(Err(_panic)) => Err(panicked()),
                Err(_elapsed) => Err(SkillError::too_late()),
            },
            () = canceled => Ok(Reply::done()),
        };
        let cell = Arc::clone(&self.of.cell);
        self.conclude(result);
        cell.rest();
    }

    /// Ends the turn with what came of it.
    pub(super) fn conclude(self, result: Result<Reply, SkillError>) {
        let Self { skill, of } = self;
        // What it holds is let go before anybody hears of its end.
        drop(skill);
        let outcome = match &result {
            // Nobody else ends a task but by canceling it.
            Ok(_) if of.cell.is_terminal() => RunOutcome::Canceled,
            result => RunOutcome::of(result),
        };
        if let Some(meter) = &of.meter {
            meter.ran(outcome);
        }
        of.trace(outcome);
        if let Err(error) = &result {
            of.log(error);
        }
        of.cell.finish(result);
    }
}

impl RunOn {
    fn trace(&self, outcome: RunOutcome) {
        if let Some(span) = &self.span {
            span.tracer.skill(
                &span.place,
                &SkillRan {
                    skill: &self.cell.skill,
                    task: self.cell.id(),
                    context: self.cell.context_id(),
                    outcome: outcome.name(),
                    took: span.begun.elapsed(),
                },
            );
        }
    }

    fn log(&self, error: &SkillError) {
        let (skill, task, request_id) = (&self.cell.skill, self.cell.id(), &self.request_id);
        if error.is_denial() {
            tracing::warn!(%skill, %task, %request_id, %error, "skill denied its caller");
        } else {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            tracing::error!(%skill, %task, %request_id, %error, cause, "skill failed");
        }
    }
}

fn panicked() -> SkillError {
    SkillError::internal("the handler panicked")
}

pub(super) fn run_of(
    cell: &Arc<TaskCell>,
    origin: Origin,
    conversations: Arc<dyn Conversations>,
    is_repeatable: bool,
) -> RunOf {
    RunOf {
        request_id: origin.request_id,
        trace: origin.trace,
        token: origin.token,
        certificate: origin.certificate,
        task: Arc::clone(cell) as Arc<dyn TaskChannel>,
        conversations,
        is_repeatable,
    }
}

/// The span of a run from here, if traces are sent. What the skill calls is below its run then.
fn traced(origin: &mut Origin) -> Option<Span> {
    // Random bits cost something: they are drawn where somebody wants them.
    let tracer = origin.tracer.take()?;
    let place = origin.trace.as_ref().and_then(Place::below)?;
    origin.trace = Some(place.context.clone());
    Some(Span {
        tracer,
        place,
        begun: Instant::now(),
    })
}
