//! Requests to an agent, in both generations of the protocol.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::{RequestBuilder, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::Answer;

/// Talks to the agent at one address.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    /// A client of the agent at this address, which has no slash at its end.
    #[must_use]
    pub fn new(url: String) -> Self {
        // No proxy of the machine stands between a test and its server.
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        Self { http, url }
    }

    /// A client that speaks by these means.
    #[must_use]
    pub const fn by(http: reqwest::Client, url: String) -> Self {
        Self { http, url }
    }

    /// The address, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Host and port.
    #[must_use]
    pub fn authority(&self) -> &str {
        let url = self.url.strip_prefix("https://");
        url.or_else(|| self.url.strip_prefix("http://"))
            .unwrap_or(&self.url)
    }

    /// A request, to be completed and sent by [`Answer::to`].
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// Reads a document that anybody may read.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request("GET", path)).await
    }

    /// A JSON body for the JSON-RPC route, sent as it stands.
    pub fn post(&self, body: impl Into<String>) -> RequestBuilder {
        self.request("POST", "/")
            .header(CONTENT_TYPE, "application/json")
            .body(body.into())
    }

    /// Says something to a skill, as the requirement document's programs do.
    pub async fn ask(&self, skill: &str, token: &str, text: &str) -> Answer {
        self.call(token, "message/send", message_v03(skill, text))
            .await
    }

    /// Says something to a skill in version 1.0.
    pub async fn ask_v10(&self, skill: &str, token: &str, text: &str) -> Answer {
        self.call_v10(token, "SendMessage", message_v10(skill, text))
            .await
    }

    /// Calls a method of 0.3.
    pub async fn call(&self, token: &str, method: &str, params: Value) -> Answer {
        Answer::to(self.post(body(method, &params)).bearer_auth(token)).await
    }

    /// Calls a method of 1.0.
    pub async fn call_v10(&self, token: &str, method: &str, params: Value) -> Answer {
        let request = self.post(body(method, &params)).bearer_auth(token);
        Answer::to(request.header("A2A-Version", "1.0")).await
    }
}

fn body(method: &str, params: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": "1", "method": method, "params": params}).to_string()
}

/// The parameters of `message/send`: a text for a skill, as the requirement document sends it.
#[must_use]
pub fn message_v03(skill: &str, text: &str) -> Value {
    json!({
        "message": {
            "role": "user", "parts": [{"kind": "text", "text": text}], "messageId": message_id(),
        },
        "skillId": skill,
    })
}

/// The parameters of `SendMessage`: a text for a skill.
#[must_use]
pub fn message_v10(skill: &str, text: &str) -> Value {
    json!({
        "message": {"role": "ROLE_USER", "parts": [{"text": text}], "messageId": message_id()},
        "metadata": {"skillId": skill},
    })
}

/// An id that no other message of the test has. Two messages of one id are one (A2A §3.3.1).
#[must_use]
pub fn message_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("msg-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
