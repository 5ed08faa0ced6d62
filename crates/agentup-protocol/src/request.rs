//! What callers ask for: the request messages of A2A §3.1, in 1.0 form.

mod push;
mod send;
mod tasks;

pub use push::{
    AuthenticationInfo, DeletePushConfigRequest, GetPushConfigRequest, ListPushConfigsRequest,
    ListPushConfigsResponse, TaskPushNotificationConfig,
};
pub use send::{SendMessageConfiguration, SendMessageRequest};
pub use tasks::{
    CancelTaskRequest, ExtendedCardRequest, GetTaskRequest, ListTasksRequest, ListTasksResponse,
    SubscribeRequest,
};

pub(crate) use send::{MetadataOut, SKILL_ID, skill_of};
