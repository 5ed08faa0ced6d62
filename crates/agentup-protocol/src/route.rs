//! From a method name and a version to one operation of one generation.

use crate::{A2aError, ErrorKind, Generation};

/// The eleven operations of the protocol (A2A §5.3), without their parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MethodKind {
    /// Send a message; wait for the answer.
    SendMessage,
    /// Send a message; follow the events.
    SendStreamingMessage,
    /// Read a task.
    GetTask,
    /// List the caller's tasks; not in 0.3.
    ListTasks,
    /// Cancel a task.
    CancelTask,
    /// Follow the events of a task.
    SubscribeToTask,
    /// Create a push configuration.
    CreatePushConfig,
    /// Read a push configuration.
    GetPushConfig,
    /// List the push configurations of a task.
    ListPushConfigs,
    /// Delete a push configuration.
    DeletePushConfig,
    /// Read the extended card.
    GetExtendedCard,
}

impl MethodKind {
    /// Every operation, in the order of A2A §5.3.
    pub const ALL: [Self; 11] = [
        Self::SendMessage,
        Self::SendStreamingMessage,
        Self::GetTask,
        Self::ListTasks,
        Self::CancelTask,
        Self::SubscribeToTask,
        Self::CreatePushConfig,
        Self::GetPushConfig,
        Self::ListPushConfigs,
        Self::DeletePushConfig,
        Self::GetExtendedCard,
    ];

    /// The name of its method in this generation; `None` if it has none there.
    #[must_use]
    pub const fn name(self, generation: Generation) -> Option<&'static str> {
        match generation {
            Generation::V03 => self.v03_name(),
            Generation::V10 => Some(self.v10_name()),
        }
    }

    /// Its name in logs and metrics: the one in 1.0, whatever the request called it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        self.v10_name()
    }

    /// The operation that a method name stands for in this generation.
    #[must_use]
    pub fn from_name(generation: Generation, name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name(generation) == Some(name))
    }

    /// Whether the answer is a stream of events.
    #[must_use]
    pub const fn is_streaming(self) -> bool {
        matches!(self, Self::SendStreamingMessage | Self::SubscribeToTask)
    }

    const fn v10_name(self) -> &'static str {
        match self {
            Self::SendMessage => "SendMessage",
            Self::SendStreamingMessage => "SendStreamingMessage",
            Self::GetTask => "GetTask",
            Self::ListTasks => "ListTasks",
            Self::CancelTask => "CancelTask",
            Self::SubscribeToTask => "SubscribeToTask",
            Self::CreatePushConfig => "CreateTaskPushNotificationConfig",
            Self::GetPushConfig => "GetTaskPushNotificationConfig",
            Self::ListPushConfigs => "ListTaskPushNotificationConfigs",
            Self::DeletePushConfig => "DeleteTaskPushNotificationConfig",
            Self::GetExtendedCard => "GetExtendedAgentCard",
        }
    }

    const fn v03_name(self) -> Option<&'static str> {
        match self {
            Self::SendMessage => Some("message/send"),
            Self::SendStreamingMessage => Some("message/stream"),
            Self::GetTask => Some("tasks/get"),
            Self::ListTasks => None,
            Self::CancelTask => Some("tasks/cancel"),
            Self::SubscribeToTask => Some("tasks/resubscribe"),
            Self::CreatePushConfig => Some("tasks/pushNotificationConfig/set"),
            Self::GetPushConfig => Some("tasks/pushNotificationConfig/get"),
            Self::ListPushConfigs => Some("tasks/pushNotificationConfig/list"),
            Self::DeletePushConfig => Some("tasks/pushNotificationConfig/delete"),
            Self::GetExtendedCard => Some("agent/getAuthenticatedExtendedCard"),
        }
    }
}

/// Which operation of which generation a request asks for.
///
/// `version` is what the request says in `A2A-Version`; see
/// [`requested_version`](crate::requested_version). The version decides, not the name: a name of
/// the other generation is an unknown one (A2A §3.6.2).
///
/// # Errors
///
/// [`ErrorKind::VersionNotSupported`] for a version that is not spoken here, and for a 1.0 name
/// without a version, because the remedy is to send one; [`ErrorKind::MethodNotFound`] for any
/// other name.
pub fn route(method: &str, version: Option<&str>) -> Result<(Generation, MethodKind), A2aError> {
    let generation = Generation::from_version(version)?;
    if let Some(kind) = MethodKind::from_name(generation, method) {
        return Ok((generation, kind));
    }
    if MethodKind::from_name(Generation::V10, method).is_some() {
        let message = "this method belongs to version 1.0: send A2A-Version: 1.0";
        return Err(A2aError::new(ErrorKind::VersionNotSupported, message)
            .with_metadata("requestedVersion", Generation::V03.version())
            .with_metadata("supportedVersions", Generation::V10.version()));
    }
    Err(A2aError::method_not_found(method))
}

#[cfg(test)]
mod tests;
