//! What is remembered of the other agent's task, for the messages to come.
//!
//! It stands in the note of our task: it is its owner's, there is one of it, and it goes with it.

use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::SkillContext;
use agentup_protocol::Message;

/// The longest id of another agent that is remembered, in bytes.
const MAX_ID: usize = 1024;

/// Where a conversation with another agent stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// Which agent it is, for the settings may change.
    agent: String,
    /// Its task, unless it answered without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) task: Option<String>,
    /// Its name for the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) context: Option<String>,
    /// Whether the task goes on by itself once it is authorized.
    #[serde(default)]
    pub(super) awaits_authorization: bool,
}

impl Note {
    pub(super) fn new(agent: &Url) -> Self {
        Self {
            agent: agent.as_str().to_owned(),
            ..Self::default()
        }
    }

    /// Whether an id is one that can be remembered.
    pub(super) const fn is_fit(id: &str) -> bool {
        !id.is_empty() && id.len() <= MAX_ID
    }

    /// Writes it down.
    pub(super) fn keep(&self, context: &SkillContext) {
        if let Ok(note) = serde_json::to_value(self) {
            context.set_note(note);
        }
    }
}

/// What was noted about the task at hand, with this agent.
pub(super) fn of_task(context: &SkillContext, agent: &Url) -> Option<Note> {
    let note: Note = serde_json::from_value(context.note()?).ok()?;
    (note.agent == agent.as_str()).then_some(note)
}

/// What to begin with: the task at hand goes on, or a new one begins in the conversation that was
/// had in the same context before.
pub(super) fn to_begin_with(context: &SkillContext, message: &Message, agent: &Url) -> Note {
    if let Some(note) = of_task(context, agent) {
        return note;
    }
    let earlier = context.earlier_note(message);
    let earlier: Option<Note> = earlier.and_then(|note| serde_json::from_value(note).ok());
    let earlier = earlier.filter(|note| note.agent == agent.as_str());
    Note {
        context: earlier.and_then(|note| note.context),
        ..Note::new(agent)
    }
}
