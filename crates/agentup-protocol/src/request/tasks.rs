//! Requests about tasks that exist, and about the card.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{JsonObject, Task, TaskState, Timestamp, wire};

/// `GetTask` (A2A §3.1.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetTaskRequest {
    /// The tenant, for routing only.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub tenant: Option<String>,
    /// The task.
    #[serde(deserialize_with = "wire::non_empty")]
    pub id: String,
    /// How many of the latest messages to return; unset: no wish (A2A §3.2.4).
    #[serde(
        default,
        alias = "history_length",
        deserialize_with = "wire::count",
        skip_serializing_if = "Option::is_none"
    )]
    pub history_length: Option<u32>,
}

/// `ListTasks` (A2A §3.1.4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTasksRequest {
    /// The tenant, for routing only.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub tenant: Option<String>,
    /// Only tasks of this conversation.
    #[serde(
        default,
        alias = "context_id",
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub context_id: Option<String>,
    /// Only tasks in this state.
    #[serde(
        default,
        deserialize_with = "specified",
        skip_serializing_if = "Option::is_none"
    )]
    pub status: Option<TaskState>,
    /// How many tasks at most, from 1 to [`Self::MAX_PAGE_SIZE`].
    #[serde(
        default,
        alias = "page_size",
        deserialize_with = "page_size",
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
    /// How many of the latest messages of each task to return; unset: no wish (A2A §3.2.4).
    #[serde(
        default,
        alias = "history_length",
        deserialize_with = "wire::count",
        skip_serializing_if = "Option::is_none"
    )]
    pub history_length: Option<u32>,
    /// Only tasks whose state is as it is since then or later.
    #[serde(
        default,
        alias = "status_timestamp_after",
        skip_serializing_if = "Option::is_none"
    )]
    pub status_timestamp_after: Option<Timestamp>,
    /// Whether to return what the tasks have brought forth.
    #[serde(
        default,
        alias = "include_artifacts",
        deserialize_with = "wire::or_default",
        skip_serializing_if = "wire::is_false"
    )]
    pub include_artifacts: bool,
}

impl ListTasksRequest {
    /// The page size of a request that names none (A2A §3.1.4).
    pub const DEFAULT_PAGE_SIZE: u32 = 50;
    /// The largest page size that may be asked for (A2A §3.1.4).
    pub const MAX_PAGE_SIZE: u32 = 100;
}

/// The answer to [`ListTasksRequest`]; all of its members are always written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTasksResponse {
    /// The tasks, the one that changed last first.
    pub tasks: Vec<Task>,
    /// Where the next page begins; empty at the end.
    #[serde(alias = "next_page_token")]
    pub next_page_token: String,
    /// The page size that was used.
    #[serde(alias = "page_size")]
    pub page_size: u32,
    /// How many tasks there are for this caller on all pages.
    #[serde(alias = "total_size")]
    pub total_size: u32,
}

/// `CancelTask` (A2A §3.1.5).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CancelTaskRequest {
    /// The tenant, for routing only.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub tenant: Option<String>,
    /// The task.
    #[serde(deserialize_with = "wire::non_empty")]
    pub id: String,
    /// Whatever else the caller wants to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Box<JsonObject>>,
}

/// `SubscribeToTask` (A2A §3.1.6).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SubscribeRequest {
    /// The tenant, for routing only.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub tenant: Option<String>,
    /// The task.
    #[serde(deserialize_with = "wire::non_empty")]
    pub id: String,
}

/// `GetExtendedAgentCard` (A2A §3.1.11).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExtendedCardRequest {
    /// The tenant, for routing only.
    #[serde(
        default,
        deserialize_with = "wire::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub tenant: Option<String>,
}

/// Reads a filter; in `ProtoJSON` the state 0 of an enum is the same as none.
fn specified<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TaskState>, D::Error> {
    let state = Option::<TaskState>::deserialize(deserializer)?;
    Ok(state.filter(|state| *state != TaskState::Unspecified))
}

fn page_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let size = wire::count(deserializer)?;
    if size.is_some_and(|size| size == 0 || size > ListTasksRequest::MAX_PAGE_SIZE) {
        return Err(serde::de::Error::custom("a page size out of range"));
    }
    Ok(size)
}
