//! The agent server: configuration, HTTP and tasks around the skills of an agent.
//!
//! The `agentup-server` binary is this library with a command line. A program with skills of its
//! own uses [`Agent`].

mod agent;
mod app;
mod card;
pub mod cli;
mod clock;
pub mod config;
mod gate;
mod http;
mod live;
mod operations;
mod published;
mod reload;
mod serve;
mod tasks;
mod telemetry;

pub use agent::{Agent, AgentError};
pub use clock::Clock;
pub use live::LiveError;
