//! HTTP as this client uses it: bounded in time and size, and with no step that the person did not ask for.

use std::{error::Error as _, time::Duration};

use reqwest::{
    Client, RequestBuilder, StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, HeaderMap},
    redirect::Policy,
};
use serde_json::Value;
use thiserror::Error;

use crate::{tls::Tls, token::Token};

/// Time for name resolution, TCP and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The largest answer that is read. Cards and tasks are a thousand times smaller.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// Why there is no answer.
#[derive(Debug, Error)]
pub(crate) enum HttpError {
    #[error("cannot connect to {origin}: {cause}")]
    Connect { origin: String, cause: String },
    #[error("no answer within {0} s")]
    Timeout(u64),
    #[error("the connection broke: {0}")]
    Broken(String),
    #[error("the answer is larger than 4 MiB")]
    TooLarge,
}

/// A whole answer, of any status.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Http {
    client: Client,
    timeout: Duration,
}

impl Http {
    /// A client whose requests take at most `timeout`, connecting and reading included.
    ///
    /// # Errors
    /// With the cause, when the certificate and its key do not fit.
    pub(crate) fn new(timeout: Duration, tls: Tls) -> Result<Self, String> {
        let Tls {
            authorities,
            identity,
        } = tls;
        let builder = || {
            let builder = Client::builder()
                .user_agent(concat!("agentup-client/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(timeout)
                // A redirect could carry the token to a place that nobody chose.
                .redirect(Policy::none())
                // An interactive session pauses between requests for longer than servers keep a connection.
                .pool_max_idle_per_host(0);
            match &identity {
                Some(identity) => builder.identity(identity.clone()),
                None => builder,
            }
        };
        // A small container has no certificate authorities, which only matters to HTTPS: there nothing
        // is trusted then.
        let client = match authorities {
            Some(authorities) => builder().tls_certs_only(authorities).build(),
            None => builder()
                .build()
                .or_else(|_| builder().tls_certs_only([]).build()),
        };
        Ok(Self {
            client: client.map_err(|error| root_cause(&error))?,
            timeout,
        })
    }

    /// Gets a public document. No token goes along.
    pub(crate) async fn get(&self, url: Url) -> Result<Answer, HttpError> {
        let origin = origin(&url);
        self.answer(self.client.get(url), &origin).await
    }

    /// Posts JSON, with the token if there is one.
    pub(crate) async fn post(
        &self,
        url: Url,
        token: Option<&Token>,
        body: &Value,
    ) -> Result<Answer, HttpError> {
        let origin = origin(&url);
        let mut request = self.client.post(url).json(body);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, token.header());
        }
        self.answer(request, &origin).await
    }

    async fn answer(&self, request: RequestBuilder, origin: &str) -> Result<Answer, HttpError> {
        let fault = |error: reqwest::Error| self.fault(&error, origin);
        let mut response = request
            .header(ACCEPT, "application/json")
            .send()
            .await
            .map_err(fault)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(fault)? {
            if body.len().saturating_add(chunk.len()) > MAX_ANSWER {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }

    fn fault(&self, error: &reqwest::Error, origin: &str) -> HttpError {
        match (error.is_connect(), error.is_timeout()) {
            (true, timeout) => HttpError::Connect {
                origin: origin.to_owned(),
                cause: if timeout {
                    "no answer".to_owned()
                } else {
                    root_cause(error)
                },
            },
            (false, true) => HttpError::Timeout(self.timeout.as_secs()),
            (false, false) => HttpError::Broken(root_cause(error)),
        }
    }
}

/// Scheme, host and port, for display.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The innermost cause: the outer ones only say that something failed.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    if let Some(source) = error.source() {
        cause = source;
    }
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
