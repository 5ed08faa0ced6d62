//! What the agent does once it is allowed: skills, the context they run in, and the registry that
//! hands them out only to those who hold a permit.
//!
//! A handler is anything that implements [`SkillHandler`], or an async function:
//!
//! ```
//! use agentup_handlers::{Reply, SkillContext, SkillError};
//! use agentup_protocol::Message;
//!
//! async fn greet(_message: Message, context: SkillContext) -> Result<Reply, SkillError> {
//!     Ok(Reply::text(format!("Hello {}", context.display_name())))
//! }
//! # let mut registry = agentup_handlers::Registry::default();
//! # registry.register(agentup_handlers::Skill::new("greet", greet)).unwrap();
//! ```

pub mod a2a;
mod builtin;
mod caller_token;
mod client_certificate;
mod context;
mod handler;
pub mod http;
mod identity;
pub mod llm;
pub mod middleware;
mod registry;
mod relay;
mod reply;
mod size;
#[cfg(test)]
mod testing;
mod text;
mod trace;
pub mod upstream;

pub use builtin::{AgentFacts, AssistantModel, builtin};
pub use caller_token::CallerToken;
pub use client_certificate::ClientCertificate;
pub use context::{ArtifactStream, Conversations, RunOf, SkillContext, TaskChannel, Update};
pub use handler::{Answering, SkillHandler};
pub use registry::{Admitted, Allowed, DuplicateSkill, Registry, Skill, SkillInfo};
pub use reply::{Reply, SkillError};
pub use size::{size_of_message, size_of_parts};
pub use text::first_text;
pub use trace::TraceContext;
