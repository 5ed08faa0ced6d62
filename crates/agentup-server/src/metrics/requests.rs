//! Requests: what they asked for, how they ended, and how long they took.

use std::fmt;

use agentup_auth::Striped;
use agentup_protocol::{Generation, MethodKind};
use http::StatusCode;

use super::{
    Count, Histogram, Limit, Metrics,
    codes::{Codes, OF_CREDENTIALS, OF_REQUESTS},
    histogram::Times,
    page::{Family, Page},
    sum,
};
use crate::{
    http::{ROUTES, Rejection, RejectionKind, rest_route},
    record::{Asked, BindingKind, Outcome, Record},
};

const ANSWERED: Family = Family::new(
    "requests",
    "Requests that have ended, by what they asked for and the class of their status.",
);
const TIMES: Family = Family::seconds(
    "request_duration",
    "How long requests took until there was an answer; for a stream, until it began.",
);
const REFUSED: Family = Family::new(
    "auth_refusals",
    "Requests whose credentials were refused, by the reason.",
);
const ERRORS: Family = Family::new(
    "request_errors",
    "Requests that got an error for another reason than their credentials.",
);

/// Stands where a request asked for nothing that was understood.
const NONE: &str = "none";

const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

const OPERATIONS: usize = MethodKind::ALL.len();

/// The ways in which an operation comes.
const WAYS: [(&str, &str); 3] = [("jsonrpc", "0.3"), ("jsonrpc", "1.0"), ("rest", "1.0")];

/// Operations in each of their ways, then routes of requests that asked for no operation.
const KINDS: usize = OF_OPERATIONS + ROUTES.len();
const OF_OPERATIONS: usize = OPERATIONS * WAYS.len();

/// Counts requests.
#[derive(Debug, Default)]
pub(crate) struct RequestMeter(Striped<Block>);

#[derive(Debug)]
struct Block {
    answered: [[Count; CLASSES.len()]; KINDS],
    /// By operation; the last is for requests that asked for none.
    took: [Histogram; OPERATIONS + 1],
    refused: Codes,
    errors: Codes,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            answered: std::array::from_fn(|_| Default::default()),
            took: std::array::from_fn(|_| Histogram::default()),
            refused: Codes::new(OF_CREDENTIALS),
            errors: Codes::new(OF_REQUESTS),
        }
    }
}

impl Metrics {
    /// A request has ended.
    pub(crate) fn ended(&self, record: &Record) {
        let block = self.requests.0.here();
        let asked = record.notes.asked;
        let count = block.answered.get(kind_of(asked, record.route));
        if let Some(count) = count.and_then(|classes| classes.get(class_of(record.status))) {
            count.add(1);
        }
        let operation = asked.map_or(OPERATIONS, |asked| asked.operation as usize);
        if let Some(times) = block.took.get(operation) {
            times.observe(record.took);
        }
        match &record.outcome {
            Outcome::Done => {}
            Outcome::Refused(rejection) => {
                if let Some(limit) = limit_of(rejection) {
                    self.limit_hits(limit, 1);
                }
                match rejection.kind() {
                    RejectionKind::Authentication => block.refused.add(rejection.code()),
                    _ => block.errors.add(rejection.code()),
                }
            }
            outcome => block.errors.add(outcome.code()),
        }
    }
}

impl RequestMeter {
    pub(super) fn write(&self, page: &mut Page<'_>) -> fmt::Result {
        let answered =
            kinds()
                .enumerate()
                .flat_map(|(kind, [route, operation, binding, version])| {
                    CLASSES.iter().enumerate().map(move |(class, name)| {
                        let count = sum(&self.0, |block| block.answered.get(kind)?.get(class));
                        (
                            [route, operation, binding, version, ("status", *name)],
                            count,
                        )
                    })
                });
        // Most requests can end in few ways: what nobody has seen yet is told of a good answer only.
        let seen = answered.filter(|([.., (_, class)], count)| *count > 0 || *class == "2xx");
        page.counters(&ANSWERED, seen)?;
        let operations = MethodKind::ALL
            .into_iter()
            .map(MethodKind::label)
            .chain([NONE]);
        let times = operations.enumerate().map(|(index, name)| {
            let times = Times::of_all(&self.0, |block| block.took.get(index));
            ([("operation", name)], times)
        });
        page.histograms(&TIMES, times)?;
        self.write_codes(page, &REFUSED, OF_CREDENTIALS, |block| &block.refused)?;
        self.write_codes(page, &ERRORS, OF_REQUESTS, |block| &block.errors)
    }

    fn write_codes(
        &self,
        page: &mut Page<'_>,
        family: &Family,
        names: &[&'static str],
        codes: impl Fn(&Block) -> &Codes,
    ) -> fmt::Result {
        let counts = names.iter().enumerate().map(|(index, name)| {
            let count = self.0.sum(|block| codes(block).get(index));
            ([("code", *name)], count)
        });
        page.counters(family, counts)
    }
}

/// The place of what a request asked for.
fn kind_of(asked: Option<Asked>, route: &str) -> usize {
    let Some(asked) = asked else {
        let route = ROUTES.iter().position(|known| *known == route);
        // The last stands for paths at which there is nothing.
        let route = route.unwrap_or(ROUTES.len().saturating_sub(1));
        return route.saturating_add(OF_OPERATIONS);
    };
    let way = match (asked.binding, asked.generation) {
        (BindingKind::JsonRpc, Generation::V03) => 0,
        (BindingKind::JsonRpc, Generation::V10) => 1,
        (BindingKind::Rest, _) => 2,
    };
    (asked.operation as usize)
        .saturating_mul(WAYS.len())
        .saturating_add(way)
}

/// The labels of all kinds, in the order of [`kind_of`].
fn kinds() -> impl Iterator<Item = [(&'static str, &'static str); 4]> {
    let operations = MethodKind::ALL.into_iter().flat_map(|operation| {
        WAYS.into_iter().map(move |(binding, version)| {
            let is_rest = binding == BindingKind::Rest.name();
            let route = if is_rest { rest_route(operation) } else { "/" };
            [route, operation.label(), binding, version]
        })
    });
    let routes = ROUTES.into_iter().map(|route| [route, NONE, NONE, NONE]);
    operations
        .chain(routes)
        .map(|[route, operation, binding, version]| {
            [
                ("route", route),
                ("operation", operation),
                ("binding", binding),
                ("version", version),
            ]
        })
}

/// The place of the class of a status.
fn class_of(status: StatusCode) -> usize {
    usize::from(status.as_u16() / 100)
        .clamp(2, 5)
        .saturating_sub(2)
}

/// The limit of the configuration that a request was refused for.
const fn limit_of(rejection: &Rejection) -> Option<Limit> {
    match rejection {
        Rejection::Overloaded => Some(Limit::Concurrency),
        Rejection::BodyTooLarge => Some(Limit::Body),
        Rejection::BodyLate => Some(Limit::BodyTimeout),
        Rejection::CallerTooOften(_) => Some(Limit::RequestsPerMinute),
        Rejection::TooManyRequests => Some(Limit::RequestsPerCaller),
        Rejection::TooManyStreams => Some(Limit::StreamsPerCaller),
        Rejection::SourceLimited(_) => Some(Limit::RefusalsPerMinute),
        _ => None,
    }
}
