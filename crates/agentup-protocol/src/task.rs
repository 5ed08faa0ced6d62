//! Tasks: the work that messages start, its state and its results (A2A §4.1).

mod state;

use serde::{Deserialize, Serialize};

use crate::{JsonObject, Message, Part, Timestamp, wire};

pub use state::TaskState;

/// A piece of work for one caller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Made by the agent; never empty.
    #[serde(deserialize_with = "wire::non_empty")]
    pub id: String,
    /// The conversation it belongs to.
    #[serde(
        default,
        alias = "context_id",
        deserialize_with = "wire::or_default",
        skip_serializing_if = "String::is_empty"
    )]
    pub context_id: String,
    /// Where it stands.
    pub status: TaskStatus,
    /// What it has brought forth.
    #[serde(
        default,
        deserialize_with = "wire::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub artifacts: Vec<Artifact>,
    /// What was said, oldest first.
    #[serde(
        default,
        deserialize_with = "wire::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub history: Vec<Message>,
    /// Whatever else the agent wants to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Box<JsonObject>>,
}

/// Where a task stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskStatus {
    /// The state of the task.
    pub state: TaskState,
    /// What the agent says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Box<Message>>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

/// A result of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    /// Unique within its task; never empty.
    #[serde(alias = "artifact_id", deserialize_with = "wire::non_empty")]
    pub artifact_id: String,
    /// A name for people.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// A description for people.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub description: Option<String>,
    /// Its content; at least one part.
    #[serde(deserialize_with = "wire::non_empty_list")]
    pub parts: Vec<Part>,
    /// Whatever else the agent wants to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Box<JsonObject>>,
    /// URIs of the extensions that shaped it.
    #[serde(
        default,
        deserialize_with = "wire::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub extensions: Vec<String>,
}

impl Artifact {
    /// An artifact of nothing but its required members.
    #[must_use]
    pub fn new(artifact_id: impl Into<String>, parts: Vec<Part>) -> Self {
        Self {
            artifact_id: artifact_id.into(),
            name: None,
            description: None,
            parts,
            metadata: None,
            extensions: Vec::new(),
        }
    }
}
