//! What the scenarios ask of the agent, and how they know a right answer.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{
    load::{Expected, ask},
    process::Server,
    requests::{Order, Question, Requests},
    service::STREAMING,
};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// `message/send` to the echo skill, as the Quick Start sends it.
    Send,
    /// `SendMessage`, JSON-RPC of 1.0.
    SendV10,
    /// `POST /message:send`, HTTP+JSON of 1.0.
    SendRest,
    /// As [`Ask::Send`], with a token that must be refused.
    Refused,
    /// `message/stream` to a skill that streams.
    Stream,
    /// `tasks/get`.
    GetTask,
    /// `ListTasks`, the first page.
    ListTasks,
    /// The public card.
    Card,
}

/// How many tasks there are to list.
const LISTED: usize = 1000;

const V10: &[(&str, &str)] = &[("a2a-version", "1.0")];

impl Ask {
    /// The question. The token is of whoever owns the tasks that are asked for.
    pub(crate) fn question(self, server: &Server, token: Option<&str>) -> Result<Question> {
        let post = |path: &str, headers, body| Question {
            method: "POST",
            path: path.to_owned(),
            headers,
            body,
        };
        Ok(match self {
            Self::Send | Self::Refused => post("/", &[], message_send("public_echo")),
            Self::Stream => post("/", &[], message("message/stream", STREAMING)),
            Self::SendV10 => post("/", V10, call("SendMessage", MESSAGE)),
            Self::SendRest => post("/message:send", V10, MESSAGE.to_owned()),
            Self::GetTask => {
                let id = begin_tasks(server, token, 1)?;
                post("/", &[], call("tasks/get", &format!(r#"{{"id":"{id}"}}"#)))
            }
            Self::ListTasks => {
                begin_tasks(server, token, LISTED)?;
                post("/", V10, call("ListTasks", "{}"))
            }
            Self::Card => Question::get("/.well-known/agent-card.json"),
        })
    }

    pub(crate) const fn expected(self) -> Expected {
        let (status, text) = match self {
            Self::Send | Self::Stream | Self::GetTask => (200, r#""completed""#),
            Self::SendV10 | Self::SendRest | Self::ListTasks => (200, "TASK_STATE_COMPLETED"),
            Self::Refused => (401, "error"),
            Self::Card => (200, "public_echo"),
        };
        Expected { status, text }
    }
}

/// The params of a message of 1.0.
const MESSAGE: &str = r#"{"message":{"messageId":"msg-0000000000000000","role":"ROLE_USER","parts":[{"text":"Hello, agent!"}],"metadata":{"skillId":"public_echo"}}}"#;

/// A call of JSON-RPC.
pub(crate) fn call(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":"test-1","method":"{method}","params":{params}}}"#)
}

/// The body of the Quick Start's request.
pub(crate) fn message_send(skill: &str) -> String {
    message("message/send", skill)
}

fn message(method: &str, skill: &str) -> String {
    let message = r#"{"role":"user","parts":[{"kind":"text","text":"Hello, agent!"}],"messageId":"msg-0000000000000000"}"#;
    let params = format!(r#"{{"message":{message},"skillId":"{skill}"}}"#);
    call(method, &params)
}

/// Has the agent do so many tasks, and answers the id of the last one.
fn begin_tasks(server: &Server, token: Option<&str>, count: usize) -> Result<String> {
    let question = Ask::Send.question(server, token)?;
    let tokens = [token.map(str::to_owned)];
    let mut requests = Requests::new(&question, &tokens, Order::Rotating);
    let mut id = None;
    for _ in 0..count {
        let mut request = Vec::new();
        requests.next(&mut request);
        id = Some(begin_task(server, &request)?);
    }
    id.context("the agent began no task")
}

/// Sends a message and answers the id of its task.
pub(crate) fn begin_task(server: &Server, request: &[u8]) -> Result<String> {
    ask(server.address(), request, |answer| {
        let body: Value = serde_json::from_slice(answer.body)?;
        let id = body.pointer("/result/id").and_then(Value::as_str);
        let id = id.with_context(|| format!("no task is begun: {answer}"))?;
        Ok(id.to_owned())
    })
}
