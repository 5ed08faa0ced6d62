//! Push configurations in 0.3: nested, with a list of schemes.

use serde::Deserialize;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use crate::{AuthenticationInfo, Secret, TaskPushNotificationConfig, wire};

/// A push configuration in 0.3 form: `{"taskId": …, "pushNotificationConfig": {…}}`.
#[derive(Clone, Copy, Debug)]
pub struct PushConfigView<'a>(pub &'a TaskPushNotificationConfig);

impl Serialize for PushConfigView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("PushConfig", 2)?;
        object.serialize_field("taskId", &self.0.task_id)?;
        object.serialize_field("pushNotificationConfig", &InnerView(self.0))?;
        object.end()
    }
}

/// The configuration without its task, as it stands in a send request.
pub(super) struct InnerView<'a>(pub(super) &'a TaskPushNotificationConfig);

impl Serialize for InnerView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let config = self.0;
        let mut object = serializer.serialize_struct("Inner", 4)?;
        if let Some(id) = &config.id {
            object.serialize_field("id", id)?;
        }
        object.serialize_field("url", &config.url)?;
        if let Some(token) = &config.token {
            object.serialize_field("token", token)?;
        }
        if let Some(authentication) = &config.authentication {
            object.serialize_field("authentication", &AuthenticationView(authentication))?;
        }
        object.end()
    }
}

struct AuthenticationView<'a>(&'a AuthenticationInfo);

impl Serialize for AuthenticationView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Authentication", 2)?;
        object.serialize_field("schemes", &[&self.0.scheme])?;
        if let Some(credentials) = &self.0.credentials {
            object.serialize_field("credentials", credentials)?;
        }
        object.end()
    }
}

/// The parameters of `tasks/pushNotificationConfig/set`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SetIn {
    #[serde(alias = "task_id", deserialize_with = "wire::non_empty")]
    task_id: String,
    #[serde(alias = "push_notification_config", deserialize_with = "wire::object")]
    push_notification_config: PushConfigIn,
}

impl From<SetIn> for TaskPushNotificationConfig {
    fn from(set: SetIn) -> Self {
        Self {
            task_id: set.task_id,
            ..Self::from(set.push_notification_config)
        }
    }
}

/// A configuration without its task, as it comes in.
#[derive(Deserialize)]
pub(super) struct PushConfigIn {
    #[serde(default, deserialize_with = "wire::text")]
    id: Option<String>,
    #[serde(deserialize_with = "wire::non_empty")]
    url: String,
    token: Option<Secret>,
    #[serde(default, deserialize_with = "wire::optional_object")]
    authentication: Option<AuthenticationIn>,
}

#[derive(Deserialize)]
struct AuthenticationIn {
    #[serde(default, deserialize_with = "wire::or_default")]
    schemes: Vec<String>,
    credentials: Option<Secret>,
}

impl From<PushConfigIn> for TaskPushNotificationConfig {
    fn from(config: PushConfigIn) -> Self {
        let authentication = config.authentication.and_then(|authentication| {
            // 1.0 has one scheme; the first is the one its sender prefers.
            let scheme = authentication.schemes.into_iter().next()?;
            Some(AuthenticationInfo {
                scheme,
                credentials: authentication.credentials,
            })
        });
        Self {
            tenant: None,
            id: config.id,
            task_id: String::new(),
            url: config.url,
            token: config.token,
            authentication,
        }
    }
}
