//! From the parameters of a 0.3 method to an operation in 1.0 types.

mod send;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::push::SetIn;
use crate::diagnosis::{read, v03 as rules};
use crate::{
    A2aError, CancelTaskRequest, DeletePushConfigRequest, ExtendedCardRequest,
    GetPushConfigRequest, GetTaskRequest, JsonObject, ListPushConfigsRequest, MethodKind,
    Operation, SubscribeRequest, wire,
};

pub(crate) use send::ConfigurationIn;
pub use send::SendParamsView;

/// Reads the parameters of a 0.3 method.
pub(crate) fn decode(kind: MethodKind, params: Option<&RawValue>) -> Result<Operation, A2aError> {
    Ok(match kind {
        MethodKind::SendMessage => Operation::SendMessage(Box::new(send::read_params(params)?)),
        MethodKind::SendStreamingMessage => {
            Operation::SendStreamingMessage(Box::new(send::read_params(params)?))
        }
        MethodKind::GetTask => Operation::GetTask(get_task(read(params, rules::task)?)),
        MethodKind::ListTasks => return Err(A2aError::method_not_found("tasks/list")),
        MethodKind::CancelTask => Operation::CancelTask(cancel_task(read(params, rules::task)?)),
        MethodKind::SubscribeToTask => {
            let TaskIdIn { id, .. } = read(params, rules::task)?;
            Operation::SubscribeToTask(SubscribeRequest { tenant: None, id })
        }
        MethodKind::CreatePushConfig => {
            let set: SetIn = read(params, rules::set_push_config)?;
            Operation::CreatePushConfig(set.into())
        }
        MethodKind::GetPushConfig => {
            let PushConfigIdIn { task_id, id } = read(params, rules::get_push_config)?;
            Operation::GetPushConfig(GetPushConfigRequest {
                tenant: None,
                task_id,
                id,
            })
        }
        MethodKind::ListPushConfigs => {
            let TaskIdIn { id: task_id, .. } = read(params, rules::task)?;
            Operation::ListPushConfigs(ListPushConfigsRequest {
                task_id,
                ..ListPushConfigsRequest::default()
            })
        }
        MethodKind::DeletePushConfig => {
            let DeleteIn { task_id, id } = read(params, rules::delete_push_config)?;
            Operation::DeletePushConfig(DeletePushConfigRequest {
                tenant: None,
                task_id,
                id,
            })
        }
        MethodKind::GetExtendedCard => Operation::GetExtendedCard(ExtendedCardRequest::default()),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskIdIn {
    #[serde(deserialize_with = "wire::non_empty")]
    id: String,
    #[serde(default, alias = "history_length", deserialize_with = "wire::count")]
    history_length: Option<u32>,
    metadata: Option<Box<JsonObject>>,
}

#[derive(Deserialize)]
struct PushConfigIdIn {
    #[serde(rename = "id", deserialize_with = "wire::non_empty")]
    task_id: String,
    #[serde(
        default,
        rename = "pushNotificationConfigId",
        alias = "push_notification_config_id",
        deserialize_with = "wire::text"
    )]
    id: Option<String>,
}

#[derive(Deserialize)]
struct DeleteIn {
    #[serde(rename = "id", deserialize_with = "wire::non_empty")]
    task_id: String,
    #[serde(
        rename = "pushNotificationConfigId",
        alias = "push_notification_config_id",
        deserialize_with = "wire::non_empty"
    )]
    id: String,
}

fn get_task(params: TaskIdIn) -> GetTaskRequest {
    GetTaskRequest {
        tenant: None,
        id: params.id,
        history_length: history_length(params.history_length),
    }
}

fn cancel_task(params: TaskIdIn) -> CancelTaskRequest {
    CancelTaskRequest {
        tenant: None,
        id: params.id,
        metadata: params.metadata,
    }
}

/// In 0.3 a length of 0 is no wish; in 1.0 it is the wish for no history.
fn history_length(length: Option<u32>) -> Option<u32> {
    length.filter(|length| *length > 0)
}
