//! `basic_assistant`: asks a language model, or answers a few keywords where there is none, for
//! callers with the scope `basic`.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use agentup_auth::Requirement;
use agentup_protocol::Message;
use tokio::time::Instant;

use super::requires;
use crate::{
    Reply, SkillContext, SkillError, SkillHandler, first_text,
    llm::{Model, Settings},
    middleware::Observer,
};

/// What a model is told that was told nothing by the configuration.
const SYSTEM_PROMPT: &str = "You are a basic AI assistant. You answer simple questions and give \
                             general assistance. Be friendly and brief.";

/// How long a model that may be missing is left alone after it did not answer.
const REST: Duration = Duration::from_secs(30);

/// The model that the assistant asks.
#[derive(Debug)]
pub struct AssistantModel {
    model: Model,
    /// Whether the keywords take its place when it does not answer.
    may_be_missing: bool,
    /// Until when a missing one is left alone.
    rests_until: Mutex<Option<Instant>>,
}

impl AssistantModel {
    /// A model with these settings. `may_be_missing` says whether the assistant answers without it
    /// when it does not; otherwise its failures are those of the task.
    #[must_use]
    pub fn new(mut settings: Settings, may_be_missing: bool, observer: Arc<dyn Observer>) -> Self {
        settings
            .manner
            .system_prompt
            .get_or_insert_with(|| SYSTEM_PROMPT.to_owned());
        Self {
            model: Model::new(settings, observer),
            may_be_missing,
            rests_until: Mutex::new(None),
        }
    }

    /// What the model answers; none if it is missing, and may be.
    async fn answer(
        &self,
        message: &Message,
        context: &SkillContext,
    ) -> Result<Option<Reply>, SkillError> {
        if self.rests() {
            return Ok(None);
        }
        match self.model.answer(message, context).await {
            Ok(reply) => Ok(Some(reply)),
            Err(failure) if self.may_be_missing && !failure.has_spoken() => {
                tracing::warn!(
                    cause = failure.cause(),
                    "basic_assistant answers keywords: the model of OLLAMA_BASE_URL does not \
                     answer; it is asked again in {} seconds",
                    REST.as_secs(),
                );
                *self.rest() = Instant::now().checked_add(REST);
                Ok(None)
            }
            Err(failure) => Err(failure.into()),
        }
    }

    fn rests(&self) -> bool {
        self.rest().is_some_and(|until| Instant::now() < until)
    }

    fn rest(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.rests_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The assistant, with its model if it has one.
pub(super) struct BasicAssistant(pub(super) Option<Arc<AssistantModel>>);

impl SkillHandler for BasicAssistant {
    fn requirement(&self) -> Requirement {
        requires("basic")
    }

    async fn run(&self, message: Message, context: SkillContext) -> Result<Reply, SkillError> {
        if let Some(model) = &self.0
            && let Some(reply) = model.answer(&message, &context).await?
        {
            return Ok(reply);
        }
        Ok(Reply::text(answer(
            first_text(&message),
            context.display_name(),
        )))
    }
}

/// The first keyword that the text has decides.
fn answer(text: &str, user: &str) -> String {
    let text = text.to_lowercase();
    let has = |keyword| text.contains(keyword);
    if has("weather") {
        "🌤️ The weather is looking great today! Perfect for productivity.".to_owned()
    } else if has("hello") {
        format!("👋 Hello {user}! I'm your basic AI assistant. How can I help you today?")
    } else if has("help") {
        "I can help with basic queries like weather, time, simple questions, and friendly \
         conversation."
            .to_owned()
    } else if has("time") {
        "🕐 It's always a good time to be productive!".to_owned()
    } else {
        format!(
            "I'm a basic AI assistant helping {user}. I can answer simple questions about \
             weather, time, and provide general assistance. What would you like to know?"
        )
    }
}
