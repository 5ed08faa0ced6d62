//! What is configured of a language model.

use std::{fmt, time::Duration};

use reqwest::{Url, header::HeaderValue};

use crate::upstream::Limits;

use super::{ollama, openai};

/// Which model is asked, where and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The protocol.
    pub provider: Provider,
    /// Where the server is, without the path of the protocol. That of the interface (`/v1`) may be
    /// there for [`Provider::Openai`].
    pub base_url: Url,
    /// The name that the server has for the model.
    pub model: String,
    /// The header `Authorization`, marked as sensitive.
    pub authorization: Option<HeaderValue>,
    /// How it is asked.
    pub manner: Manner,
}

/// How a model is asked, wherever it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Manner {
    /// What the model is told before everything else.
    pub system_prompt: Option<String>,
    /// How free the model is in the choice of its words; the server's own choice if absent.
    pub temperature: Option<f64>,
    /// The most tokens of an answer; the server's own choice if absent.
    pub max_tokens: Option<u32>,
    /// How many messages of the conversation before are repeated to the model, at most.
    pub history: usize,
    /// How many bytes they may have together.
    pub history_size: usize,
    /// What the model hears of the caller.
    pub identity: Identity,
    /// The longest time for a connection.
    pub connect_timeout: Duration,
    /// The longest time in which the model says nothing.
    pub read_timeout: Duration,
    /// The longest time for a whole answer.
    pub timeout: Duration,
    /// The longest answer, in bytes of its text.
    pub max_reply: usize,
}

/// The protocol of a model's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// That of Ollama, `/api/chat`.
    Ollama,
    /// That of OpenAI, `/v1/chat/completions`.
    Openai,
}

/// What a model hears of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Nothing.
    None,
    /// The user id.
    UserId,
}

/// The events of a stream take many times the room of the words in them.
const EVENTS_PER_TEXT: usize = 64;

/// The least room for events, so that a short answer may be thought about at length.
const LEAST_EVENTS: usize = 16 << 20;

/// The longest event that a protocol has a use for.
const LONGEST_EVENT: usize = 1 << 20;

impl Settings {
    /// Settings with nothing but what must be there.
    #[must_use]
    pub fn new(provider: Provider, base_url: Url, model: impl Into<String>) -> Self {
        Self {
            provider,
            base_url,
            model: model.into(),
            authorization: None,
            manner: Manner::default(),
        }
    }

    /// Where questions go.
    pub(super) fn url(&self) -> Url {
        let base = self.base_url.path().trim_end_matches('/');
        let path = match (self.provider, base) {
            (Provider::Ollama, _) => format!("{base}{}", ollama::PATH),
            (Provider::Openai, "") => format!("{}{}", openai::INTERFACE, openai::PATH),
            (Provider::Openai, _) => format!("{base}{}", openai::PATH),
        };
        let mut url = self.base_url.clone();
        url.set_path(&path);
        url
    }
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            system_prompt: None,
            temperature: None,
            max_tokens: None,
            history: 20,
            history_size: 32 << 10,
            identity: Identity::None,
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_mins(2),
            timeout: Duration::from_mins(10),
            max_reply: 1 << 20,
        }
    }
}

impl Manner {
    pub(super) fn limits(&self) -> Limits {
        let events = self.max_reply.saturating_mul(EVENTS_PER_TEXT);
        Limits {
            connect: self.connect_timeout,
            read: self.read_timeout,
            whole: self.timeout,
            reply: events.max(LEAST_EVENTS),
            event: LONGEST_EVENT,
        }
    }
}

impl Provider {
    /// Its name in a configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ollama => "ollama",
            Self::Openai => "openai",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
