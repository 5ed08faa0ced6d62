//! `public_echo`: says back what it hears, to anybody who is authenticated.

use agentup_protocol::Message;

use crate::{Reply, SkillContext, SkillError, first_text};

/// Echoes the message and names the caller.
pub(super) async fn run(message: Message, context: SkillContext) -> Result<Reply, SkillError> {
    let text = first_text(&message);
    Ok(Reply::text(format!(
        "Echo: {text} (from user {})",
        context.display_name()
    )))
}
