//! One request to what stands behind a skill: whose it is, and what is told of it for traces.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{Method, StatusCode, Url, header::HeaderMap};
use tokio::time::Instant;

use super::Fault;
use crate::{
    SkillContext, TraceContext,
    middleware::{Observer, SkillEvent},
};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// The call of a service.
    Service,
    /// Something that another agent is asked.
    Agent {
        /// The operation, by its name in A2A 1.0.
        operation: &'static str,
        /// The version that is spoken: `0.3` or `1.0`.
        version: &'static str,
        /// How: `jsonrpc` or `rest`.
        binding: &'static str,
    },
    /// The card of another agent. Of the run there is nothing in the request: what comes of it
    /// serves others as well. So it is with the next one.
    Card,
    /// A token for another agent.
    Token,
}

/// Why a request is made: the run that needs it, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Cause<'a> {
    /// The run.
    pub run: &'a SkillContext,
    /// What for.
    pub purpose: Purpose,
}

/// What is told of a request that has ended. What was said is not in it, nor where but the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requested<'a> {
    /// The skill.
    pub skill: &'a str,
    /// What the request was for.
    pub purpose: Purpose,
    /// The place of the run in the trace, if it has one.
    pub within: Option<&'a TraceContext>,
    /// The place of the request itself: its id is what `traceparent` told the service.
    pub place: Option<&'a TraceContext>,
    /// The method of HTTP.
    pub method: &'a str,
    /// The host, as the URL names it.
    pub host: &'a str,
    /// The port, also where it is the usual one.
    pub port: Option<u16>,
    /// How often it was tried before: no connection was made then.
    pub attempt: usize,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// How it ended: `answered`, `failed` or `canceled`. Part of the interface.
    pub outcome: &'static str,
    /// What went wrong beside the status: [`Fault::code`].
    pub fault: Option<&'static str>,
    /// How long it took, the body included.
    pub took: Duration,
}

/// A request under way. It is told of when this is dropped, however that comes about.
pub(super) struct Asking {
    observer: Arc<dyn Observer>,
    run: SkillContext,
    purpose: Purpose,
    place: Option<TraceContext>,
    method: Method,
    host: String,
    port: Option<u16>,
    attempt: usize,
    begun: Instant,
    status: Option<StatusCode>,
    fault: Option<&'static str>,
    is_whole: bool,
}

impl Asking {
    pub(super) fn begin(
        observer: &Arc<dyn Observer>,
        cause: Cause<'_>,
        method: &Method,
        url: &Url,
        attempt: usize,
    ) -> Self {
        Self {
            observer: Arc::clone(observer),
            run: cause.run.clone(),
            purpose: cause.purpose,
            place: cause.run.trace(),
            method: method.clone(),
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port_or_known_default(),
            attempt,
            begun: Instant::now(),
            status: None,
            fault: None,
            is_whole: false,
        }
    }

    /// What tells the service its place in the trace.
    pub(super) fn headers(&self) -> HeaderMap {
        let is_told = !matches!(self.purpose, Purpose::Card | Purpose::Token);
        let place = self.place.as_ref().filter(|_| is_told);
        place.map(TraceContext::headers).unwrap_or_default()
    }

    /// The head of the answer is there.
    pub(super) const fn answered(&mut self, status: StatusCode) {
        self.status = Some(status);
    }

    /// All of the answer is there.
    pub(super) const fn ended(&mut self) {
        self.is_whole = true;
    }

    pub(super) const fn failed(&mut self, fault: &Fault) {
        self.fault = Some(fault.code());
    }

    fn outcome(&self) -> &'static str {
        let is_refused = self.status.is_some_and(|it| it.as_u16() >= 400);
        if self.fault.is_some() || is_refused {
            return "failed";
        }
        // Whoever has heard enough of a stream does not wait for its end.
        let is_enough = self.status.is_some() && !self.run.cancellation().is_cancelled();
        if self.is_whole || is_enough {
            "answered"
        } else {
            "canceled"
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.observer.observe(&SkillEvent::Requested(Requested {
            skill: self.run.skill_id(),
            purpose: self.purpose,
            within: self.run.place(),
            place: self.place.as_ref(),
            method: self.method.as_str(),
            host: &self.host,
            port: self.port,
            attempt: self.attempt,
            status: self.status.map(|it| it.as_u16()),
            outcome: self.outcome(),
            fault: self.fault,
            took: self.begun.elapsed(),
        }));
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking")
            .field("run", &self.run)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}
