//! The line of a request: one for each, when it has ended.
//!
//! Its targets are made for filters and for those who search: `agentup_server::authentication`,
//! `agentup_server::authorization`, and `agentup_server::request` for all the rest.

use agentup_protocol::ErrorKind;
use tracing::Level;

mod fields;
#[cfg(test)]
mod tests;
mod words;

use words::Words;

use super::{
    IN_FORCE, Shared,
    line::{Line, Told},
};
use crate::{
    http::{Rejection, RejectionKind},
    record::{Outcome, Record},
};

const AUTHENTICATION: &str = "agentup_server::authentication";
pub(super) const AUTHORIZATION: &str = "agentup_server::authorization";
pub(super) const REQUEST: &str = "agentup_server::request";

/// What kinds of lines there are: each has its target and its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The credential was refused.
    Refused,
    /// The caller may not call the skill.
    Denied,
    /// A skill was called.
    Called,
    /// The agent has failed.
    Failed,
    /// It is too much for the agent, or for the caller.
    Limited,
    /// All that went as it should, and what is wrong with the request itself.
    Answered,
    /// What would drown the rest.
    Unremarkable,
}

/// A line of a request.
struct RequestLine<'a> {
    record: &'a Record,
    words: Words<'a>,
}

/// Tells how a request has ended.
pub(crate) fn tell(record: &Record) {
    let (kind, words) = kind_and_words(record);
    match IN_FORCE.get() {
        // Past `tracing`, which takes several times as long to pass so many values on.
        Some(log) => log.tell(kind, &RequestLine { record, words }),
        None => fields::event(kind, &words, record),
    }
}

impl Shared {
    fn tell(&self, kind: Kind, line: &RequestLine<'_>) {
        let settings = self.settings.load();
        if settings.filter.lets_request_through(kind) {
            self.write(&settings, kind.level(), kind.target(), line);
        }
    }
}

impl Told for RequestLine<'_> {
    fn tell(&self, line: &mut impl Line) {
        line.words(|to| self.words.write(to));
        fields::write(self.record, line);
    }
}

impl Kind {
    /// Every one, in the order of the enum.
    pub(super) const ALL: [Self; 7] = [
        Self::Refused,
        Self::Denied,
        Self::Called,
        Self::Failed,
        Self::Limited,
        Self::Answered,
        Self::Unremarkable,
    ];

    pub(super) const fn target(self) -> &'static str {
        match self {
            Self::Refused => AUTHENTICATION,
            Self::Denied | Self::Called => AUTHORIZATION,
            Self::Failed | Self::Limited | Self::Answered | Self::Unremarkable => REQUEST,
        }
    }

    pub(super) const fn level(self) -> Level {
        match self {
            Self::Failed => Level::ERROR,
            Self::Refused | Self::Denied | Self::Limited => Level::WARN,
            Self::Called | Self::Answered => Level::INFO,
            Self::Unremarkable => Level::DEBUG,
        }
    }
}

fn kind_and_words(record: &Record) -> (Kind, Words<'_>) {
    match &record.outcome {
        Outcome::Done => done(record),
        Outcome::Denied(denied) => (Kind::Denied, Words::Denied(denied)),
        Outcome::Refused(rejection) => refused(record, rejection),
        Outcome::Failed(ErrorKind::Internal | ErrorKind::InvalidAgentResponse) => {
            (Kind::Failed, Words::Only("request failed"))
        }
        Outcome::Failed(_) => (
            Kind::Answered,
            Words::Only("request answered with an error"),
        ),
        Outcome::Panicked => (
            Kind::Failed,
            Words::Only("request failed: its code has a fault"),
        ),
        Outcome::Abandoned => (
            Kind::Answered,
            Words::Only("request abandoned by its client"),
        ),
    }
}

fn done(record: &Record) -> (Kind, Words<'_>) {
    match (&record.notes.principal, &record.notes.skill) {
        (Some(principal), Some(skill)) => (Kind::Called, Words::Called { principal, skill }),
        // Probes come every few seconds, and say nothing.
        (None, _) if record.is_probe() => (Kind::Unremarkable, Words::Only("request answered")),
        _ => (Kind::Answered, Words::Only("request answered")),
    }
}

fn refused<'a>(record: &'a Record, rejection: &'a Rejection) -> (Kind, Words<'a>) {
    let message = rejection.message();
    let request_refused = Words::About("request refused: ", message);
    match rejection.kind() {
        // The code says which check failed. The client hears the kind of fault, no more.
        RejectionKind::Authentication => (
            Kind::Refused,
            Words::About("authentication refused: ", message),
        ),
        RejectionKind::Rate => {
            let words = match &record.notes.skill {
                Some(skill) => Words::About("Rate limit reached for ", skill),
                None => request_refused,
            };
            (Kind::Limited, words)
        }
        // That there are many was said once; a line on each would be a load of its own.
        RejectionKind::Source => (Kind::Unremarkable, request_refused),
        RejectionKind::Overload => (Kind::Limited, request_refused),
        RejectionKind::Authorization | RejectionKind::Request => (Kind::Answered, request_refused),
    }
}
