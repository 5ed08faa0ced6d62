//! What an agent sends back, in 0.3: bare objects told apart by `kind`.

use serde::ser::{Serialize, SerializeMap as _, Serializer};

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
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", "task")?;
        map.serialize_entry("id", &task.id)?;
        map.serialize_entry("contextId", &task.context_id)?;
        map.serialize_entry("status", &StatusView(&task.status))?;
        if !task.artifacts.is_empty() {
            map.serialize_entry("artifacts", &ArtifactsView(&task.artifacts))?;
        }
        if !task.history.is_empty() {
            map.serialize_entry("history", &MessagesView(&task.history))?;
        }
        if let Some(metadata) = &task.metadata {
            map.serialize_entry("metadata", metadata)?;
        }
        map.end()
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
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("kind", "status-update")?;
    map.serialize_entry("taskId", &update.task_id)?;
    map.serialize_entry("contextId", &update.context_id)?;
    map.serialize_entry("status", &StatusView(&update.status))?;
    map.serialize_entry("final", &ends)?;
    if let Some(metadata) = &update.metadata {
        map.serialize_entry("metadata", metadata)?;
    }
    map.end()
}

fn artifact_update<S: Serializer>(
    update: &ArtifactUpdate,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("kind", "artifact-update")?;
    map.serialize_entry("taskId", &update.task_id)?;
    map.serialize_entry("contextId", &update.context_id)?;
    map.serialize_entry("artifact", &ArtifactView(&update.artifact))?;
    map.serialize_entry("append", &update.append)?;
    map.serialize_entry("lastChunk", &update.last_chunk)?;
    if let Some(metadata) = &update.metadata {
        map.serialize_entry("metadata", metadata)?;
    }
    map.end()
}

/// An artifact in 0.3 form.
#[derive(Clone, Copy, Debug)]
pub struct ArtifactView<'a>(pub &'a Artifact);

impl Serialize for ArtifactView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let artifact = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("artifactId", &artifact.artifact_id)?;
        if let Some(name) = &artifact.name {
            map.serialize_entry("name", name)?;
        }
        if let Some(description) = &artifact.description {
            map.serialize_entry("description", description)?;
        }
        map.serialize_entry("parts", &PartsView(&artifact.parts))?;
        if let Some(metadata) = &artifact.metadata {
            map.serialize_entry("metadata", metadata)?;
        }
        if !artifact.extensions.is_empty() {
            map.serialize_entry("extensions", &artifact.extensions)?;
        }
        map.end()
    }
}

struct StatusView<'a>(&'a TaskStatus);

impl Serialize for StatusView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let status = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("state", state_name(status.state))?;
        if let Some(message) = &status.message {
            map.serialize_entry("message", &MessageView(message))?;
        }
        if let Some(timestamp) = &status.timestamp {
            map.serialize_entry("timestamp", timestamp)?;
        }
        map.end()
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
