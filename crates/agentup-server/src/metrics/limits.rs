//! The limits of `server.limits`, by how often each has turned something away.

use std::fmt;

use agentup_auth::Striped;

use super::{
    Count, Metrics,
    page::{Family, Page},
    sum,
};

const HITS: Family = Family::new(
    "limit_hits",
    "Times that a limit turned something away, by limit.",
);

/// A limit of `server.limits` that turns away, or ends, what is above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Connections,
    ConnectionsPerSource,
    /// Of HTTP/1, and with it `headers`: the library has one error for both.
    HeaderSize,
    HeaderTimeout,
    IdleTimeout,
    WriteTimeout,
    Body,
    BodyTimeout,
    Concurrency,
    RequestsPerMinute,
    RequestsPerCaller,
    StreamsPerCaller,
    RefusalsPerMinute,
}

/// How often each has.
#[derive(Debug, Default)]
pub(super) struct LimitMeter(Striped<[Count; Limit::ALL.len()]>);

impl Limit {
    /// Every one, in the order of the enum.
    pub(super) const ALL: [Self; 13] = [
        Self::Connections,
        Self::ConnectionsPerSource,
        Self::HeaderSize,
        Self::HeaderTimeout,
        Self::IdleTimeout,
        Self::WriteTimeout,
        Self::Body,
        Self::BodyTimeout,
        Self::Concurrency,
        Self::RequestsPerMinute,
        Self::RequestsPerCaller,
        Self::StreamsPerCaller,
        Self::RefusalsPerMinute,
    ];

    /// Its key in `server.limits`, which says what to change.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::ConnectionsPerSource => "connections_per_source",
            Self::HeaderSize => "header_size",
            Self::HeaderTimeout => "header_timeout",
            Self::IdleTimeout => "idle_timeout",
            Self::WriteTimeout => "write_timeout",
            Self::Body => "body",
            Self::BodyTimeout => "body_timeout",
            Self::Concurrency => "concurrency",
            Self::RequestsPerMinute => "requests_per_minute",
            Self::RequestsPerCaller => "requests_per_caller",
            Self::StreamsPerCaller => "streams_per_caller",
            Self::RefusalsPerMinute => "refusals_per_minute",
        }
    }
}

impl Metrics {
    /// A limit has turned so many things away.
    pub(crate) fn limit_hits(&self, limit: Limit, times: usize) {
        if let Some(count) = self.limits.0.here().get(limit as usize) {
            count.add(u64::try_from(times).unwrap_or_default());
        }
    }
}

impl LimitMeter {
    pub(super) fn write(&self, page: &mut Page<'_>) -> fmt::Result {
        let hits = Limit::ALL.into_iter().map(|limit| {
            let count = sum(&self.0, |counts| counts.get(limit as usize));
            ([("limit", limit.name())], count)
        });
        page.counters(&HITS, hits)
    }
}
