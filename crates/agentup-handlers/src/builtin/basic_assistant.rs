//! `basic_assistant`: answers a few keywords, for callers with the scope `basic`.

use agentup_auth::Requirement;
use agentup_protocol::Message;

use super::requires;
use crate::{Reply, SkillContext, SkillError, SkillHandler, first_text};

/// The assistant.
pub(super) struct BasicAssistant;

impl SkillHandler for BasicAssistant {
    fn requirement(&self) -> Requirement {
        requires("basic")
    }

    async fn run(&self, message: Message, context: SkillContext) -> Result<Reply, SkillError> {
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
