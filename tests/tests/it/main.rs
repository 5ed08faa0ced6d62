//! The end-to-end tests: what users, clients and attackers send, and what they get.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails its test"
)]

mod a2a_chain;
mod a2a_skill;
mod all_kinds;
mod audit;
mod authorization;
mod bad_input;
mod bad_tokens;
mod behind;
mod body_unread;
mod card;
mod check;
mod choice;
mod claims;
mod client;
mod conversation;
mod cors;
mod crossing;
mod documented;
mod drain;
mod examples;
mod follow_ups;
mod health;
mod hostile;
mod http_contract;
mod http_skill;
mod isolation;
mod leaks;
mod llm_crossing;
mod llm_skill;
mod local;
mod matrix;
mod metrics;
mod middleware;
mod monitoring;
mod quick_start;
mod reload;
mod request_log;
mod running;
mod settings;
mod stop;
mod streams;
mod tasks;
mod tools;
mod traces;
mod v10;
mod vectors;
