//! The keys of what requests, connections and callers may take, and of who stands between them and
//! the agent.

use std::time::Duration;

use super::{
    super::{
        ForwardedHeader,
        values::{Choice, Count, Limit, Network, Size, Span},
    },
    Defaulted, Key, List, Row,
};

/// The path of every key of this table.
pub(super) fn paths() -> std::slice::Iter<'static, &'static str> {
    PATHS.iter()
}

/// What is said of each of them.
pub(super) fn rows() -> std::slice::Iter<'static, fn() -> Row> {
    ROWS.iter()
}

keys! {
    /// the largest body of a request
    BODY: Size = "server.limits.body", Size(1 << 10..=64 << 20), or 1 << 20;
    /// how long the body of a request may take, before what has come of it gives it more time
    BODY_TIMEOUT: Span = "server.limits.body_timeout", Span(1..=60 * 60), or Duration::from_secs(10);
    /// the bytes of a body that give it a second more
    BODY_RATE: Size = "server.limits.body_rate", Size(1..=1 << 30), or 4 << 10;
    /// the largest head of a request
    HEADER_SIZE: Size = "server.limits.header_size", Size(8 << 10..=1 << 20), or 64 << 10;
    /// the most header lines of a request
    HEADERS: Count<usize> = "server.limits.headers", Count(10..=1000), or 100;
    /// how long the head of a request may take, and a new connection until it has sent one
    HEADER_TIMEOUT: Span = "server.limits.header_timeout", Span(1..=60 * 60), or Duration::from_secs(15);
    /// how long a connection is kept that asks for nothing
    IDLE_TIMEOUT: Span = "server.limits.idle_timeout", Span(1..=24 * 60 * 60), or Duration::from_secs(75);
    /// how long a client may take nothing of what it is sent
    WRITE_TIMEOUT: Span = "server.limits.write_timeout", Span(1..=60 * 60), or Duration::from_mins(1);
    /// the longest time for an answer
    REQUEST_TIMEOUT: Span = "server.limits.request_timeout", Span(1..=60 * 60), or Duration::from_mins(1);
    /// the longest time for one turn of a skill, whether or not its caller waits
    TASK_TIMEOUT: Span = "server.limits.task_timeout", Span(1..=24 * 60 * 60), or Duration::from_mins(10);
    /// the most requests at a time
    CONCURRENCY: Count<usize> = "server.limits.concurrency", Count(1..=1_000_000), or 1024;
    /// the most connections at a time
    CONNECTIONS: Count<usize> = "server.limits.connections", Count(8..=1_000_000), or 16_384;
    /// the most connections at a time of one address
    CONNECTIONS_PER_SOURCE: Limit<Count<usize>> = "server.limits.connections_per_source",
        Limit(Count(1..=1_000_000)), or None;
    /// the most requests at a time on one connection of HTTP/2
    HTTP2_STREAMS: Count<u32> = "server.limits.http2_streams", Count(1..=10_000), or 128;
    /// the requests that a caller has in a minute, whatever they ask
    CALLER_RATE: Limit<Count<u32>> = "server.limits.requests_per_minute", Limit(Count(1..=10_000_000)), or None;
    /// the requests of a caller that may come at once
    CALLER_BURST: Count<u32> = "server.limits.burst_size", Count(1..=10_000_000);
    /// the refused credentials that an address has in a minute, before no more of its credentials are looked at
    REFUSALS: Limit<Count<u32>> = "server.limits.refusals_per_minute", Limit(Count(1..=1_000_000)), or Some(300);
    /// the most requests of a caller at a time; a quarter of `concurrency` and at least 16, unless said otherwise
    REQUESTS_PER_CALLER: Limit<Count<usize>> = "server.limits.requests_per_caller", Limit(Count(1..=1_000_000));
    /// the most streams of events of a caller at a time
    STREAMS_PER_CALLER: Count<usize> = "server.limits.streams_per_caller", Count(1..=1_000_000), or 512;

    /// the proxies that are believed to say for whom they ask; none: clients come by themselves
    TRUSTED_PROXIES: List<Network> = "server.trusted_proxies", List(Network);
    /// the header in which they say so
    FORWARDED_HEADER: Choice<ForwardedHeader> = "server.forwarded_header", Choice(&[
        ("x-forwarded-for", ForwardedHeader::XForwardedFor),
        ("forwarded", ForwardedHeader::Forwarded),
    ]), or ForwardedHeader::XForwardedFor;
    /// how long requests are still taken when the server is told to stop, for balancers to see that it is not ready
    SHUTDOWN_DELAY: Span = "server.shutdown_delay", Span(0..=60 * 60), or Duration::ZERO;
}
