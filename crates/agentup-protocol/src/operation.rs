//! Operations: what a caller wants, with parameters that have been read and found whole.

use serde_json::value::RawValue;

use crate::diagnosis::{read, v10};
use crate::json::Reader;
use crate::{
    A2aError, CancelTaskRequest, DeletePushConfigRequest, ErrorKind, ExtendedCardRequest,
    Generation, GetPushConfigRequest, GetTaskRequest, ListPushConfigsRequest, ListTasksRequest,
    MethodKind, SendMessageRequest, SubscribeRequest, TaskPushNotificationConfig, usual, v03,
};

/// The eleven operations of the protocol (A2A §5.3), in the order of the specification.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Send a message; wait for the answer. In a box: it is by far the largest, and handed on often.
    SendMessage(Box<SendMessageRequest>),
    /// Send a message; follow the events.
    SendStreamingMessage(Box<SendMessageRequest>),
    /// Read a task.
    GetTask(GetTaskRequest),
    /// List the caller's tasks.
    ListTasks(ListTasksRequest),
    /// Cancel a task.
    CancelTask(CancelTaskRequest),
    /// Follow the events of a task.
    SubscribeToTask(SubscribeRequest),
    /// Create a push configuration.
    CreatePushConfig(TaskPushNotificationConfig),
    /// Read a push configuration.
    GetPushConfig(GetPushConfigRequest),
    /// List the push configurations of a task.
    ListPushConfigs(ListPushConfigsRequest),
    /// Delete a push configuration.
    DeletePushConfig(DeletePushConfigRequest),
    /// Read the extended card.
    GetExtendedCard(ExtendedCardRequest),
}

impl Operation {
    /// Reads the parameters of a method; none are the same as an empty object.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidParams`] with a violation for each
    /// member that is missing or wrong; [`ErrorKind::MethodNotFound`]
    /// for an operation that the generation does not have.
    pub fn decode(
        generation: Generation,
        kind: MethodKind,
        params: Option<&RawValue>,
    ) -> Result<Self, A2aError> {
        match generation {
            Generation::V03 => v03::decode(kind, params),
            Generation::V10 => Self::decode_v10(kind, params),
        }
    }

    /// Reads a whole body as the parameters of a method of 1.0, as HTTP+JSON has them (A2A §11).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ParseError`] for what is not JSON, and those of [`Self::decode`].
    pub fn from_body(kind: MethodKind, body: &[u8]) -> Result<Self, A2aError> {
        let usual = Reader::new(body).and_then(|mut reader| {
            let operation = Self::usual(Generation::V10, kind, &mut reader)?;
            reader.end().map(|()| operation)
        });
        usual.map_or_else(
            || {
                let params = serde_json::from_slice(body);
                let params = params.map_err(|_| A2aError::from(ErrorKind::ParseError))?;
                Self::decode(Generation::V10, kind, Some(params))
            },
            Ok,
        )
    }

    /// Reads the parameters of a method: the short way, where there is one.
    pub(crate) fn usual(
        generation: Generation,
        kind: MethodKind,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        match kind {
            MethodKind::SendMessage => usual::send(reader, generation).map(Self::SendMessage),
            MethodKind::SendStreamingMessage => {
                usual::send(reader, generation).map(Self::SendStreamingMessage)
            }
            _ => Self::decode(generation, kind, Some(reader.value()?)).ok(),
        }
    }

    /// Which operation it is.
    #[must_use]
    pub const fn kind(&self) -> MethodKind {
        match self {
            Self::SendMessage(_) => MethodKind::SendMessage,
            Self::SendStreamingMessage(_) => MethodKind::SendStreamingMessage,
            Self::GetTask(_) => MethodKind::GetTask,
            Self::ListTasks(_) => MethodKind::ListTasks,
            Self::CancelTask(_) => MethodKind::CancelTask,
            Self::SubscribeToTask(_) => MethodKind::SubscribeToTask,
            Self::CreatePushConfig(_) => MethodKind::CreatePushConfig,
            Self::GetPushConfig(_) => MethodKind::GetPushConfig,
            Self::ListPushConfigs(_) => MethodKind::ListPushConfigs,
            Self::DeletePushConfig(_) => MethodKind::DeletePushConfig,
            Self::GetExtendedCard(_) => MethodKind::GetExtendedCard,
        }
    }

    /// The tenant the caller names, for routing only.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        let tenant = match self {
            Self::SendMessage(request) | Self::SendStreamingMessage(request) => &request.tenant,
            Self::GetTask(request) => &request.tenant,
            Self::ListTasks(request) => &request.tenant,
            Self::CancelTask(request) => &request.tenant,
            Self::SubscribeToTask(request) => &request.tenant,
            Self::CreatePushConfig(config) => &config.tenant,
            Self::GetPushConfig(request) => &request.tenant,
            Self::ListPushConfigs(request) => &request.tenant,
            Self::DeletePushConfig(request) => &request.tenant,
            Self::GetExtendedCard(request) => &request.tenant,
        };
        tenant.as_deref()
    }

    fn decode_v10(kind: MethodKind, params: Option<&RawValue>) -> Result<Self, A2aError> {
        Ok(match kind {
            MethodKind::SendMessage => Self::SendMessage(Box::new(read(params, v10::send)?)),
            MethodKind::SendStreamingMessage => {
                Self::SendStreamingMessage(Box::new(read(params, v10::send)?))
            }
            MethodKind::GetTask => Self::GetTask(read(params, v10::get_task)?),
            MethodKind::ListTasks => Self::ListTasks(read(params, v10::list_tasks)?),
            MethodKind::CancelTask => Self::CancelTask(read(params, v10::cancel_task)?),
            MethodKind::SubscribeToTask => Self::SubscribeToTask(read(params, v10::task_id)?),
            MethodKind::CreatePushConfig => Self::CreatePushConfig(new_push_config(params)?),
            MethodKind::GetPushConfig => Self::GetPushConfig(read(params, v10::one_push_config)?),
            MethodKind::ListPushConfigs => {
                Self::ListPushConfigs(read(params, v10::list_push_configs)?)
            }
            MethodKind::DeletePushConfig => {
                Self::DeletePushConfig(read(params, v10::one_push_config)?)
            }
            MethodKind::GetExtendedCard => Self::GetExtendedCard(read(params, v10::extended_card)?),
        })
    }
}

/// A configuration of a task that exists; the type itself leaves the task open, because inside a
/// send request there is none yet.
fn new_push_config(params: Option<&RawValue>) -> Result<TaskPushNotificationConfig, A2aError> {
    let config: TaskPushNotificationConfig = read(params, v10::create_push_config)?;
    if config.task_id.is_empty() {
        return Err(A2aError::invalid_param("taskId", "is required"));
    }
    Ok(config)
}
