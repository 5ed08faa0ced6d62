//! The agent as the commands see it: discover, send, get, cancel.

use reqwest::{StatusCode, Url};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    card::{Card, is_plain_http},
    http::{Http, HttpError},
    rpc::{self, CallError},
    token::Token,
};

/// Where cards are found: the path of A2A 0.2, which most servers still have, then that of A2A 0.3 and 1.0.
const CARD_PATHS: [&str; 2] = [".well-known/agent.json", ".well-known/agent-card.json"];

/// The address that a person gave for an agent. Its path ends with a slash.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(Url);

impl BaseUrl {
    /// Reads the address of an agent.
    ///
    /// # Errors
    ///
    /// Not an HTTP address, or one with a part that cannot be of use.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut url =
            Url::parse(text).map_err(|_| "expected an address such as http://localhost:8000")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("the address must begin with http:// or https://");
        }
        if !is_plain_http(&url) {
            return Err("the address must not have a user name or a password; give a token");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("the address must not have a query or a fragment");
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self(url))
    }
}

/// A message to a skill.
pub(crate) struct Outgoing<'a> {
    pub(crate) skill: &'a str,
    pub(crate) text: &'a str,
    pub(crate) context_id: Option<&'a str>,
    pub(crate) task_id: Option<&'a str>,
}

/// An agent, the token for it and where it takes requests.
pub(crate) struct Agent {
    base: Url,
    http: Http,
    token: Option<Token>,
    /// Requests go to the base address whatever the card says.
    direct: bool,
    endpoint: Option<Url>,
    notes: Vec<String>,
}

impl Agent {
    pub(crate) fn new(base: BaseUrl, http: Http, token: Option<Token>, direct: bool) -> Self {
        Self {
            base: base.0,
            http,
            token,
            direct,
            endpoint: None,
            notes: Vec::new(),
        }
    }

    pub(crate) const fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    pub(crate) fn set_token(&mut self, token: Token) {
        self.token = Some(token);
    }

    /// What a person should know about where requests go, each thing once.
    pub(crate) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Fetches the card and learns from it where requests go.
    ///
    /// # Errors
    ///
    /// There is no card at either of its addresses, or it is not one.
    pub(crate) async fn discover(&mut self) -> Result<Card, CallError> {
        let [first, second] = CARD_PATHS;
        let document = match self.document(first).await {
            // An agent that has the card only under the newer name. If it has none at all, the first
            // answer is as good as the second.
            Err(CallError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => self
                .document(second)
                .await
                .map_err(|_| CallError::Refused(refusal))?,
            other => other?,
        };
        let card = Card::new(document).ok_or(CallError::Senseless("an agent card"))?;
        let endpoint = self.endpoint_of(&card);
        self.use_endpoint(endpoint);
        Ok(card)
    }

    /// Sends a message and gives the `result`: a task or a message.
    ///
    /// # Errors
    ///
    /// As [`rpc::call`].
    pub(crate) async fn send(&mut self, outgoing: Outgoing<'_>) -> Result<Value, CallError> {
        let mut message = json!({
            "kind": "message",
            "role": "user",
            "parts": [{"kind": "text", "text": outgoing.text}],
            "messageId": Uuid::new_v4().to_string(),
        });
        for (name, id) in [
            ("contextId", outgoing.context_id),
            ("taskId", outgoing.task_id),
        ] {
            if let (Some(id), Some(members)) = (id, message.as_object_mut()) {
                members.insert(name.to_owned(), id.into());
            }
        }
        self.call(
            "message/send",
            json!({"message": message, "skillId": outgoing.skill}),
        )
        .await
    }

    /// The task as it is now.
    ///
    /// # Errors
    ///
    /// As [`rpc::call`].
    pub(crate) async fn task(&mut self, id: &str) -> Result<Value, CallError> {
        self.call("tasks/get", json!({"id": id})).await
    }

    /// Cancels the task and gives it as it is then.
    ///
    /// # Errors
    ///
    /// As [`rpc::call`].
    pub(crate) async fn cancel(&mut self, id: &str) -> Result<Value, CallError> {
        self.call("tasks/cancel", json!({"id": id})).await
    }

    async fn call(&mut self, method: &str, params: Value) -> Result<Value, CallError> {
        let endpoint = self.endpoint().await?;
        rpc::call(&self.http, &endpoint, self.token.as_ref(), method, params).await
    }

    /// Where requests go: known, or learned now.
    async fn endpoint(&mut self) -> Result<Url, CallError> {
        if self.endpoint.is_none() && !self.direct {
            // What listens at the base address is not there for requests either. After any other failure it
            // may be: an agent without a usable card can still take requests.
            if let Err(error @ CallError::Http(HttpError::Connect { .. })) = self.discover().await {
                return Err(error);
            }
        }
        match &self.endpoint {
            Some(endpoint) => Ok(endpoint.clone()),
            None => Ok(self.use_endpoint(self.base.clone())),
        }
    }

    async fn document(&self, path: &str) -> Result<Value, CallError> {
        let url = self
            .base
            .join(path)
            .map_err(|_| CallError::Senseless("possible at this address"))?;
        rpc::document(&self.http.get(url).await?)
    }

    /// The endpoint that the card names, unless it is none to send a token to.
    fn endpoint_of(&mut self, card: &Card) -> Url {
        let Some(endpoint) = card.endpoint().filter(|_| !self.direct) else {
            return self.base.clone();
        };
        if self.base.scheme() == "https" && endpoint.scheme() == "http" {
            self.notes.push(format!(
                "The card names an address without TLS ({}); it is not used.",
                endpoint.origin().ascii_serialization()
            ));
            return self.base.clone();
        }
        endpoint
    }

    fn use_endpoint(&mut self, endpoint: Url) -> Url {
        if self.endpoint.as_ref() != Some(&endpoint) {
            let origin = endpoint.origin().ascii_serialization();
            if !is_same_place(&endpoint, &self.base) {
                self.notes.push(format!(
                    "Requests go to {origin}, which the card names; --direct sends them to the given address."
                ));
            }
            if endpoint.scheme() == "http" && !is_loopback(&endpoint) && self.token.is_some() {
                self.notes
                    .push(format!("The token travels unencrypted to {origin}."));
            }
        }
        self.endpoint.insert(endpoint).clone()
    }
}

/// Whether two addresses are one scheme, host and port; all names of this machine are one host.
fn is_same_place(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
        || (is_loopback(one)
            && is_loopback(other)
            && one.scheme() == other.scheme()
            && one.port_or_known_default() == other.port_or_known_default())
}

/// Whether what is sent there stays on this machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
