//! What the server lets connections, addresses and callers have, over real sockets; and how it ends.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails its test"
)]

mod balancer;
mod bodies;
mod callers;
mod connections;
mod counted;
mod ending;
mod flood;
mod heads;
mod http2;
mod local;
mod rolling;
mod sources;

use agentup_tests::{QUICK_START, QUICK_START_ENV, Server};

/// The Quick Start's agent with these settings of `server`.
fn server(settings: &str) -> Server {
    Server::start(&config(settings), QUICK_START_ENV)
}

fn config(settings: &str) -> String {
    format!("{QUICK_START}\nserver: {{ {settings} }}\n")
}
