//! What middleware tells, in the log.

use agentup_handlers::middleware::{Observer, SkillEvent};

/// Writes a line for each run of a skill that is `timed`; the rest is for those who debug.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SkillLog;

impl Observer for SkillLog {
    fn observe(&self, event: &SkillEvent<'_>) {
        match *event {
            SkillEvent::Ran {
                skill,
                task_id,
                request_id,
                outcome,
                took,
            } => {
                // Microseconds, for that is how long a short answer takes.
                let seconds =
                    format_args!("{}.{:06}", took.as_secs(), took.subsec_micros()).to_string();
                tracing::info!(%skill, task = %task_id, %request_id, outcome, seconds, "skill ran");
            }
            SkillEvent::Cached { skill } => tracing::debug!(%skill, "answered from the cache"),
            SkillEvent::Retried { skill } => tracing::debug!(%skill, "another attempt"),
            // Whoever refuses the request logs it, with the caller.
            _ => {}
        }
    }
}
