//! Settings one by one: what is different with each of them. Those that are the matter of another
//! test are shown there; every test says so in its documentation.

mod agent;
mod bearer;
mod handlers;
mod middleware;
mod models;
mod security;
mod server;
mod skills;
mod state;
mod unanswered;

use agentup_tests::{Answer, Client, Folder, QUICK_START_ENV, Server, message_v10};
use serde_json::{Value, json};

/// What trusts the tokens of the tests.
const SECURITY: &str = "security: { bearer: { jwt_secret: \"${JWT_SECRET}\", issuer: test-issuer, \
                        audience: agentup-jwt-test } }\n";
const SKILLS: &str = "skills: [{ skill_id: public_echo }, { skill_id: basic_assistant }]\n";

/// A configuration with this in it, and with the sections that every one needs.
fn config(text: &str) -> String {
    let has = |section: &str| text.lines().any(|line| line.starts_with(section));
    let mut config = format!("{text}\n");
    for (section, usual) in [("security:", SECURITY), ("skills:", SKILLS)] {
        if !has(section) {
            config.push_str(usual);
        }
    }
    config
}

fn folder(text: &str) -> Folder {
    Folder::new(&config(text), QUICK_START_ENV)
}

fn server(text: &str) -> Server {
    Server::start_in(folder(text))
}

/// The exit code of `agentup-server check`, and what it says.
fn check(text: &str) -> (Option<i32>, String) {
    let outcome = agentup_tests::run("agentup-server", folder(text).path(), ["check"]);
    (outcome.code, outcome.stderr)
}

/// Begins a task and does not wait for its end.
async fn begin(client: &Client, token: &str, skill: &str, text: &str) -> Answer {
    let mut params = message_v10(skill, text);
    params["configuration"] = json!({"returnImmediately": true});
    client.call_v10(token, "SendMessage", params).await
}

/// The state of a task that was begun.
async fn state(client: &Client, token: &str, begun: &Answer) -> Value {
    let id = begun.at("/result/task/id");
    let task = client.call_v10(token, "GetTask", json!({"id": id})).await;
    task.at("/result/status/state")
}
