//! What middleware and models tell: to the log, and to traces.

use std::sync::Arc;

use agentup_handlers::{
    llm::ModelAsked,
    middleware::{Observer, SkillEvent},
};

use crate::traces::Tracer;

/// Writes a line for each run of a skill that is `timed`, and for each question to a model; the rest is for those who debug.
#[derive(Clone, Debug)]
pub(crate) struct SkillLog {
    pub(crate) tracer: Option<Arc<Tracer>>,
}

impl Observer for SkillLog {
    fn observe(&self, event: &SkillEvent<'_>) {
        match (&self.tracer, event) {
            (Some(tracer), SkillEvent::ModelAsked(asked)) => tracer.model(asked),
            (Some(tracer), SkillEvent::Requested(made)) => tracer.requested(made),
            _ => {}
        }
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
            SkillEvent::ModelAsked(ModelAsked {
                skill,
                provider,
                model,
                outcome,
                prompt_tokens,
                answer_tokens,
                first_word,
                within: _,
                took,
            }) => tracing::info!(
                %skill,
                provider,
                model,
                outcome,
                prompt_tokens,
                answer_tokens,
                first_word = first_word.map(|it| it.as_secs_f64()),
                took = took.as_secs_f64(),
                "model asked"
            ),
            SkillEvent::Cached { skill } => tracing::debug!(%skill, "answered from the cache"),
            SkillEvent::Retried { skill } => tracing::debug!(%skill, "another attempt"),
            // Whoever refuses the request logs it, with the caller.
            _ => {}
        }
    }
}
