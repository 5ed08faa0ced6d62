//! What an agent answered, read to its end.

use reqwest::{RequestBuilder, header::HeaderMap};
use serde_json::Value;

use crate::hidden::hide_credentials;

/// A whole HTTP response.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; for a stream all of its events.
    pub body: String,
}

/// A challenge of the scheme `Bearer` (RFC 6750 §3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// Its parameters in their order.
    pub parameters: Vec<(String, String)>,
}

impl Answer {
    /// Sends a request and reads the answer.
    ///
    /// # Panics
    /// When there is none.
    pub async fn to(request: RequestBuilder) -> Self {
        hide_credentials(&request);
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.text().await.expect("a whole answer");
        Self {
            status,
            headers,
            body,
        }
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// What stands at this place of the body (RFC 6901); null when nothing does.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or_default()
    }

    /// The text at this place of the body.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn text_at(&self, pointer: &str) -> String {
        match self.at(pointer) {
            Value::String(text) => text,
            _ => panic!("there is no text at {pointer} of {self:?}"),
        }
    }

    /// What a skill answered, of either generation.
    ///
    /// # Panics
    /// When it did not.
    #[must_use]
    pub fn reply(&self) -> String {
        let task = if self.at("/result/task").is_null() {
            "/result"
        } else {
            "/result/task"
        };
        self.text_at(&format!("{task}/artifacts/0/parts/0/text"))
    }

    /// The code of the error of JSON-RPC; null for a result.
    #[must_use]
    pub fn error_code(&self) -> Value {
        self.at("/error/code")
    }

    /// A header that is there at most once.
    ///
    /// # Panics
    /// When it is there twice.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok();
        assert!(values.next().is_none(), "{name} is there twice: {self:?}");
        value
    }

    /// The challenge of the answer.
    ///
    /// # Panics
    /// When there is none, or it is not well formed.
    #[must_use]
    pub fn challenge(&self) -> Challenge {
        let value = self.header("www-authenticate");
        let value = value.unwrap_or_else(|| panic!("there is no challenge: {self:?}"));
        Challenge::parse(value).unwrap_or_else(|| panic!("not a challenge: {value}"))
    }

    /// The state of the task that 1.0 answers with, without `TASK_STATE_`, and the text of its
    /// status; both are empty where there is none.
    #[must_use]
    pub fn ended(&self) -> (String, String) {
        let status = self.at("/result/task/status");
        let text = |path: &str| {
            let found = status.pointer(path).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        (
            text("/state").replace("TASK_STATE_", ""),
            text("/message/parts/0/text"),
        )
    }

    /// The events of a stream, each as the JSON of its data.
    ///
    /// # Panics
    /// When the body is no stream of such events.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        assert_eq!(
            self.header("content-type"),
            Some("text/event-stream"),
            "{self:?}"
        );
        let data = self
            .body
            .lines()
            .filter_map(|line| line.strip_prefix("data:"));
        data.map(|data| serde_json::from_str(data).expect("an event of JSON"))
            .collect()
    }
}

impl Challenge {
    /// Reads `Bearer name="value", …`: strictly, because clients differ in what they forgive.
    fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix("Bearer ")?;
        let mut parameters = Vec::new();
        loop {
            let (name, after) = rest.split_once("=\"")?;
            let (value, after) = after.split_once('"')?;
            parameters.push((name.to_owned(), value.to_owned()));
            if after.is_empty() {
                return Some(Self { parameters });
            }
            rest = after.strip_prefix(", ")?;
        }
    }

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}
