//! Tasks by their states.

use std::fmt;

use agentup_auth::Striped;
use agentup_protocol::TaskState;

use super::{
    Count,
    page::{Family, Page},
    sum,
};

const TASKS: Family = Family::new("tasks", "Tasks that are kept, by state.");
const TRANSITIONS: Family = Family::new(
    "task_transitions",
    "Times that a task came into a state, but for the one that it begins in.",
);

/// Counts how tasks come into states and leave them.
#[derive(Debug, Default)]
pub(crate) struct TaskMeter(Striped<Moves>);

#[derive(Debug, Default)]
struct Moves {
    entered: [Count; TaskState::ALL.len()],
    left: [Count; TaskState::ALL.len()],
}

impl TaskMeter {
    /// There is a task more, in this state.
    pub(crate) fn enter(&self, state: TaskState) {
        if let Some(count) = self.0.here().entered.get(state as usize) {
            count.add(1);
        }
    }

    /// There is a task less in this state.
    pub(crate) fn leave(&self, state: TaskState) {
        if let Some(count) = self.0.here().left.get(state as usize) {
            count.add(1);
        }
    }

    pub(super) fn write(&self, page: &mut Page<'_>) -> fmt::Result {
        // In this order: a task that moves in between is seen twice rather than not at all.
        let left = states().map(|state| sum(&self.0, |moves| moves.left.get(state as usize)));
        let left: Vec<_> = left.collect();
        let entered = states().map(|state| sum(&self.0, |moves| moves.entered.get(state as usize)));
        let entered: Vec<_> = entered.collect();
        let level = |((state, entered), left): ((TaskState, &u64), u64)| {
            (labels(state), entered.saturating_sub(left))
        };
        page.gauges(&TASKS, states().zip(&entered).zip(left).map(level))?;
        let moves = states()
            .zip(entered)
            .filter(|(state, _)| *state != TaskState::Submitted);
        page.counters(
            &TRANSITIONS,
            moves.map(|(state, count)| (labels(state), count)),
        )
    }
}

/// Those that a task can be in.
fn states() -> impl Iterator<Item = TaskState> {
    let all = TaskState::ALL.into_iter();
    all.filter(|state| *state != TaskState::Unspecified)
}

const fn labels(state: TaskState) -> [(&'static str, &'static str); 1] {
    [("state", name(state))]
}

const fn name(state: TaskState) -> &'static str {
    match state {
        TaskState::Unspecified => "unspecified",
        TaskState::Submitted => "submitted",
        TaskState::Working => "working",
        TaskState::Completed => "completed",
        TaskState::Failed => "failed",
        TaskState::Canceled => "canceled",
        TaskState::InputRequired => "input_required",
        TaskState::Rejected => "rejected",
        TaskState::AuthRequired => "auth_required",
    }
}
