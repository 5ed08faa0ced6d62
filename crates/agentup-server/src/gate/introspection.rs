//! Opaque tokens: the authorization server is asked about each, once for all requests that bring it
//! at the same time.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use agentup_auth::{
    ActiveToken, BearerToken, Introspection, IntrospectionError, UnixSeconds,
    introspection::{Client, Known, TokenName},
};
use futures_util::{FutureExt as _, future::Shared};
use parking_lot::Mutex;
use tokio::sync::{Semaphore, oneshot};

use super::{GateError, question::Endpoint};
use crate::{clock::Clock, config::Oauth2Config, http::Rejection, metrics::IntrospectionMeter};

/// How long the server is left alone after it could not be reached, in seconds.
const REST: u64 = 2;

/// Asks about tokens.
#[derive(Debug)]
pub(super) struct Introspector {
    introspection: Introspection,
    client: Arc<Client>,
    endpoint: Endpoint,
    /// The questions that are out.
    questions: Mutex<HashMap<TokenName, Pending>>,
    /// One for each question that may be out.
    places: Arc<Semaphore>,
    /// Until when the server is not asked, because it could not be reached.
    rests_until: AtomicU64,
    meter: Arc<IntrospectionMeter>,
}

/// The answer that a question will have; shared by all who wait for it.
type Pending = Shared<oneshot::Receiver<Judgment>>;

type Judgment = Result<ActiveToken, Failure>;

/// Why there is no token.
#[derive(Clone, Copy, Debug)]
enum Failure {
    Refused(IntrospectionError),
    /// The server cannot be asked. No fault of the caller's.
    Unavailable,
}

impl Introspector {
    pub(super) fn new(
        config: &Oauth2Config,
        meter: Arc<IntrospectionMeter>,
    ) -> Result<Self, GateError> {
        Ok(Self {
            introspection: Introspection::new(config.rules.clone()),
            client: Arc::clone(&config.client),
            endpoint: Endpoint::new(&config.endpoint, config.timeout)?,
            questions: Mutex::default(),
            places: Arc::new(Semaphore::new(config.concurrency)),
            rests_until: AtomicU64::new(0),
            meter,
        })
    }

    /// The token, if its server calls it active and it meets the rules. It is for all who wait for
    /// it, so whether it is for the one at hand is still to be confirmed.
    ///
    /// # Errors
    /// When it is not, or the server cannot say: then nobody is let in, and nobody is told that
    /// the token is bad.
    pub(super) async fn judge(
        self: &Arc<Self>,
        token: BearerToken<'_>,
        clock: &Clock,
    ) -> Result<ActiveToken, Rejection> {
        let known = self.introspection.ask(token, clock.unix());
        let judgment = match known.map_err(Rejection::Introspection)? {
            Known::Answer(answer) => answer.map_err(Failure::Refused),
            Known::No(name) => match self.question(name, token, clock) {
                Ok(pending) => pending.await.unwrap_or(Err(Failure::Unavailable)),
                Err(known) => known,
            },
        };
        judgment.map_err(|failure| match failure {
            Failure::Refused(error) => Rejection::Introspection(error),
            Failure::Unavailable => Rejection::CannotCheck,
        })
    }

    /// The question about a token that is out already, or a new one.
    ///
    /// # Errors
    /// With the judgment, when there is no need to ask, or no use.
    fn question(
        self: &Arc<Self>,
        name: TokenName,
        token: BearerToken<'_>,
        clock: &Clock,
    ) -> Result<Pending, Judgment> {
        let mut questions = self.questions.lock();
        if let Some(pending) = questions.get(&name) {
            return Ok(pending.clone());
        }
        // An answer is remembered before its question is forgotten, so one of the two is there.
        if let Known::Answer(answer) = self.introspection.known(name, clock.unix()) {
            return Err(answer.map_err(Failure::Refused));
        }
        if clock.unix().get() < self.rests_until.load(Ordering::Relaxed) {
            return Err(Err(Failure::Unavailable));
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            tracing::warn!("too many tokens are being asked about");
            return Err(Err(Failure::Unavailable));
        };
        let (answer, pending) = oneshot::channel();
        let pending = pending.shared();
        questions.insert(name, pending.clone());
        let form = self.client.form(token);
        let (out, clock) = (
            Out {
                introspector: Arc::clone(self),
                name,
            },
            clock.clone(),
        );
        // A task of its own: whoever asked first may go away while others wait.
        tokio::spawn(async move {
            let body = out.introspector.endpoint.ask(form).await;
            let judgment = out.introspector.settle(name, body, clock.unix());
            drop(out);
            drop(place);
            // Nobody may be waiting any more; the answer is remembered all the same.
            let _ = answer.send(judgment);
        });
        Ok(pending)
    }

    fn settle(
        &self,
        name: TokenName,
        body: Result<Vec<u8>, super::question::AskError>,
        now: UnixSeconds,
    ) -> Judgment {
        let body = body.map_err(|error| {
            self.meter.unavailable();
            tracing::error!(
                code = error.code(),
                "the authorization server cannot be asked: {error}"
            );
            if error.is_outage() {
                let until = now.get().saturating_add(REST);
                self.rests_until.store(until, Ordering::Relaxed);
            }
            Failure::Unavailable
        })?;
        self.introspection
            .settle(name, &body, now)
            .inspect(|_| self.meter.active())
            .map_err(|error| {
                if error.is_callers_fault() {
                    self.meter.refused();
                } else {
                    self.meter.unusable();
                    tracing::error!(
                        code = error.code(),
                        "the authorization server does not answer as RFC 7662 says"
                    );
                }
                Failure::Refused(error)
            })
    }
}

/// A question that is out. It is forgotten when this is dropped, however that comes about.
struct Out {
    introspector: Arc<Introspector>,
    name: TokenName,
}

impl Drop for Out {
    fn drop(&mut self) {
        self.introspector.questions.lock().remove(&self.name);
    }
}
