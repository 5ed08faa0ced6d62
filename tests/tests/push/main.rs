//! Push notifications end to end: the real server, and a webhook of the test on loopback.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails its test"
)]

mod configs;
mod delivery;
mod signatures;
mod targets;
mod webhook;

use agentup_tests::{Answer, QUICK_START, QUICK_START_ENV, Server, message_v03, message_v10};
use serde_json::{Value, json};
use webhook::Webhook;

/// What lets a test have its webhook on loopback.
const LOOPBACK: &str = "push_notifications: { allow_private_targets: true }\n";

/// The Quick Start's agent with this section behind its configuration, logging all that it can.
fn server(section: &str) -> Server {
    let config = format!("{QUICK_START}\n{section}");
    Server::start(&config, &format!("{QUICK_START_ENV}\nLOG_LEVEL=DEBUG\n"))
}

/// Says `hi` to the echo in 1.0, with a webhook.
async fn say_hi(server: &Server, token: &str, config: Value) -> Answer {
    let mut params = message_v10("public_echo", "hi");
    params["configuration"] = json!({"taskPushNotificationConfig": config});
    server.call_v10(token, "SendMessage", params).await
}

/// Says `hi` to the echo in 0.3, with a webhook.
async fn say_hi_v03(server: &Server, token: &str, config: Value) -> Answer {
    let mut params = message_v03("public_echo", "hi");
    params["configuration"] = json!({"pushNotificationConfig": config});
    server.call(token, "message/send", params).await
}
