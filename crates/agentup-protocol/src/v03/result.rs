//! What an agent sends back, in 0.3: bare objects told apart by `kind`.

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::message::{MessageView, PartsView};
use super::names::state_name;
use crate::{
    Artifact, ArtifactUpdate, Message, StatusUpdate, StreamResponse, Task, TaskState, TaskStatus,
};

/// A task in 0.3 form: `{"kind": "task", …}`.
#[derive(Clone, Copy, Debug)]
pub struct TaskView<'a>(pub &'a Task);

impl Serialize for TaskView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let task = self.0;
        let mut object = serializer.serialize_struct("Task", 7)?;
        object.serialize_field("kind", "task")?;
        object.serialize_field("id", &task.id)?;
        object.serialize_field("contextId", &task.context_id)?;
        object.serialize_field("status", &StatusView(&task.status))?;
        if !task.artifacts.is_empty() {
            object.serialize_field("artifacts", &ArtifactsView(&task.artifacts))?;
        }
        if !task.history.is_empty() {
            object.serialize_field("history", &MessagesView(&task.history))?;
        }
        if let Some(metadata) = &task.metadata {
            object.serialize_field("metadata", metadata)?;
        }
        object.end()
    }
}

/// An event of a stream in 0.3 form: `{"kind": "status-update", …}` and so on.
///
/// `final` is true for a state in which a 0.3 stream ends: a terminal one, or one that waits for
/// input. A stream stays open while it waits for an authorization (A2A §7.6.1).
#[derive(Clone, Copy, Debug)]
pub struct EventView<'a>(pub &'a StreamResponse);

impl Serialize for EventView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            StreamResponse::ArtifactUpdate(update) => artifact_update(update, serializer),
            StreamResponse::Message(message) => MessageView(message).serialize(serializer),
            StreamResponse::StatusUpdate(update) => status_update(update, serializer),
            StreamResponse::Task(task) => TaskView(task).serialize(serializer),
        }
    }
}

fn status_update<S: Serializer>(update: &StatusUpdate, serializer: S) -> Result<S::Ok, S::Error> {
    let state = update.status.state;
    let ends = state.is_terminal() || state == TaskState::InputRequired;
    let mut object = serializer.serialize_struct("StatusUpdate", 6)?;
    object.serialize_field("kind", "status-update")?;
    object.serialize_field("taskId", &update.task_id)?;
    object.serialize_field("contextId", &update.context_id)?;
    object.serialize_field("status", &StatusView(&update.status))?;
    object.serialize_field("final", &ends)?;
    if let Some(metadata) = &update.metadata {
        object.serialize_field("metadata", metadata)?;
    }
    object.end()
}

fn artifact_update<S: Serializer>(
    update: &ArtifactUpdate,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_struct("ArtifactUpdate", 7)?;
    object.serialize_field("kind", "artifact-update")?;
    object.serialize_field("taskId", &update.task_id)?;
    object.serialize_field("contextId", &update.context_id)?;
    object.serialize_field("artifact", &ArtifactView(&update.artifact))?;
    object.serialize_field("append", &update.append)?;
    object.serialize_field("lastChunk", &update.last_chunk)?;
    if let Some(metadata) = &update.metadata {
        object.serialize_field("metadata", metadata)?;
    }
    object.end()
}

/// An artifact in 0.3 form.
#[derive(Clone, Copy, Debug)]
pub struct ArtifactView<'a>(pub &'a Artifact);

impl Serialize for ArtifactView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let artifact = self.0;
        let mut object = serializer.serialize_struct("Artifact", 6)?;
        object.serialize_field("artifactId", &artifact.artifact_id)?;
        if let Some(name) = &artifact.name {
            object.serialize_field("name", name)?;
        }
        if let Some(description) = &artifact.description {
            object.serialize_field("description", description)?;
        }
        object.serialize_field("parts", &PartsView(&artifact.parts))?;
        if let Some(metadata) = &artifact.metadata {
            object.serialize_field("metadata", metadata)?;
        }
        if !artifact.extensions.is_empty() {
            object.serialize_field("extensions", &artifact.extensions)?;
        }
        object.end()
    }
}

struct StatusView<'a>(&'a TaskStatus);

impl Serialize for StatusView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let status = self.0;
        let mut object = serializer.serialize_struct("Status", 3)?;
        object.serialize_field("state", state_name(status.state))?;
        if let Some(message) = &status.message {
            object.serialize_field("message", &MessageView(message))?;
        }
        if let Some(timestamp) = &status.timestamp {
            object.serialize_field("timestamp", timestamp)?;
        }
        object.end()
    }
}

struct ArtifactsView<'a>(&'a [Artifact]);

impl Serialize for ArtifactsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ArtifactView))
    }
}

struct MessagesView<'a>(&'a [Message]);

impl Serialize for MessagesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(MessageView))
    }
}
