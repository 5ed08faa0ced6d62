//! How a configured skill asks the service behind it: in time, in bounds, and without a word of it
//! in what the caller hears.
//!
//! An [`Upstream`] belongs to one skill. Its connections are kept and used again; it follows no
//! redirect and asks no proxy. What goes wrong is a [`Fault`], which becomes a
//! [`SkillError`](crate::SkillError) that says what happened and not where.

use std::{sync::OnceLock, time::Duration};

use reqwest::{Client, Method, RequestBuilder, Url, header::HeaderMap, redirect};

mod answer;
mod events;
mod fault;
mod lines;
mod watched;

pub use answer::Answer;
pub use events::{Event, Events};
pub use fault::Fault;
pub use lines::Lines;
pub use watched::Watched;

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
#[derive(Debug)]
pub struct Upstream {
    limits: Limits,
    /// Each made when it is first needed: reading the certificates of the system takes a while,
    /// and plain http must work where there are none.
    secure: OnceLock<Result<Client, Fault>>,
    plain: OnceLock<Result<Client, Fault>>,
}

impl Upstream {
    /// A way with these limits. Nothing is connected yet.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
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
    pub async fn get(&self, url: &Url, headers: HeaderMap) -> Result<Answer, Fault> {
        let request = self.client(url)?.request(Method::GET, url.clone());
        self.send(request.headers(headers)).await
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
    ) -> Result<Answer, Fault> {
        let request = self.client(url)?.request(Method::POST, url.clone());
        self.send(request.headers(headers).body(body)).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, Fault> {
        let request = request.timeout(self.limits.whole);
        for pause in PAUSES {
            let Some(attempt) = request.try_clone() else {
                break;
            };
            match attempt.send().await.map_err(|error| Fault::of(&error)) {
                Err(Fault::Connect(_)) => tokio::time::sleep(pause).await,
                Err(fault) => return Err(fault),
                Ok(response) => return Answer::new(response, self.limits),
            }
        }
        let response = request.send().await.map_err(|error| Fault::of(&error))?;
        Answer::new(response, self.limits)
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

#[cfg(test)]
mod tests;
