//! The agent server: configuration, HTTP and tasks around the skills of an agent.
//!
//! The `agentup-server` binary is this library with a command line. A program with skills of its
//! own uses [`Agent`].

mod agent;
mod app;
mod audit;
mod card;
pub mod cli;
mod client_address;
mod clock;
pub mod config;
mod followed;
mod gate;
mod health;
mod http;
mod keys;
mod limits;
mod live;
mod metrics;
mod operations;
mod published;
mod push;
mod record;
mod reload;
mod serve;
mod signing;
mod skill_log;
mod stop;
mod tasks;
mod telemetry;
#[cfg(test)]
mod testing;
mod tls;
mod traces;

pub use agent::{Agent, AgentError};
pub use audit::AuditError;
// What a skill is written with, so that its crate needs no other dependency of ours.
pub use agentup_auth::{Requirement, Scope};
pub use agentup_handlers::{
    ArtifactStream, Reply, SkillContext, SkillError, SkillHandler, first_text,
};
pub use agentup_protocol::{Artifact, Message, Part, PartContent, Role};
pub use clock::Clock;
pub use gate::GateError;
pub use live::LiveError;
pub use tls::TlsError;

/// The code of the chapter on skills compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/skills.md")]
struct SkillsChapter;
