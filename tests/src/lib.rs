//! The harness of the end-to-end tests: real binaries, HTTP over loopback, tokens of all kinds.
//!
//! A test starts a [`Server`] in a [`Folder`] of its own, mints its [`tokens`], sends requests with
//! the [`Client`] that every server is, and looks at the [`Answer`]. What must go over the wire
//! byte by byte goes through [`Wire`].
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a helper that fails fails its test"
)]

mod answer;
mod certificates;
mod client;
mod collector;
mod counterpart;
mod folder;
mod hidden;
mod load;
mod log;
mod model;
mod nobody;
mod programs;
mod scrape;
mod server;
mod shell;
pub mod tokens;
mod wire;

pub use answer::{Answer, Challenge};
pub use certificates::{Authority, Certified};
pub use client::{Client, message_id, message_v03, message_v10};
pub use collector::{Collector, Posted};
pub use counterpart::{Caller, Counterpart, Seen};
pub use folder::{Folder, QUICK_START, QUICK_START_ENV};
pub use hidden::hide;
pub use load::Load;
pub use log::Log;
pub use model::Model;
pub use nobody::nobody;
pub use programs::{Outcome, program, run, run_with_input};
pub use scrape::Scrape;
pub use server::{METRICS_CONFIG, Server, Stopped};
pub use shell::{shell, told};
pub use wire::Wire;

use std::time::Duration;

/// How long a test waits for what must happen. Never reached unless something is broken: the
/// machine may be busy with everything else that is tested.
pub const PATIENCE: Duration = Duration::from_secs(30);
