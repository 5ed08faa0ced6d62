//! A2A wire types: the first stop of a request's body and the last of its answer.
//!
//! The 1.0 model is the core (`specification/a2a.proto`, A2A §1.4); the generation before it,
//! 0.3, is a thin adapter in [`v03`]. Nothing here does IO, reads the clock or waits.
//!
//! A request is [`jsonrpc::Received`], which goes through [`jsonrpc::Request::parse`], [`route()`] and
//! [`Operation::decode`], or does the same in one pass; what fails on the way is an [`A2aError`]. Its
//! answer is an [`Outcome`] in one of the two envelopes, [`jsonrpc::Success`] and
//! [`jsonrpc::Failure`].
//!
//! ```
//! use agentup_protocol::jsonrpc::{Received, Success};
//! use agentup_protocol::{Operation, Outcome, Task, TaskState, TaskStatus, json};
//!
//! let body = br#"{"jsonrpc": "2.0", "id": 7, "method": "tasks/get", "params": {"id": "t1"}}"#;
//! let received = Received::read(body, None);
//! let Operation::GetTask(get) = received.operation? else {
//!     unreachable!("`tasks/get` is GetTask");
//! };
//!
//! let task = Task {
//!     id: get.id,
//!     context_id: "c1".to_owned(),
//!     status: TaskStatus { state: TaskState::Working, message: None, timestamp: None },
//!     artifacts: vec![],
//!     history: vec![],
//!     metadata: None,
//! };
//! let outcome = Outcome::Task(&task).in_generation(received.generation);
//! assert_eq!(
//!     json::to_string(&Success::new(&received.id, outcome)).unwrap(),
//!     r#"{"jsonrpc":"2.0","id":7,"result":{"kind":"task","id":"t1","contextId":"c1","status":{"state":"working"}}}"#
//! );
//! # Ok::<(), agentup_protocol::A2aError>(())
//! ```

mod card;
mod diagnosis;
mod error;
mod event;
mod exchange;
mod generation;
mod message;
mod operation;
mod outcome;
mod part;
mod request;
mod route;
mod task;
mod usual;
mod wire;

pub mod json;
pub mod jsonrpc;
pub mod v03;

pub use card::{
    AgentCapabilities, AgentCard, AgentCardSignature, AgentExtension, AgentInterface,
    AgentProvider, AgentSkill, ApiKeyLocation, OAuthFlow, ProtocolBinding, SecurityRequirement,
    SecurityScheme,
};
pub use error::{A2aError, DOMAIN, ErrorKind, FieldViolation, JsonRpcError, RestError};
pub use event::{ArtifactUpdate, SendMessageResponse, StatusUpdate, StreamResponse};
pub use exchange::SendView;
pub use generation::{Generation, requested_version};
pub use message::{Message, Role};
pub use operation::Operation;
pub use outcome::{Outcome, OutcomeView};
pub use part::{Part, PartContent};
pub use request::{
    AuthenticationInfo, CancelTaskRequest, DeletePushConfigRequest, ExtendedCardRequest,
    GetPushConfigRequest, GetTaskRequest, ListPushConfigsRequest, ListPushConfigsResponse,
    ListTasksRequest, ListTasksResponse, SendMessageConfiguration, SendMessageRequest,
    SubscribeRequest, TaskPushNotificationConfig,
};
pub use route::{MethodKind, route};
pub use task::{Artifact, Task, TaskState, TaskStatus};
pub use wire::secret::Secret;
pub use wire::timestamp::Timestamp;

/// A JSON object whose members the protocol leaves to its users, such as `metadata`.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;
