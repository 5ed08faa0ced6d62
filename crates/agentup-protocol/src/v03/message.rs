//! Messages in 0.3: with `kind`, and roles in lower case.

use serde::Deserialize;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::names::{role, role_name};
use super::part::{PartOf, PartView};
use crate::{JsonObject, Message, Part, Role, wire};

/// A message in 0.3 form: `{"kind": "message", …}`.
#[derive(Clone, Copy, Debug)]
pub struct MessageView<'a>(pub &'a Message);

impl Serialize for MessageView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let message = self.0;
        let mut object = serializer.serialize_struct("Message", 9)?;
        object.serialize_field("kind", "message")?;
        object.serialize_field("messageId", &message.message_id)?;
        object.serialize_field("role", role_name(message.role))?;
        if let Some(context_id) = &message.context_id {
            object.serialize_field("contextId", context_id)?;
        }
        if let Some(task_id) = &message.task_id {
            object.serialize_field("taskId", task_id)?;
        }
        object.serialize_field("parts", &PartsView(&message.parts))?;
        if let Some(metadata) = &message.metadata {
            object.serialize_field("metadata", metadata)?;
        }
        if !message.extensions.is_empty() {
            object.serialize_field("extensions", &message.extensions)?;
        }
        if !message.reference_task_ids.is_empty() {
            object.serialize_field("referenceTaskIds", &message.reference_task_ids)?;
        }
        object.end()
    }
}

pub(super) struct PartsView<'a>(pub(super) &'a [Part]);

impl Serialize for PartsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(PartView))
    }
}

/// A message as it comes in; `kind` is not asked for, because only a message can stand here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageIn {
    #[serde(alias = "message_id", deserialize_with = "wire::non_empty")]
    message_id: String,
    #[serde(default, alias = "context_id", deserialize_with = "wire::text")]
    context_id: Option<String>,
    #[serde(default, alias = "task_id", deserialize_with = "wire::text")]
    task_id: Option<String>,
    #[serde(deserialize_with = "role")]
    role: Role,
    #[serde(deserialize_with = "wire::non_empty_list")]
    parts: Vec<PartOf>,
    metadata: Option<Box<JsonObject>>,
    #[serde(default, deserialize_with = "wire::or_default")]
    extensions: Vec<String>,
    #[serde(
        default,
        alias = "reference_task_ids",
        deserialize_with = "wire::or_default"
    )]
    reference_task_ids: Vec<String>,
}

impl From<MessageIn> for Message {
    fn from(message: MessageIn) -> Self {
        Self {
            message_id: message.message_id,
            context_id: message.context_id,
            task_id: message.task_id,
            role: message.role,
            parts: message.parts.into_iter().map(|part| part.0).collect(),
            metadata: message.metadata,
            extensions: message.extensions,
            reference_task_ids: message.reference_task_ids,
        }
    }
}
