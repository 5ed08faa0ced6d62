//! The text of a message, as skills that answer text read it.

use agentup_protocol::{Message, PartContent};

/// The first text part of a message; empty when it has none.
#[must_use]
pub fn first_text(message: &Message) -> &str {
    message
        .parts
        .iter()
        .find_map(|part| match &part.content {
            PartContent::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .unwrap_or_default()
}
