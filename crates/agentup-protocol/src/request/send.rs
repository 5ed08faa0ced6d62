//! The request that starts or continues a task, and which skill it is meant for.

use serde::ser::{SerializeMap as _, SerializeStruct as _, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{JsonObject, Message, TaskPushNotificationConfig, wire};

/// The member of a metadata object that names a skill.
pub(crate) const SKILL_ID: &str = "skillId";

/// `SendMessage` and `SendStreamingMessage` (A2A §3.1.1, §3.1.2).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "SendIn")]
pub struct SendMessageRequest {
    /// The tenant, for routing only.
    pub tenant: Option<String>,
    /// What the caller says.
    pub message: Message,
    /// How the caller wants the answer.
    pub configuration: SendMessageConfiguration,
    /// Whatever else the caller wants to tell.
    pub metadata: Option<Box<JsonObject>>,
    /// The skill the caller chose: `skillId` of the parameters, of their metadata or of the
    /// metadata of the message. They never differ.
    ///
    /// A2A itself knows no such member, so it is written into the metadata.
    pub skill_id: Option<String>,
}

impl SendMessageRequest {
    /// A request of nothing but its required member.
    #[must_use]
    pub fn new(message: Message) -> Self {
        Self {
            tenant: None,
            message,
            configuration: SendMessageConfiguration::default(),
            metadata: None,
            skill_id: None,
        }
    }
}

/// How a caller wants its answer (A2A §3.2.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SendMessageConfiguration {
    /// Media types the caller can take; empty: any.
    #[serde(
        default,
        alias = "accepted_output_modes",
        deserialize_with = "wire::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub accepted_output_modes: Vec<String>,
    /// Where to report events of the task; its task id is empty, for the task is yet to come.
    #[serde(
        default,
        alias = "task_push_notification_config",
        deserialize_with = "wire::optional_object",
        skip_serializing_if = "Option::is_none"
    )]
    pub task_push_notification_config: Option<Box<TaskPushNotificationConfig>>,
    /// How many of the latest messages to return; unset: no wish (A2A §3.2.4).
    #[serde(
        default,
        alias = "history_length",
        deserialize_with = "wire::count",
        skip_serializing_if = "Option::is_none"
    )]
    pub history_length: Option<u32>,
    /// Whether to answer at once instead of when the task ends or waits.
    #[serde(
        default,
        alias = "return_immediately",
        deserialize_with = "wire::or_default",
        skip_serializing_if = "wire::is_false"
    )]
    pub return_immediately: bool,
}

/// The parameters as they come in, before the skill is settled.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SendIn {
    #[serde(default, deserialize_with = "wire::text")]
    tenant: Option<String>,
    #[serde(deserialize_with = "wire::object")]
    message: Message,
    #[serde(default, deserialize_with = "wire::object_or_default")]
    configuration: SendMessageConfiguration,
    metadata: Option<Box<JsonObject>>,
    #[serde(default, alias = "skill_id", deserialize_with = "wire::text")]
    skill_id: Option<String>,
}

impl TryFrom<SendIn> for SendMessageRequest {
    type Error = &'static str;

    fn try_from(request: SendIn) -> Result<Self, Self::Error> {
        let SendIn {
            tenant,
            message,
            configuration,
            metadata,
            skill_id,
        } = request;
        let skill_id = skill_of(skill_id, metadata.as_deref(), &message)?;
        Ok(Self {
            tenant,
            message,
            configuration,
            metadata,
            skill_id,
        })
    }
}

/// The one skill named in up to three places.
pub(crate) fn skill_of(
    given: Option<String>,
    metadata: Option<&JsonObject>,
    message: &Message,
) -> Result<Option<String>, &'static str> {
    let outer = skill_in(metadata)?;
    let inner = skill_in(message.metadata.as_deref())?;
    let chosen = given.as_deref().or(outer).or(inner);
    if [outer, inner]
        .into_iter()
        .flatten()
        .any(|named| Some(named) != chosen)
    {
        return Err("two skill ids that differ");
    }
    if given.is_some() {
        return Ok(given);
    }
    Ok(chosen.map(str::to_owned))
}

fn skill_in(metadata: Option<&JsonObject>) -> Result<Option<&str>, &'static str> {
    match metadata.and_then(|metadata| metadata.get(SKILL_ID)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(skill_id)) => Ok(Some(skill_id.as_str()).filter(|id| !id.is_empty())),
        Some(_) => Err("a skill id that is not a string"),
    }
}

impl Serialize for SendMessageRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut request = serializer.serialize_struct("SendMessageRequest", 4)?;
        if let Some(tenant) = &self.tenant {
            request.serialize_field("tenant", tenant)?;
        }
        request.serialize_field("message", &self.message)?;
        if self.configuration != SendMessageConfiguration::default() {
            request.serialize_field("configuration", &self.configuration)?;
        }
        if self.metadata.is_some() || self.skill_id.is_some() {
            request.serialize_field("metadata", &MetadataOut(self))?;
        }
        request.end()
    }
}

/// The metadata of a request together with the skill it chose.
pub(crate) struct MetadataOut<'a>(pub(crate) &'a SendMessageRequest);

impl Serialize for MetadataOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let metadata = self.0.metadata.as_deref().into_iter().flatten();
        for (name, value) in metadata.filter(|(name, _)| *name != SKILL_ID) {
            map.serialize_entry(name, value)?;
        }
        if let Some(skill_id) = &self.0.skill_id {
            map.serialize_entry(SKILL_ID, skill_id)?;
        }
        map.end()
    }
}
