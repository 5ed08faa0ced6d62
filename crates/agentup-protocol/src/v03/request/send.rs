//! `message/send` and `message/stream`: the hot path of 0.3.

use serde::Deserialize;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use serde_json::value::RawValue;

use super::history_length;
use crate::diagnosis::{read, v03 as rules};
use crate::request::{MetadataOut, skill_of};
use crate::v03::message::{MessageIn, MessageView};
use crate::v03::push::{InnerView, PushConfigIn};
use crate::{A2aError, JsonObject, Message, SendMessageConfiguration, SendMessageRequest, wire};

pub(super) fn read_params(params: Option<&RawValue>) -> Result<SendMessageRequest, A2aError> {
    let SendRead(request) = read(params, rules::send)?;
    Ok(request)
}

#[derive(Deserialize)]
#[serde(try_from = "SendIn")]
struct SendRead(SendMessageRequest);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SendIn {
    #[serde(deserialize_with = "wire::object")]
    message: MessageIn,
    #[serde(default, deserialize_with = "wire::object_or_default")]
    configuration: ConfigurationIn,
    metadata: Option<Box<JsonObject>>,
    #[serde(default, alias = "skill_id", deserialize_with = "wire::text")]
    skill_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigurationIn {
    #[serde(
        default,
        alias = "accepted_output_modes",
        deserialize_with = "wire::or_default"
    )]
    accepted_output_modes: Vec<String>,
    #[serde(
        default,
        alias = "push_notification_config",
        deserialize_with = "wire::optional_object"
    )]
    push_notification_config: Option<Box<PushConfigIn>>,
    #[serde(default, alias = "history_length", deserialize_with = "wire::count")]
    history_length: Option<u32>,
    blocking: Option<bool>,
}

impl TryFrom<SendIn> for SendRead {
    type Error = &'static str;

    fn try_from(params: SendIn) -> Result<Self, Self::Error> {
        let message = Message::from(params.message);
        let skill_id = skill_of(params.skill_id, params.metadata.as_deref(), &message)?;
        Ok(Self(SendMessageRequest {
            tenant: None,
            message,
            configuration: params.configuration.into(),
            metadata: params.metadata,
            skill_id,
        }))
    }
}

impl From<ConfigurationIn> for SendMessageConfiguration {
    fn from(configuration: ConfigurationIn) -> Self {
        Self {
            accepted_output_modes: configuration.accepted_output_modes,
            task_push_notification_config: configuration
                .push_notification_config
                .map(|config| Box::new((*config).into())),
            history_length: history_length(configuration.history_length),
            // Not to say it is to wait.
            return_immediately: configuration.blocking == Some(false),
        }
    }
}

/// The parameters of `message/send` and `message/stream` in 0.3 form, to send.
#[derive(Clone, Copy, Debug)]
pub struct SendParamsView<'a>(pub &'a SendMessageRequest);

impl Serialize for SendParamsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let request = self.0;
        let mut object = serializer.serialize_struct("SendParams", 3)?;
        object.serialize_field("message", &MessageView(&request.message))?;
        object.serialize_field("configuration", &ConfigurationView(&request.configuration))?;
        if request.metadata.is_some() || request.skill_id.is_some() {
            object.serialize_field("metadata", &MetadataOut(request))?;
        }
        object.end()
    }
}

struct ConfigurationView<'a>(&'a SendMessageConfiguration);

impl Serialize for ConfigurationView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let configuration = self.0;
        let mut object = serializer.serialize_struct("Configuration", 4)?;
        object.serialize_field("blocking", &!configuration.return_immediately)?;
        if !configuration.accepted_output_modes.is_empty() {
            object.serialize_field("acceptedOutputModes", &configuration.accepted_output_modes)?;
        }
        if let Some(length) = configuration.history_length {
            object.serialize_field("historyLength", &length)?;
        }
        if let Some(config) = &configuration.task_push_notification_config {
            object.serialize_field("pushNotificationConfig", &InnerView(config))?;
        }
        object.end()
    }
}
