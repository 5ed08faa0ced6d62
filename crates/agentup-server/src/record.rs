//! The record of a request: all that is known of it when it has ended, for everybody who tells of
//! requests (the log, metrics, the audit, traces). It is put together once, in [`Watch`].

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use agentup_auth::{Denied, Principal};
use agentup_handlers::TraceContext;
use agentup_protocol::{ErrorKind, Generation, MethodKind};
use http::{Method, StatusCode};

use crate::{http::Rejection, tasks::TaskCell};

mod notes;

pub(crate) use notes::Noted;

/// A request that has ended. A stream counts as ended when it has begun.
#[derive(Debug)]
pub(crate) struct Record {
    /// The id of the request.
    pub(crate) id: Arc<str>,
    /// The trace that it belongs to, if its client named one.
    pub(crate) trace: Option<TraceContext>,
    /// The address that it came from, if it came by a socket.
    pub(crate) client: Option<IpAddr>,
    /// The method of HTTP.
    pub(crate) method: Method,
    /// The pattern of its path, as the router has it, never the path itself.
    pub(crate) route: &'static str,
    /// What was learned on the way.
    pub(crate) notes: Notes,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// The status of the answer; `499` where nobody waited for one.
    pub(crate) status: StatusCode,
    /// How long it took until there was an answer.
    pub(crate) took: Duration,
}

/// What is learned of a request on its way, step by step: what comes first is there even if the
/// rest is not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// Who asks, once a credential has been accepted.
    pub(crate) principal: Option<Arc<Principal>>,
    /// What is asked for, once that is understood.
    pub(crate) asked: Option<Asked>,
    /// The skill that a message is for.
    pub(crate) skill: Option<Arc<str>>,
    /// The caller's task that the request is about.
    pub(crate) task: Option<Arc<TaskCell>>,
    /// How the request ended, where the answer itself does not say it.
    outcome: Option<Outcome>,
}

/// An operation of the protocol, in the words it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) operation: MethodKind,
    pub(crate) generation: Generation,
    pub(crate) binding: BindingKind,
}

/// How an operation came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum BindingKind {
    /// `A2A §9`.
    JsonRpc,
    /// HTTP+JSON (`A2A §11`).
    Rest,
}

/// How a request ended.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// It was answered.
    Done,
    /// The caller lacks what the skill requires, in whatever form it was told.
    Denied(Denied),
    /// It was refused for any other reason.
    Refused(Rejection),
    /// It was answered with an error of the protocol.
    Failed(ErrorKind),
    /// Its code has a fault.
    Panicked,
    /// Its client went away before there was an answer.
    Abandoned,
}

impl Record {
    /// Whether somebody asks how the agent is. That comes every few seconds.
    pub(crate) fn is_probe(&self) -> bool {
        matches!(self.route, "/healthz" | "/readyz")
    }
}

impl Outcome {
    /// A name for logs and metrics. Part of the interface: renaming one breaks dashboards.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Done => "ok",
            Self::Denied(_) => "insufficient_scope",
            Self::Refused(rejection) => rejection.code(),
            Self::Failed(kind) => kind.name(),
            Self::Panicked => "panicked",
            Self::Abandoned => "abandoned",
        }
    }
}

impl From<&Rejection> for Outcome {
    fn from(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::Scope(denied, _) => Self::Denied(denied.clone()),
            rejection => Self::Refused(rejection.clone()),
        }
    }
}

impl BindingKind {
    /// Its name in logs and metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::JsonRpc => "jsonrpc",
            Self::Rest => "rest",
        }
    }
}

/// Watches one request from its beginning to its end, and has the end told exactly once: also when
/// nobody waits for the answer any more, so that the request is dropped on the way.
pub(crate) struct Watch<T: Fn(&Record)> {
    noted: Noted,
    method: Method,
    route: &'static str,
    begun: Instant,
    told: bool,
    tell: T,
}

impl<T: Fn(&Record)> Watch<T> {
    pub(crate) fn begin(noted: Noted, method: Method, route: &'static str, tell: T) -> Self {
        Self {
            noted,
            method,
            route,
            begun: Instant::now(),
            told: false,
            tell,
        }
    }

    /// The request has ended like this.
    pub(crate) fn end(mut self, outcome: Outcome, status: StatusCode) {
        self.told = true;
        self.tell(outcome, status);
    }

    fn tell(&self, outcome: Outcome, status: StatusCode) {
        let mut notes = self.noted.take();
        let outcome = notes.outcome.take().unwrap_or(outcome);
        (self.tell)(&Record {
            id: Arc::clone(self.noted.id()),
            trace: self.noted.trace().cloned(),
            client: self.noted.client(),
            method: self.method.clone(),
            route: self.route,
            notes,
            outcome,
            status,
            took: self.begun.elapsed(),
        });
    }
}

impl<T: Fn(&Record)> Drop for Watch<T> {
    fn drop(&mut self) {
        if !self.told {
            // The status that nginx has for it.
            let status = StatusCode::from_u16(499).unwrap_or_default();
            self.tell(Outcome::Abandoned, status);
        }
    }
}
