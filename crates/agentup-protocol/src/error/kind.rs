//! The kinds of errors and their numbers and names in each binding (A2A §5.4).

/// Which error it is, in the order of its JSON-RPC code within each group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The body is not JSON.
    ParseError,
    /// The body is JSON but not a request.
    InvalidRequest,
    /// There is no such method.
    MethodNotFound,
    /// A parameter is missing or wrong.
    InvalidParams,
    /// A fault of the agent.
    Internal,
    /// There is no such task for this caller.
    TaskNotFound,
    /// The task has ended already.
    TaskNotCancelable,
    /// The agent sends no push notifications.
    PushNotificationNotSupported,
    /// The operation is not there, or not for what it was asked of.
    UnsupportedOperation,
    /// The agent does not take this media type.
    ContentTypeNotSupported,
    /// What the agent made does not follow the protocol.
    InvalidAgentResponse,
    /// The card declares an extended card, but there is none.
    ExtendedCardNotConfigured,
    /// The caller did not declare an extension that is required.
    ExtensionSupportRequired,
    /// The version asked for is not spoken here.
    VersionNotSupported,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::ParseError,
        Self::InvalidRequest,
        Self::MethodNotFound,
        Self::InvalidParams,
        Self::Internal,
        Self::TaskNotFound,
        Self::TaskNotCancelable,
        Self::PushNotificationNotSupported,
        Self::UnsupportedOperation,
        Self::ContentTypeNotSupported,
        Self::InvalidAgentResponse,
        Self::ExtendedCardNotConfigured,
        Self::ExtensionSupportRequired,
        Self::VersionNotSupported,
    ];

    /// The code in JSON-RPC (A2A §5.4, JSON-RPC 2.0 §5.1).
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::ParseError => -32700,
            Self::InvalidRequest => -32600,
            Self::MethodNotFound => -32601,
            Self::InvalidParams => -32602,
            Self::Internal => -32603,
            Self::TaskNotFound => -32001,
            Self::TaskNotCancelable => -32002,
            Self::PushNotificationNotSupported => -32003,
            Self::UnsupportedOperation => -32004,
            Self::ContentTypeNotSupported => -32005,
            Self::InvalidAgentResponse => -32006,
            Self::ExtendedCardNotConfigured => -32007,
            Self::ExtensionSupportRequired => -32008,
            Self::VersionNotSupported => -32009,
        }
    }

    /// The kind of this JSON-RPC code.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| i64::from(kind.code()) == code)
    }

    /// The status in HTTP+JSON; JSON-RPC answers 200 whatever it is.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::TaskNotFound | Self::MethodNotFound => 404,
            Self::Internal | Self::InvalidAgentResponse => 500,
            Self::ParseError
            | Self::InvalidRequest
            | Self::InvalidParams
            | Self::TaskNotCancelable
            | Self::PushNotificationNotSupported
            | Self::UnsupportedOperation
            | Self::ContentTypeNotSupported
            | Self::ExtendedCardNotConfigured
            | Self::ExtensionSupportRequired
            | Self::VersionNotSupported => 400,
        }
    }

    /// A name for logs and metrics. Part of the interface: renaming one breaks dashboards.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ParseError => "parse_error",
            Self::InvalidRequest => "invalid_request",
            Self::MethodNotFound => "method_not_found",
            Self::InvalidParams => "invalid_params",
            Self::Internal => "internal",
            Self::TaskNotFound => "task_not_found",
            Self::TaskNotCancelable => "task_not_cancelable",
            Self::PushNotificationNotSupported => "push_notification_not_supported",
            Self::UnsupportedOperation => "unsupported_operation",
            Self::ContentTypeNotSupported => "content_type_not_supported",
            Self::InvalidAgentResponse => "invalid_agent_response",
            Self::ExtendedCardNotConfigured => "extended_card_not_configured",
            Self::ExtensionSupportRequired => "extension_support_required",
            Self::VersionNotSupported => "version_not_supported",
        }
    }

    /// The name of the status in gRPC and in `google.rpc.Status`.
    #[must_use]
    pub const fn grpc_status(self) -> &'static str {
        match self {
            Self::TaskNotFound | Self::MethodNotFound => "NOT_FOUND",
            Self::Internal | Self::InvalidAgentResponse => "INTERNAL",
            Self::ParseError
            | Self::InvalidRequest
            | Self::InvalidParams
            | Self::ContentTypeNotSupported => "INVALID_ARGUMENT",
            Self::TaskNotCancelable
            | Self::PushNotificationNotSupported
            | Self::UnsupportedOperation
            | Self::ExtendedCardNotConfigured
            | Self::ExtensionSupportRequired
            | Self::VersionNotSupported => "FAILED_PRECONDITION",
        }
    }

    /// The reason in `google.rpc.ErrorInfo`; none for the errors of JSON-RPC itself.
    #[must_use]
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::ParseError
            | Self::InvalidRequest
            | Self::MethodNotFound
            | Self::InvalidParams
            | Self::Internal => None,
            Self::TaskNotFound => Some("TASK_NOT_FOUND"),
            Self::TaskNotCancelable => Some("TASK_NOT_CANCELABLE"),
            Self::PushNotificationNotSupported => Some("PUSH_NOTIFICATION_NOT_SUPPORTED"),
            Self::UnsupportedOperation => Some("UNSUPPORTED_OPERATION"),
            Self::ContentTypeNotSupported => Some("CONTENT_TYPE_NOT_SUPPORTED"),
            Self::InvalidAgentResponse => Some("INVALID_AGENT_RESPONSE"),
            Self::ExtendedCardNotConfigured => Some("EXTENDED_AGENT_CARD_NOT_CONFIGURED"),
            Self::ExtensionSupportRequired => Some("EXTENSION_SUPPORT_REQUIRED"),
            Self::VersionNotSupported => Some("VERSION_NOT_SUPPORTED"),
        }
    }

    /// The message of an error that has none of its own.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::ParseError => "the body is not valid JSON",
            Self::InvalidRequest => "the body is not a JSON-RPC 2.0 request",
            Self::MethodNotFound => "method not found",
            Self::InvalidParams => "invalid parameters",
            Self::Internal => "internal error",
            Self::TaskNotFound => "task not found",
            Self::TaskNotCancelable => "the task has ended and cannot be canceled",
            Self::PushNotificationNotSupported => "push notifications are not supported",
            Self::UnsupportedOperation => "this operation is not supported",
            Self::ContentTypeNotSupported => "the media type is not supported",
            Self::InvalidAgentResponse => "the agent's answer was invalid",
            Self::ExtendedCardNotConfigured => "no extended agent card is configured",
            Self::ExtensionSupportRequired => "a required extension was not declared",
            Self::VersionNotSupported => "this version of the protocol is not supported",
        }
    }
}
