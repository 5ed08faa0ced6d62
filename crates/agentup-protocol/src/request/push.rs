//! Requests about push notifications: where the agent reports the events of a task (A2A §4.3).

use serde::{Deserialize, Serialize};

use crate::{Secret, wire};

/// Where and how to report the events of a task; also `CreateTaskPushNotificationConfig`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskPushNotificationConfig {
    /// The tenant, for routing only.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub tenant: Option<String>,
    /// Names it among those of its task; the agent makes one where the caller does not.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub id: Option<String>,
    /// The task; empty only inside a send request.
    #[serde(
        default,
        alias = "task_id",
        deserialize_with = "wire::or_default",
        skip_serializing_if = "String::is_empty"
    )]
    pub task_id: String,
    /// Where to send the events.
    #[serde(deserialize_with = "wire::non_empty")]
    pub url: String,
    /// Lets the receiver tell that an event is meant for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// How the agent authenticates to the receiver.
    #[serde(
        default,
        deserialize_with = "wire::optional_object",
        skip_serializing_if = "Option::is_none"
    )]
    pub authentication: Option<AuthenticationInfo>,
}

/// The `Authorization` header of a push notification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuthenticationInfo {
    /// The HTTP scheme, such as `Bearer`; case does not matter (RFC 9110 §11.1).
    #[serde(deserialize_with = "wire::non_empty")]
    pub scheme: String,
    /// What follows the scheme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Secret>,
}

/// `GetTaskPushNotificationConfig` (A2A §3.1.8).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetPushConfigRequest {
    /// The tenant, for routing only.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub tenant: Option<String>,
    /// The task.
    #[serde(alias = "task_id", deserialize_with = "wire::non_empty")]
    pub task_id: String,
    /// The configuration; `None` is 0.3's way to ask for the first one.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// `DeleteTaskPushNotificationConfig` (A2A §3.1.10).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletePushConfigRequest {
    /// The tenant, for routing only.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub tenant: Option<String>,
    /// The task.
    #[serde(alias = "task_id", deserialize_with = "wire::non_empty")]
    pub task_id: String,
    /// The configuration.
    #[serde(deserialize_with = "wire::non_empty")]
    pub id: String,
}

/// `ListTaskPushNotificationConfigs` (A2A §3.1.9).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListPushConfigsRequest {
    /// The tenant, for routing only.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub tenant: Option<String>,
    /// The task.
    #[serde(alias = "task_id", deserialize_with = "wire::non_empty")]
    pub task_id: String,
    /// How many at most.
    #[serde(
        default,
        alias = "page_size",
        deserialize_with = "wire::count",
        skip_serializing_if = "Option::is_none"
    )]
    pub page_size: Option<u32>,
    /// Where to go on, from the page before.
    #[serde(
        default,
        alias = "page_token",
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub page_token: Option<String>,
}

/// The answer to [`ListPushConfigsRequest`]; both of its members are always written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListPushConfigsResponse {
    /// The configurations.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub configs: Vec<TaskPushNotificationConfig>,
    /// Where the next page begins; empty at the end.
    #[serde(
        default,
        alias = "next_page_token",
        deserialize_with = "wire::or_default"
    )]
    pub next_page_token: String,
}

/// Reads the id that 1.0 requires.
fn named<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    wire::non_empty(deserializer).map(Some)
}
