//! The few HTTP requests of the runner: plain HTTP to an agent, JSON both ways.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// The requirement document's own time limit for a skill.
const TIMEOUT: Duration = Duration::from_secs(10);

/// An agent's address with what is needed to ask it.
#[derive(Debug)]
pub(crate) struct Http {
    agent: ureq::Agent,
    url: String,
}

/// An answer: the status, and the body where it is JSON.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Http {
    pub(crate) fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        Self {
            agent: config.new_agent(),
            url: url.trim_end_matches('/').to_owned(),
        }
    }

    /// `GET` of a path that begins with a slash.
    pub(crate) fn fetch(&self, path: &str) -> Result<Answer> {
        let url = format!("{}{path}", self.url);
        answer(self.agent.get(&url).call()).with_context(|| format!("GET {url}"))
    }

    /// The requirement document's request: `message/send` for one skill.
    pub(crate) fn send(&self, token: Option<&str>, skill: &str, text: &str) -> Result<Answer> {
        let url = format!("{}/", self.url);
        let mut request = self.agent.post(&url);
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        answer(request.send_json(message_send(skill, text))).with_context(|| format!("POST {url}"))
    }
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Answer> {
    let mut response = response?;
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string()?;
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Ok(Answer { status, body })
}

/// The body that the document's Step 5 sends.
pub(crate) fn message_send(skill: &str, text: &str) -> Value {
    json!({
        "jsonrpc": "2.0",
        "method": "message/send",
        "id": "test-1",
        "params": {
            "message": {
                "role": "user",
                "parts": [{"kind": "text", "text": text}],
                "messageId": "msg-1"
            },
            "skillId": skill
        }
    })
}
