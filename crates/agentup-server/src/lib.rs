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
mod followed;
mod gate;
mod http;
mod keys;
mod live;
mod operations;
mod published;
mod push;
mod reload;
mod serve;
mod signing;
mod tasks;
mod telemetry;
#[cfg(test)]
mod testing;

pub use agent::{Agent, AgentError};
pub use clock::Clock;
pub use gate::GateError;
pub use live::LiveError;
