//! Every way to authenticate, end to end: the real server, and whom it asks on loopback.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails its test"
)]

mod api_key;
mod authority;
mod dpop;
mod introspection;
mod mixed;
mod revocation;
mod settings;

use agentup_tests::{Answer, Folder, QUICK_START_ENV, Server, message_v10};
use reqwest::RequestBuilder;
use serde_json::json;

/// The settings of bearer tokens that the Quick Start's issuer signs.
const BEARER: &str =
    "jwt_secret: \"${JWT_SECRET}\", issuer: test-issuer, audience: agentup-jwt-test";

/// A key, and its SHA-256.
const KEY: &str = "fast-key-0123456789abcdef";
const KEY_HASH: &str = "2794e06ec8c4daf95a4ef1bd18d9c8faaf31a599ef652b7f5a924c486b1522ef";

/// A folder with an agent that is secured like this.
fn folder(security: &str) -> Folder {
    let config = format!(
        "agent: {{ name: Schemes }}\nsecurity: {{ {security} }}\nskills:\n  \
         - skill_id: public_echo\n  - skill_id: basic_assistant\n  - skill_id: premium_analyzer\n"
    );
    Folder::new(&config, QUICK_START_ENV)
}

fn server(security: &str) -> Server {
    Server::start_in(folder(security))
}

/// A message for a skill, to be given a credential.
fn ask(server: &Server, skill: &str) -> RequestBuilder {
    ask_at(server, skill, "/")
}

/// The same to this path and query.
fn ask_at(server: &Server, skill: &str, path: &str) -> RequestBuilder {
    let params = message_v10(skill, "hi");
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": params});
    let request = server.request("POST", path);
    let request = request.header("Content-Type", "application/json");
    request.header("A2A-Version", "1.0").body(body.to_string())
}

/// A message for the echo.
fn hello(server: &Server) -> RequestBuilder {
    ask(server, "public_echo")
}

/// All challenges of an answer.
fn challenges(answer: &Answer) -> Vec<String> {
    let values = answer.headers.get_all("www-authenticate");
    values
        .iter()
        .map(|value| value.to_str().unwrap().to_owned())
        .collect()
}

/// The only challenge that tells a fault.
fn fault(answer: &Answer) -> String {
    let mut faults = challenges(answer);
    faults.retain(|challenge| challenge.contains("error="));
    match faults.as_slice() {
        [fault] => fault.clone(),
        _ => panic!("one fault is told: {answer:?}"),
    }
}

/// What the card says of credentials: each scheme by its name in the older form.
async fn declared(server: &Server) -> Vec<String> {
    let card = server.get("/.well-known/agent-card.json").await.json();
    let mut declared = Vec::new();
    for requirement in card["security"].as_array().unwrap() {
        for name in requirement.as_object().unwrap().keys() {
            let scheme = &card["securitySchemes"][name];
            assert!(scheme.is_object(), "{name} is declared: {card}");
            declared.push(name.clone());
        }
    }
    declared
}
