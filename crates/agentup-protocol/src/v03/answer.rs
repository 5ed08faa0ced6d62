//! What a 0.3 agent answers, read into 1.0 types; for clients.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::message::MessageIn;
use super::names::state;
use super::part::PartOf;
use super::push::SetIn;
use crate::{
    A2aError, Artifact, ArtifactUpdate, ErrorKind, JsonObject, StatusUpdate, StreamResponse, Task,
    TaskPushNotificationConfig, TaskState, TaskStatus, Timestamp, wire,
};

/// Reads a task.
///
/// # Errors
///
/// [`ErrorKind::InvalidAgentResponse`] for what is not a task.
pub fn parse_task(json: &str) -> Result<Task, A2aError> {
    parse::<TaskIn>(json).map(Task::from)
}

/// Reads an event of a stream, or the result of `message/send`, which is one of two of them.
///
/// # Errors
///
/// [`ErrorKind::InvalidAgentResponse`] for what is none of the four objects.
pub fn parse_event(json: &str) -> Result<StreamResponse, A2aError> {
    let Kinded { kind } = parse(json)?;
    Ok(match kind {
        Kind::ArtifactUpdate => {
            StreamResponse::ArtifactUpdate(parse::<ArtifactUpdateIn>(json)?.into())
        }
        Kind::Message => StreamResponse::Message(parse::<MessageIn>(json)?.into()),
        Kind::StatusUpdate => StreamResponse::StatusUpdate(parse::<StatusUpdateIn>(json)?.into()),
        Kind::Task => StreamResponse::Task(parse_task(json)?),
    })
}

/// Reads a push configuration.
///
/// # Errors
///
/// [`ErrorKind::InvalidAgentResponse`] for what is not a push configuration.
pub fn parse_push_config(json: &str) -> Result<TaskPushNotificationConfig, A2aError> {
    parse::<SetIn>(json).map(TaskPushNotificationConfig::from)
}

fn parse<T: DeserializeOwned>(json: &str) -> Result<T, A2aError> {
    serde_json::from_str(json).map_err(|_| ErrorKind::InvalidAgentResponse.into())
}

#[derive(Deserialize)]
struct Kinded {
    kind: Kind,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    ArtifactUpdate,
    Message,
    StatusUpdate,
    Task,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskIn {
    #[serde(deserialize_with = "wire::non_empty")]
    id: String,
    #[serde(default, alias = "context_id", deserialize_with = "wire::or_default")]
    context_id: String,
    status: StatusIn,
    #[serde(default, deserialize_with = "wire::or_default")]
    artifacts: Vec<ArtifactIn>,
    #[serde(default, deserialize_with = "wire::or_default")]
    history: Vec<MessageIn>,
    metadata: Option<Box<JsonObject>>,
}

impl From<TaskIn> for Task {
    fn from(task: TaskIn) -> Self {
        Self {
            id: task.id,
            context_id: task.context_id,
            status: task.status.into(),
            artifacts: task.artifacts.into_iter().map(Into::into).collect(),
            history: task.history.into_iter().map(Into::into).collect(),
            metadata: task.metadata,
        }
    }
}

#[derive(Deserialize)]
struct StatusIn {
    #[serde(deserialize_with = "state")]
    state: TaskState,
    message: Option<Box<MessageIn>>,
    timestamp: Option<Timestamp>,
}

impl From<StatusIn> for TaskStatus {
    fn from(status: StatusIn) -> Self {
        Self {
            state: status.state,
            message: status.message.map(|message| Box::new((*message).into())),
            timestamp: status.timestamp,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactIn {
    #[serde(alias = "artifact_id", deserialize_with = "wire::non_empty")]
    artifact_id: String,
    #[serde(default, deserialize_with = "wire::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "wire::text")]
    description: Option<String>,
    #[serde(deserialize_with = "wire::non_empty_list")]
    parts: Vec<PartOf>,
    metadata: Option<Box<JsonObject>>,
    #[serde(default, deserialize_with = "wire::or_default")]
    extensions: Vec<String>,
}

impl From<ArtifactIn> for Artifact {
    fn from(artifact: ArtifactIn) -> Self {
        Self {
            artifact_id: artifact.artifact_id,
            name: artifact.name,
            description: artifact.description,
            parts: artifact.parts.into_iter().map(|part| part.0).collect(),
            metadata: artifact.metadata,
            extensions: artifact.extensions,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatusUpdateIn {
    #[serde(default, alias = "task_id")]
    task_id: String,
    #[serde(default, alias = "context_id")]
    context_id: String,
    status: StatusIn,
    metadata: Option<Box<JsonObject>>,
}

impl From<StatusUpdateIn> for StatusUpdate {
    fn from(update: StatusUpdateIn) -> Self {
        Self {
            task_id: update.task_id,
            context_id: update.context_id,
            status: update.status.into(),
            metadata: update.metadata,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactUpdateIn {
    #[serde(default, alias = "task_id")]
    task_id: String,
    #[serde(default, alias = "context_id")]
    context_id: String,
    artifact: ArtifactIn,
    append: Option<bool>,
    #[serde(alias = "last_chunk")]
    last_chunk: Option<bool>,
    metadata: Option<Box<JsonObject>>,
}

impl From<ArtifactUpdateIn> for ArtifactUpdate {
    fn from(update: ArtifactUpdateIn) -> Self {
        Self {
            task_id: update.task_id,
            context_id: update.context_id,
            artifact: update.artifact.into(),
            append: update.append.unwrap_or_default(),
            last_chunk: update.last_chunk.unwrap_or_default(),
            metadata: update.metadata,
        }
    }
}
