//! `server.limits`: what requests, connections and callers may take.

use std::time::Duration;

use agentup_handlers::middleware::RateLimit;

use super::{keys, reader::Section};

/// What requests, connections and callers may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitsConfig {
    /// The largest body, in bytes. Default: 1 MiB.
    pub body: usize,
    /// How long a body may take before what has come of it gives it more time. Default: 10 seconds.
    pub body_timeout: Duration,
    /// The bytes of a body that give it a second more, at least one. Default: 4 KiB.
    pub body_rate: usize,
    /// The largest head of a request, in bytes. Default: 64 KiB.
    pub header_size: usize,
    /// The most header lines of a request. Default: 100.
    pub headers: usize,
    /// How long the head of a request may take, and a new connection until it has sent one.
    /// Default: 15 seconds.
    pub header_timeout: Duration,
    /// How long a connection is kept that asks for nothing. Default: 75 seconds.
    pub idle_timeout: Duration,
    /// How long a client may take nothing of what it is sent. Default: 60 seconds.
    pub write_timeout: Duration,
    /// The longest time for an answer. Default: 60 seconds.
    pub request_timeout: Duration,
    /// The longest time for one turn of a skill, whether or not its caller waits. Default: 10
    /// minutes.
    pub task_timeout: Duration,
    /// The most requests at a time. Default: 1024.
    pub concurrency: usize,
    /// The most connections at a time. Default: 16,384.
    pub connections: usize,
    /// The most connections at a time of one address that is no trusted proxy's. Default: no limit
    /// of its own.
    pub connections_per_source: Option<usize>,
    /// The most requests at a time on one connection of HTTP/2. Default: 128.
    pub http2_streams: u32,
    /// The requests of a caller, whatever they ask. Default: no limit.
    pub caller_rate: Option<RateLimit>,
    /// The refused credentials that an address has in a minute before no more of them are looked
    /// at. Default: 300.
    pub refusals_per_minute: Option<u32>,
    /// The most requests of a caller at a time. Default: a quarter of `concurrency`, at least 16.
    pub requests_per_caller: Option<usize>,
    /// The most streams of events of a caller at a time. Default: 512.
    pub streams_per_caller: usize,
}

/// The share of all requests that a caller has by itself, and the fewest that it has anyway.
const SHARE_OF_CALLER: usize = 4;
const FEWEST_OF_CALLER: usize = 16;

/// Reads the section.
pub(super) fn read(section: &Section<'_>) -> LimitsConfig {
    let mut limits = LimitsConfig {
        body: section.value(&keys::BODY).value,
        body_timeout: section.value(&keys::BODY_TIMEOUT).value,
        body_rate: section.value(&keys::BODY_RATE).value,
        header_size: section.value(&keys::HEADER_SIZE).value,
        headers: section.value(&keys::HEADERS).value,
        header_timeout: section.value(&keys::HEADER_TIMEOUT).value,
        idle_timeout: section.value(&keys::IDLE_TIMEOUT).value,
        write_timeout: section.value(&keys::WRITE_TIMEOUT).value,
        request_timeout: section.value(&keys::REQUEST_TIMEOUT).value,
        task_timeout: section.value(&keys::TASK_TIMEOUT).value,
        concurrency: section.value(&keys::CONCURRENCY).value,
        connections: section.value(&keys::CONNECTIONS).value,
        connections_per_source: section.value(&keys::CONNECTIONS_PER_SOURCE).value,
        http2_streams: section.value(&keys::HTTP2_STREAMS).value,
        caller_rate: caller_rate(section),
        refusals_per_minute: section.value(&keys::REFUSALS).value,
        requests_per_caller: None,
        streams_per_caller: section.value(&keys::STREAMS_PER_CALLER).value,
    };
    let share = (limits.concurrency / SHARE_OF_CALLER).max(FEWEST_OF_CALLER);
    limits.requests_per_caller = section.or(&keys::REQUESTS_PER_CALLER, Some(share));
    limits
}

fn caller_rate(section: &Section<'_>) -> Option<RateLimit> {
    let rate = section.value(&keys::CALLER_RATE).value;
    let burst = section.optional(&keys::CALLER_BURST);
    let Some(requests_per_minute) = rate else {
        if let Some(burst) = burst {
            let remedy = "set `requests_per_minute`, or remove it";
            let problem = "has no effect without `requests_per_minute`";
            section.fault(&burst.spot, problem, remedy);
        }
        return None;
    };
    // As of a skill: a minute's worth at once.
    let burst_size = burst.map_or_else(
        || {
            section.show(&keys::CALLER_BURST, requests_per_minute.into());
            requests_per_minute
        },
        |burst| burst.value,
    );
    Some(RateLimit {
        requests_per_minute,
        burst_size,
    })
}
