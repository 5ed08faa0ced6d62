//! One request to a webhook: guarded, in time, and without interest in what it answers beyond the
//! status.

use std::{error::Error as StdError, sync::OnceLock, time::Duration};

use agentup_auth::remote::{
    GuardedResolver,
    guard::{Guard, Refused},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::RETRY_AFTER};
use reqwest::{Url, redirect};

use super::{rules::Rules, webhook::Webhook};
use crate::metrics::Attempt;

/// How long a request may take, from the name of the host to the status (`A2A §4.3.3`).
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection is kept for the next event of a task.
const IDLE: Duration = Duration::from_secs(5);

/// The agent's signature of the body.
const SIGNATURE: HeaderName = HeaderName::from_static("x-a2a-notification-signature");

/// What the agent calls itself.
const USER_AGENT: &str = concat!("agentup/", env!("CARGO_PKG_VERSION"));

/// Connects to webhooks, where the guard lets it.
#[derive(Debug)]
pub(super) struct Client {
    guard: Guard,
    /// Each made when it is first needed: reading the certificates of the system takes a while, and
    /// plain http must work where there are none.
    secure: OnceLock<Option<reqwest::Client>>,
    plain: OnceLock<Option<reqwest::Client>>,
}

/// Why an attempt failed. Never has the address or what the webhook said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    #[error("push notifications were switched off")]
    SwitchedOff,
    #[error("{0}")]
    Refused(#[from] Refused),
    #[error("there is no TLS client")]
    NoClient,
    #[error("it cannot be signed")]
    NotSigned,
    #[error("the webhook cannot be reached")]
    Connect,
    #[error("the webhook did not answer in time")]
    Timeout,
    #[error("the connection broke")]
    Broken,
    /// With what `Retry-After` says, in seconds.
    #[error("the webhook answered {0}")]
    Status(StatusCode, Option<Duration>),
}

impl Rules {
    /// Sends a body once.
    pub(super) async fn post(&self, webhook: &Webhook, body: Bytes) -> Result<(), Failure> {
        if !self.is_enabled() {
            return Err(Failure::SwitchedOff);
        }
        // The rules may be others than when the webhook was registered.
        self.guard.check_url(&webhook.url)?;
        let client = self.client.of(&webhook.url).ok_or(Failure::NoClient)?;
        let mut request = client
            .post(webhook.url.clone())
            .headers(webhook.headers.clone());
        if let Some(signer) = &self.signer {
            let signature = signer.sign(&body).map_err(|_| Failure::NotSigned)?;
            let value = HeaderValue::try_from(signature.detached());
            request = request.header(SIGNATURE, value.map_err(|_| Failure::NotSigned)?);
        }
        // The answer's body is not read: dropping it ends the connection if there is one.
        let answer = request.body(body).send().await;
        let answer = answer.map_err(|error| Failure::of(&error))?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(Failure::Status(
                answer.status(),
                retry_after(answer.headers()),
            ))
        }
    }
}

impl Client {
    pub(super) const fn new(guard: Guard) -> Self {
        Self {
            guard,
            secure: OnceLock::new(),
            plain: OnceLock::new(),
        }
    }

    fn of(&self, url: &Url) -> Option<&reqwest::Client> {
        let is_secure = url.scheme() == "https";
        let place = if is_secure { &self.secure } else { &self.plain };
        let made = place.get_or_init(|| {
            let made = self.build(is_secure);
            made.inspect_err(|error| tracing::error!(%error, "cannot connect to webhooks"))
                .ok()
        });
        made.as_ref()
    }

    fn build(&self, is_secure: bool) -> reqwest::Result<reqwest::Client> {
        let builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .timeout(TIMEOUT)
            // A redirect leads where nobody has checked.
            .redirect(redirect::Policy::none())
            .referer(false)
            // A proxy would connect where the guard does not see it.
            .no_proxy()
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE)
            .dns_resolver(GuardedResolver::new(self.guard.clone()));
        if is_secure {
            builder.https_only(true).build()
        } else {
            builder.tls_certs_only([]).build()
        }
    }
}

impl Failure {
    /// Whether another attempt may fare better.
    pub(super) fn is_passing(self) -> bool {
        match self {
            Self::Connect | Self::Timeout | Self::Broken => true,
            Self::Status(status, _) => {
                status.is_server_error()
                    || status == StatusCode::REQUEST_TIMEOUT
                    || status == StatusCode::TOO_MANY_REQUESTS
            }
            Self::SwitchedOff | Self::Refused(_) | Self::NoClient | Self::NotSigned => false,
        }
    }

    /// How an attempt is counted that fails like this.
    pub(super) const fn attempt(self) -> Attempt {
        match self {
            Self::SwitchedOff | Self::Refused(_) => Attempt::NotAllowed,
            Self::NoClient | Self::NotSigned => Attempt::CannotSend,
            Self::Connect => Attempt::Connect,
            Self::Timeout => Attempt::Timeout,
            Self::Broken => Attempt::Broken,
            Self::Status(..) => Attempt::Status,
        }
    }

    /// How long the webhook wants to be left alone.
    pub(super) const fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Status(_, wish) => wish,
            _ => None,
        }
    }

    fn of(error: &reqwest::Error) -> Self {
        let mut cause = error.source();
        while let Some(inner) = cause {
            if let Some(refused) = inner.downcast_ref::<Refused>() {
                return Self::Refused(*refused);
            }
            cause = inner.source();
        }
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_connect() {
            Self::Connect
        } else {
            Self::Broken
        }
    }
}

/// `Retry-After` in its usual form (RFC 9110 §10.2.3); a date is not worth a clock here.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?;
    seconds.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests;
