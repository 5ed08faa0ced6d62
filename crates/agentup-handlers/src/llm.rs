//! Skills whose work a language model does: at Ollama, or at any server that speaks the protocol of
//! OpenAI. The answer is streamed into one artifact as it comes.

use std::sync::Arc;

use agentup_protocol::Message;

mod asked;
mod failure;
mod model;
mod ollama;
mod openai;
mod piece;
mod prompt;
mod reader;
mod settings;
mod telling;

pub use asked::ModelAsked;
pub(crate) use model::Model;
pub use settings::{Identity, Manner, Provider, Settings};

use crate::{Reply, SkillContext, SkillError, SkillHandler, middleware::Observer};

/// A skill that asks a language model.
#[derive(Debug)]
pub struct LlmSkill(Model);

impl LlmSkill {
    /// A skill with these settings. Nothing is connected yet.
    #[must_use]
    pub fn new(settings: Settings, observer: Arc<dyn Observer>) -> Self {
        Self(Model::new(settings, observer))
    }
}

impl SkillHandler for LlmSkill {
    async fn run(&self, message: Message, context: SkillContext) -> Result<Reply, SkillError> {
        Ok(self.0.answer(&message, &context).await?)
    }
}
