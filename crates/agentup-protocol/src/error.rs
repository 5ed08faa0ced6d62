//! What can go wrong between a request and its answer, in every form the bindings have for it.

mod kind;
mod status;

use std::borrow::Cow;

use serde::Serialize;

pub use kind::ErrorKind;
pub use status::{JsonRpcError, RestError};

use crate::Generation;

/// The domain of every `google.rpc.ErrorInfo` of the protocol (A2A §9.5).
pub const DOMAIN: &str = "a2a-protocol.org";

/// An error as the protocol knows it (A2A §3.3.2, §5.4).
///
/// The message is for the caller; nothing that the caller may not see belongs into it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct A2aError {
    kind: ErrorKind,
    message: Cow<'static, str>,
    metadata: Vec<(&'static str, String)>,
    violations: Vec<FieldViolation>,
}

/// A member of a request that is missing or not as it must be (`google.rpc.BadRequest`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldViolation {
    /// The path of the member inside the parameters, such as `message.parts[0]`.
    pub field: String,
    /// What would be right.
    pub description: Cow<'static, str>,
}

impl A2aError {
    /// An error of this kind with a message of its own.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            message: message.into(),
            metadata: Vec::new(),
            violations: Vec::new(),
        }
    }

    /// There is no such task for this caller.
    #[must_use]
    pub fn task_not_found(task_id: &str) -> Self {
        Self::from(ErrorKind::TaskNotFound).with_metadata("taskId", task_id)
    }

    /// The task has ended already.
    #[must_use]
    pub fn task_not_cancelable(task_id: &str) -> Self {
        Self::from(ErrorKind::TaskNotCancelable).with_metadata("taskId", task_id)
    }

    /// The operation is not there, or not for what it was asked of.
    #[must_use]
    pub fn unsupported_operation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::UnsupportedOperation, message)
    }

    /// No skill takes, or none can make, content of this media type.
    #[must_use]
    pub fn content_type_not_supported(media_type: &str) -> Self {
        Self::from(ErrorKind::ContentTypeNotSupported).with_metadata("mediaType", media_type)
    }

    /// The caller did not declare an extension that the card requires.
    #[must_use]
    pub fn extension_support_required(uri: &str) -> Self {
        Self::from(ErrorKind::ExtensionSupportRequired).with_metadata("extension", uri)
    }

    /// The caller asked for a version that is not spoken here.
    #[must_use]
    pub fn version_not_supported(requested: &str) -> Self {
        Self::from(ErrorKind::VersionNotSupported)
            .with_metadata("requestedVersion", requested)
            .with_metadata("supportedVersions", "1.0, 0.3")
    }

    /// The method does not exist in the version that was asked for.
    #[must_use]
    pub fn method_not_found(method: &str) -> Self {
        Self::from(ErrorKind::MethodNotFound).with_metadata("method", method)
    }

    /// Parameters of which at least one is missing or wrong.
    #[must_use]
    pub fn invalid_params(violations: Vec<FieldViolation>) -> Self {
        Self {
            violations,
            ..Self::from(ErrorKind::InvalidParams)
        }
    }

    /// Parameters of which one is missing or wrong.
    #[must_use]
    pub fn invalid_param(
        field: impl Into<String>,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        let violation = FieldViolation {
            field: field.into(),
            description: description.into(),
        };
        Self::invalid_params(vec![violation])
    }

    /// A fault of the agent; what it is goes to the log, not to the caller.
    #[must_use]
    pub fn internal() -> Self {
        Self::from(ErrorKind::Internal)
    }

    /// Adds a detail to the `google.rpc.ErrorInfo`; one that is too long is cut.
    #[must_use]
    pub fn with_metadata(mut self, name: &'static str, value: &str) -> Self {
        /// Enough to recognize what was sent, too little to make the answer an amplifier.
        const MAX_CHARS: usize = 128;
        self.metadata
            .push((name, value.chars().take(MAX_CHARS).collect()));
        self
    }

    /// Which error it is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message for the caller.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Details by name, in the order they were added.
    #[must_use]
    pub fn metadata(&self) -> &[(&'static str, String)] {
        &self.metadata
    }

    /// The members of the request that are missing or wrong.
    #[must_use]
    pub fn violations(&self) -> &[FieldViolation] {
        &self.violations
    }

    /// The `error` member of a JSON-RPC response (A2A §9.5).
    #[must_use]
    pub const fn to_jsonrpc(&self, generation: Generation) -> JsonRpcError<'_> {
        JsonRpcError::new(self, generation)
    }

    /// The body of an HTTP+JSON error response: `google.rpc.Status` (A2A §11.6).
    #[must_use]
    pub const fn to_rest(&self) -> RestError<'_> {
        RestError::new(self)
    }
}

impl From<ErrorKind> for A2aError {
    /// An error with the message that its kind has by default.
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind, kind.message())
    }
}

#[cfg(test)]
mod tests;
