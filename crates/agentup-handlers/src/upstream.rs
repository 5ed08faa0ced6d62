//! How a configured skill asks the service behind it: in time, in bounds, and without a word of it
//! in what the caller hears.
//!
//! An [`Upstream`] belongs to one skill. Its connections are kept and used again; it follows no
//! redirect and asks no proxy. What goes wrong is a [`Fault`], which becomes a
//! [`SkillError`](crate::SkillError) that says what happened and not where.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use reqwest::{Client, Method, Url, header::HeaderMap, redirect};

use crate::middleware::Observer;

mod answer;
mod events;
mod fault;
mod lines;
mod request;
mod watched;

pub use answer::Answer;
pub use events::{Event, Events};
pub use fault::Fault;
pub use lines::Lines;
pub use request::{Cause, Purpose, Requested};
pub use watched::Watched;

use request::Asking;

/// What a service is called by.
const USER_AGENT: &str = concat!("agentup/", env!("CARGO_PKG_VERSION"));

/// How long a connection is kept for the next call. Most servers close theirs after five seconds,
/// and a call that is sent just then is lost.
const IDLE: Duration = Duration::from_secs(4);

/// The most connections that are kept.
const MAX_IDLE: usize = 64;

/// How long to wait before a connection is tried again, each time that it was refused.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(250)];

/// What a service may take. Anything above is a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest time for a connection, TLS included.
    pub connect: Duration,
    /// The longest time without a byte.
    pub read: Duration,
    /// The longest time for a whole call, streams included.
    pub whole: Duration,
    /// The largest answer in bytes, whole or the sum of a stream.
    pub reply: usize,
    /// The largest line or event of a stream, in bytes.
    pub event: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            whole: Duration::from_mins(1),
            reply: 4 << 20,
            event: 1 << 20,
        }
    }
}

/// The way to one service. Shared by all calls of a skill.
pub struct Upstream {
    limits: Limits,
    observer: Arc<dyn Observer>,
    /// Each made when it is first needed: reading the certificates of the system takes a while,
    /// and plain http must work where there are none.
    secure: OnceLock<Result<Client, Fault>>,
    plain: OnceLock<Result<Client, Fault>>,
}

impl Upstream {
    /// A way with these limits. Nothing is connected yet. The observer hears of each request that
    /// has a cause.
    #[must_use]
    pub const fn new(limits: Limits, observer: Arc<dyn Observer>) -> Self {
        Self {
            limits,
            observer,
            secure: OnceLock::new(),
            plain: OnceLock::new(),
        }
    }

    /// What the service may take.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Asks for a document.
    ///
    /// # Errors
    /// When there is no answer. An answer of any status but a redirect is one; see
    /// [`Answer::ok`].
    pub async fn get(
        &self,
        url: &Url,
        headers: HeaderMap,
        cause: Option<Cause<'_>>,
    ) -> Result<Answer, Fault> {
        self.send(&Method::GET, url, headers, None, cause).await
    }

    /// Sends a body; its type is among the headers. It is sent once: only a connection that was
    /// never made is tried again.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
        cause: Option<Cause<'_>>,
    ) -> Result<Answer, Fault> {
        let body = Some(Bytes::from(body));
        self.send(&Method::POST, url, headers, body, cause).await
    }

    async fn send(
        &self,
        method: &Method,
        url: &Url,
        headers: HeaderMap,
        body: Option<Bytes>,
        cause: Option<Cause<'_>>,
    ) -> Result<Answer, Fault> {
        let client = self.client(url)?;
        let mut pauses = PAUSES.into_iter();
        let mut attempt = 0;
        loop {
            let mut asking =
                cause.map(|cause| Asking::begin(&self.observer, cause, method, url, attempt));
            let mut request = client
                .request(method.clone(), url.clone())
                .timeout(self.limits.whole)
                .headers(headers.clone());
            if let Some(asking) = &asking {
                request = request.headers(asking.headers());
            }
            if let Some(body) = &body {
                request = request.body(body.clone());
            }
            let fault = match request.send().await {
                Ok(response) => return Answer::new(response, self.limits, asking),
                Err(error) => Fault::of(&error),
            };
            if let Some(asking) = &mut asking {
                asking.failed(&fault);
            }
            drop(asking);
            match (&fault, pauses.next()) {
                (Fault::Connect(_), Some(pause)) => tokio::time::sleep(pause).await,
                _ => return Err(fault),
            }
            attempt = attempt.saturating_add(1);
        }
    }

    fn client(&self, url: &Url) -> Result<&Client, Fault> {
        let is_secure = url.scheme() == "https";
        let place = if is_secure { &self.secure } else { &self.plain };
        let made = place.get_or_init(|| {
            self.build(is_secure)
                .map_err(|error| Fault::no_client(&error))
        });
        made.as_ref().map_err(Clone::clone)
    }

    fn build(&self, is_secure: bool) -> reqwest::Result<Client> {
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(self.limits.connect)
            .read_timeout(self.limits.read)
            // A redirect leads where nobody has said that the caller's words may go.
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .pool_max_idle_per_host(MAX_IDLE)
            .pool_idle_timeout(IDLE);
        if is_secure {
            builder.https_only(true).build()
        } else {
            builder.tls_certs_only([]).build()
        }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
