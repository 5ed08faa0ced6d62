//! The line of a request: one for each, when it has ended.
//!
//! Its targets are made for filters and for those who search: `agentup_server::authentication`,
//! `agentup_server::authorization`, and `agentup_server::request` for all the rest.

use std::fmt;

use agentup_auth::{Denied, PrincipalId, ScopeSet};
use agentup_protocol::ErrorKind;
use tracing::Level;

use crate::{
    http::{Rejection, RejectionKind},
    record::{Outcome, Record},
};

const AUTHENTICATION: &str = "agentup_server::authentication";
pub(super) const AUTHORIZATION: &str = "agentup_server::authorization";
pub(super) const REQUEST: &str = "agentup_server::request";

/// Writes a line with these words and all that is known of the request.
macro_rules! line {
    ($record:expr, $target:expr, $level:expr, $($words:tt)+) => {{
        let record: &Record = $record;
        let notes = &record.notes;
        let principal = notes.principal.as_ref().map(|principal| principal.id());
        let asked = notes.asked;
        tracing::event!(
            target: $target,
            $level,
            request_id = &*record.id,
            trace_id = record.trace.as_ref().map(|trace| tracing::field::display(Hex(trace.trace_id()))),
            method = record.method.as_str(),
            route = record.route,
            operation = asked.map(|asked| asked.operation.label()),
            version = asked.map(|asked| asked.generation.version()),
            binding = asked.map(|asked| asked.binding.name()),
            skill = notes.skill.as_deref(),
            user = principal.map(PrincipalId::subject),
            issuer = principal.and_then(issuer),
            client = record.client.map(tracing::field::display),
            task = notes.task.as_ref().map(|task| &*task.id),
            outcome = record.outcome.code(),
            status = record.status.as_u16(),
            duration_us = u64::try_from(record.took.as_micros()).unwrap_or(u64::MAX),
            $($words)+
        );
    }};
}

/// Tells how a request has ended.
pub(crate) fn tell(record: &Record) {
    match &record.outcome {
        Outcome::Done => done(record),
        Outcome::Denied(denied) => {
            let reason = reason(denied);
            line!(
                record,
                AUTHORIZATION,
                Level::WARN,
                "Authorization failed for {}: {reason}",
                denied.skill
            );
        }
        Outcome::Refused(rejection) => refused(record, rejection),
        Outcome::Failed(ErrorKind::Internal | ErrorKind::InvalidAgentResponse) => {
            line!(record, REQUEST, Level::ERROR, "request failed");
        }
        Outcome::Failed(_) => line!(
            record,
            REQUEST,
            Level::INFO,
            "request answered with an error"
        ),
        Outcome::Panicked => line!(
            record,
            REQUEST,
            Level::ERROR,
            "request failed: its code has a fault"
        ),
        Outcome::Abandoned => line!(
            record,
            REQUEST,
            Level::INFO,
            "request abandoned by its client"
        ),
    }
}

fn done(record: &Record) {
    match (&record.notes.principal, &record.notes.skill) {
        (Some(principal), Some(skill)) => {
            let (user, scopes) = (Word(principal.id().subject()), Listed(principal.granted()));
            line!(
                record,
                AUTHORIZATION,
                Level::INFO,
                "User {user} accessing {skill} with scopes: {scopes}"
            );
        }
        // Probes come every few seconds, and say nothing.
        (None, _) if record.is_probe() => {
            line!(record, REQUEST, Level::DEBUG, "request answered");
        }
        _ => line!(record, REQUEST, Level::INFO, "request answered"),
    }
}

fn refused(record: &Record, rejection: &Rejection) {
    let message = rejection.message();
    match rejection.kind() {
        // The code says which check failed. The client hears the kind of fault, no more.
        RejectionKind::Authentication => {
            line!(
                record,
                AUTHENTICATION,
                Level::WARN,
                "authentication refused: {message}"
            );
        }
        RejectionKind::Rate => {
            let skill = record.notes.skill.as_deref();
            let words = skill.map_or_else(
                || format!("request refused: {message}"),
                |skill| format!("Rate limit reached for {skill}"),
            );
            line!(record, REQUEST, Level::WARN, "{words}");
        }
        // That there are many was said once; a line on each would be a load of its own.
        RejectionKind::Source => {
            line!(record, REQUEST, Level::DEBUG, "request refused: {message}");
        }
        RejectionKind::Overload => {
            line!(record, REQUEST, Level::WARN, "request refused: {message}");
        }
        RejectionKind::Authorization | RejectionKind::Request => {
            line!(record, REQUEST, Level::INFO, "request refused: {message}");
        }
    }
}

/// Why a caller was denied, for those who run the agent.
fn reason(denied: &Denied) -> String {
    denied.scope().map_or_else(
        || format!("unmet condition on claims: {}", denied.unmet.join(", ")),
        |scope| format!("missing {scope} scope"),
    )
}

/// Nobody vouches for the anonymous principal.
fn issuer(id: &PrincipalId) -> Option<&str> {
    Some(id.issuer()).filter(|issuer| !issuer.is_empty())
}

/// A subject within a message: as it is if it is one word, else in quotes, so that it cannot pass for
/// something else that is told.
struct Word<'a>(&'a str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_of_word = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'=');
        if self.0.bytes().all(is_of_word) {
            f.write_str(self.0)
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

/// Scopes in the form in which the log has them: `['basic', 'premium']`.
struct Listed<'a>(&'a ScopeSet);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, scope) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}'{scope}'")?;
        }
        f.write_str("]")
    }
}

/// The id of a trace (W3C Trace Context §3.2.2.3).
struct Hex(u128);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
