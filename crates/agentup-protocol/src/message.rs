//! Messages: what a caller says to the agent and what it says back (A2A §4.1.4).

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::ser::{Serialize, Serializer};

use crate::{JsonObject, Part, wire};

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Made by the sender; never empty.
    #[serde(alias = "message_id", deserialize_with = "wire::non_empty")]
    pub message_id: String,
    /// The conversation it belongs to.
    #[serde(
        default,
        alias = "context_id",
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub context_id: Option<String>,
    /// The task it belongs to.
    #[serde(
        default,
        alias = "task_id",
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub task_id: Option<String>,
    /// Who speaks.
    pub role: Role,
    /// What is said; at least one part.
    #[serde(deserialize_with = "wire::non_empty_list")]
    pub parts: Vec<Part>,
    /// Whatever else the sender wants to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Box<JsonObject>>,
    /// URIs of the extensions that shaped this message.
    #[serde(
        default,
        deserialize_with = "wire::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub extensions: Vec<String>,
    /// Other tasks that give it context.
    #[serde(
        default,
        alias = "reference_task_ids",
        deserialize_with = "wire::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub reference_task_ids: Vec<String>,
}

impl Message {
    /// A message of nothing but its required members.
    #[must_use]
    pub fn new(message_id: impl Into<String>, role: Role, parts: Vec<Part>) -> Self {
        Self {
            message_id: message_id.into(),
            context_id: None,
            task_id: None,
            role,
            parts,
            metadata: None,
            extensions: Vec::new(),
            reference_task_ids: Vec::new(),
        }
    }

    /// The texts of its parts, joined by line breaks; other parts are passed over.
    #[must_use]
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.parts.iter().filter_map(Part::as_text).collect();
        texts.join("\n")
    }
}

/// Who speaks in a message (A2A §4.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The agent, towards its caller.
    Agent,
    /// The caller, towards the agent.
    User,
}

impl Role {
    /// Its name in 1.0.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agent => "ROLE_AGENT",
            Self::User => "ROLE_USER",
        }
    }

    /// The role of this name in 1.0.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Agent, Self::User]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        let role = Self::from_name(&name);
        role.ok_or_else(|| {
            D::Error::invalid_value(Unexpected::Str("…"), &"ROLE_USER or ROLE_AGENT")
        })
    }
}
