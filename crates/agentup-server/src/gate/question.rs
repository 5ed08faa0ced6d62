//! The question itself, over HTTP (RFC 7662 §2.1): to one address, without detours, with an end.

use std::{error::Error as _, time::Duration};

use agentup_auth::{Introspection, introspection::Form};
use http::{
    HeaderValue, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use reqwest::{Client, Response, redirect};

/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_secs(30);

/// Where an authorization server is asked.
#[derive(Debug)]
pub(super) struct Endpoint {
    http: Client,
    url: String,
}

/// Why there is no answer. Says nothing of the question.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("it does not answer in time")]
    Timeout,
    #[error("no connection: {0}")]
    Connect(String),
    #[error("the answer breaks off: {0}")]
    Broken(String),
    /// 401 among them: then the agent's own credentials are wrong.
    #[error("it answers with status {0}")]
    Status(StatusCode),
    #[error("the answer has more than {} bytes", Introspection::MAX_ANSWER_BYTES)]
    TooLarge,
}

impl Endpoint {
    pub(super) fn new(url: &str, timeout: Duration) -> reqwest::Result<Self> {
        let builder = Client::builder()
            .user_agent(concat!("agentup/", env!("CARGO_PKG_VERSION")))
            .timeout(timeout)
            .pool_idle_timeout(IDLE)
            // A token must not go where nobody configured it to go.
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy();
        let http = if url.starts_with("https:") {
            builder.https_only(true).build()?
        } else {
            // On this machine; there may be no certificates to read.
            builder.tls_certs_only([]).build()?
        };
        Ok(Self {
            http,
            url: url.to_owned(),
        })
    }

    /// Sends a question, and reads the answer to its end.
    pub(super) async fn ask(&self, form: Form) -> Result<Vec<u8>, AskError> {
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        let mut request = self
            .http
            .post(&self.url)
            .header(CONTENT_TYPE, form_type)
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .body(form.body.to_string());
        if let Some(value) = &form.authorization
            && let Ok(mut value) = HeaderValue::from_str(value)
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let response = request.send().await.map_err(|error| explain(&error))?;
        match response.status() {
            StatusCode::OK => read(response).await,
            status => Err(AskError::Status(status)),
        }
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, AskError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| explain(&error))? {
        if body.len().saturating_add(chunk.len()) > Introspection::MAX_ANSWER_BYTES {
            return Err(AskError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl AskError {
    /// A name for logs and metrics.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Timeout => "introspection_timeout",
            Self::Connect(_) => "introspection_connect",
            Self::Broken(_) => "introspection_broken",
            Self::Status(_) => "introspection_status",
            Self::TooLarge => "introspection_too_large",
        }
    }

    /// Whether the next question would fail as well. What a server says to one token, it need not
    /// say to another: no caller can make it seem down for the others.
    pub(super) const fn is_outage(&self) -> bool {
        matches!(self, Self::Timeout | Self::Connect(_))
    }
}

/// What went wrong, by its innermost cause: that one knows no URL.
fn explain(error: &reqwest::Error) -> AskError {
    let mut innermost = None;
    let mut cause = error.source();
    while let Some(inner) = cause {
        innermost = Some(inner);
        cause = inner.source();
    }
    let reason = innermost.map_or_else(|| "unknown".to_owned(), ToString::to_string);
    if error.is_timeout() {
        AskError::Timeout
    } else if error.is_connect() {
        AskError::Connect(reason)
    } else {
        AskError::Broken(reason)
    }
}
