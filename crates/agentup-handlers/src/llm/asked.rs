//! What can be counted of a question to a model. What was said is not in it.

use std::time::Duration;

use crate::TraceContext;

/// One question to a language model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelAsked<'a> {
    /// The skill that asked.
    pub skill: &'a str,
    /// The protocol: `ollama` or `openai`.
    pub provider: &'static str,
    /// The model, as the configuration names it.
    pub model: &'a str,
    /// How it ended: `answered`, `failed` or `canceled`.
    pub outcome: &'static str,
    /// How many tokens the question had, if the model told.
    pub prompt_tokens: Option<u64>,
    /// How many tokens the answer had, if the model told.
    pub answer_tokens: Option<u64>,
    /// The time from the question to the first word of the answer, if there was one.
    pub first_word: Option<Duration>,
    /// The place in the trace of the run that asked, if it has one.
    pub within: Option<&'a TraceContext>,
    /// The time from the question to the end.
    pub took: Duration,
}
