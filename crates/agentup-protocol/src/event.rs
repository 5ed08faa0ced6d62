//! What an agent sends back: one answer, or a stream of events (A2A §3.2.3, §4.2).

use serde::{Deserialize, Serialize};

use crate::{Artifact, JsonObject, Message, Task, TaskStatus, wire};

/// The answer to `SendMessage`: `{"task": …}` or `{"message": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SendMessageResponse {
    /// An answer without a task.
    Message(Message),
    /// The task that the message started or went to.
    Task(Task),
}

/// One event of a stream, and the body of a push notification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StreamResponse {
    /// A result has come or has grown.
    #[serde(alias = "artifact_update")]
    ArtifactUpdate(ArtifactUpdate),
    /// An answer without a task; nothing follows it.
    Message(Message),
    /// The task has turned to another state.
    #[serde(alias = "status_update")]
    StatusUpdate(StatusUpdate),
    /// The task as it stands; the first event of a stream.
    Task(Task),
}

/// A task has turned to another state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusUpdate {
    /// The task; empty only where its receiver knows it anyway.
    #[serde(default, alias = "task_id", deserialize_with = "wire::or_default")]
    pub task_id: String,
    /// The conversation; empty only where its receiver knows it anyway.
    #[serde(default, alias = "context_id", deserialize_with = "wire::or_default")]
    pub context_id: String,
    /// Where the task stands now.
    pub status: TaskStatus,
    /// Whatever else the agent wants to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Box<JsonObject>>,
}

/// A result has come or has grown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactUpdate {
    /// The task; empty only where its receiver knows it anyway.
    #[serde(default, alias = "task_id", deserialize_with = "wire::or_default")]
    pub task_id: String,
    /// The conversation; empty only where its receiver knows it anyway.
    #[serde(default, alias = "context_id", deserialize_with = "wire::or_default")]
    pub context_id: String,
    /// The result, or the piece by which it has grown.
    pub artifact: Artifact,
    /// Whether the parts go behind those sent before under the same artifact id.
    #[serde(
        default,
        deserialize_with = "wire::or_default",
        skip_serializing_if = "wire::is_false"
    )]
    pub append: bool,
    /// Whether the artifact is complete with this.
    #[serde(
        default,
        alias = "last_chunk",
        deserialize_with = "wire::or_default",
        skip_serializing_if = "wire::is_false"
    )]
    pub last_chunk: bool,
    /// Whatever else the agent wants to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Box<JsonObject>>,
}
