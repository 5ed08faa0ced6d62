//! A skill behind which another agent stands: what the agent hears, what the caller gets, and what
//! becomes of an agent that is not well. Agents of agentup itself stand behind in `a2a_chain.rs`.

use agentup_tests::{Caller, Counterpart, QUICK_START, QUICK_START_ENV, Seen, Server};
use serde_json::{Value, json};

mod asking;
mod credentials;
mod following;
mod unwell;

/// The Quick Start's agent with this skill as well.
fn agent_with(handler: &str) -> Server {
    let skill = format!(
        "  - skill_id: remote\n    required_scopes: [basic]\n    handler: {{ type: a2a, {handler} }}\n"
    );
    Server::start(&format!("{QUICK_START}{skill}"), QUICK_START_ENV)
}

fn agent_of(other: &Counterpart, more: &str) -> Server {
    agent_with(&format!("url: \"{}\"{more}", other.url()))
}

/// How an agent is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tongue {
    Rpc10,
    Rpc03,
    Rest,
}

const TONGUES: [Tongue; 3] = [Tongue::Rpc10, Tongue::Rpc03, Tongue::Rest];

impl Tongue {
    fn card(self, url: &str, streaming: bool) -> Value {
        let binding = if self == Self::Rest {
            "HTTP+JSON"
        } else {
            "JSONRPC"
        };
        let capabilities = json!({"streaming": streaming});
        if self == Self::Rpc03 {
            json!({
                "name": "Other", "url": format!("{url}a2a"), "preferredTransport": "JSONRPC",
                "protocolVersion": "0.3.0", "capabilities": capabilities,
            })
        } else {
            json!({"name": "Other", "capabilities": capabilities, "supportedInterfaces": [
                {"url": format!("{url}a2a"), "protocolBinding": binding, "protocolVersion": "1.0"},
            ]})
        }
    }

    /// What is asked of the agent, by the name of 1.0; none for its card.
    fn asked(self, seen: &Seen) -> Option<&'static str> {
        const NAMES: [(&str, &str, &str); 5] = [
            ("SendMessage", "message/send", "POST /a2a/message:send"),
            (
                "SendStreamingMessage",
                "message/stream",
                "POST /a2a/message:stream",
            ),
            ("GetTask", "tasks/get", "GET /a2a/tasks/t-1?historyLength=0"),
            ("CancelTask", "tasks/cancel", "POST /a2a/tasks/t-1:cancel"),
            (
                "SubscribeToTask",
                "tasks/resubscribe",
                "POST /a2a/tasks/t-1:subscribe",
            ),
        ];
        let method = seen.body["method"].as_str().unwrap_or_default();
        let found = NAMES.iter().find(|(v10, v03, rest)| match self {
            Self::Rpc10 => method == *v10,
            Self::Rpc03 => method == *v03,
            Self::Rest => seen.line == *rest,
        });
        found.map(|(name, ..)| *name)
    }

    /// The parameters of a call.
    fn params(self, seen: &Seen) -> &Value {
        if self == Self::Rest {
            &seen.body
        } else {
            &seen.body["params"]
        }
    }

    /// An event, or the answer to a message.
    fn event(self, event: &Value) -> Value {
        match self {
            Self::Rest => event.clone(),
            Self::Rpc10 => json!({"jsonrpc": "2.0", "id": 1, "result": event}),
            Self::Rpc03 => json!({"jsonrpc": "2.0", "id": 1, "result": old(event)}),
        }
    }

    /// A task that was asked for.
    fn task(self, task: &Value) -> Value {
        match self {
            Self::Rest => task.clone(),
            Self::Rpc10 => json!({"jsonrpc": "2.0", "id": 1, "result": task}),
            Self::Rpc03 => {
                json!({"jsonrpc": "2.0", "id": 1, "result": old(&json!({"task": task}))})
            }
        }
    }
}

/// An event of 1.0 in the shape of 0.3.
fn old(event: &Value) -> Value {
    let (name, inner) = event.as_object().unwrap().iter().next().unwrap();
    let text = inner
        .to_string()
        .replace("TASK_STATE_INPUT_REQUIRED", "input-required")
        .replace("TASK_STATE_AUTH_REQUIRED", "auth-required")
        .replace("ROLE_AGENT", "agent");
    let mut words = text.split("TASK_STATE_");
    let mut text = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (state, rest) = word.split_once('"').unwrap();
        text.push_str(&state.to_lowercase());
        text.push('"');
        text.push_str(rest);
    }
    let mut inner: Value = serde_json::from_str(&text).unwrap();
    inner["kind"] = match name.as_str() {
        "statusUpdate" => "status-update".into(),
        "artifactUpdate" => "artifact-update".into(),
        other => other.into(),
    };
    inner
}

fn said(text: &str) -> Value {
    json!({"messageId": "m", "role": "ROLE_AGENT", "parts": [{"text": text}]})
}

fn status(state: &str, text: &str) -> Value {
    let mut status = json!({"state": format!("TASK_STATE_{state}")});
    if !text.is_empty() {
        status["message"] = said(text);
    }
    status
}

fn task(state: &str, text: &str) -> Value {
    json!({"id": "t-1", "contextId": "c-1", "status": status(state, text)})
}

fn update(state: &str, text: &str) -> Value {
    json!({"statusUpdate": {"taskId": "t-1", "contextId": "c-1", "status": status(state, text)}})
}

fn chunk(text: &str, append: bool) -> Value {
    json!({"artifactUpdate": {
        "taskId": "t-1", "contextId": "c-1", "append": append,
        "artifact": {"artifactId": "a", "parts": [{"text": text}]},
    }})
}

/// An agent that answers calls so; what is asked is named as in 1.0.
fn other(
    tongue: Tongue,
    streaming: bool,
    answer: impl Fn(&str, &Seen, &mut Caller) + Send + Sync + 'static,
) -> Counterpart {
    Counterpart::start(move |seen, caller| match tongue.asked(seen) {
        Some(asked) => answer(asked, seen, caller),
        None if seen.line == "GET /.well-known/agent-card.json" => {
            let url = format!("http://{}/", seen.header("host").unwrap());
            caller.json(200, &tongue.card(&url, streaming));
        }
        None => caller.json(404, &json!({})),
    })
}
