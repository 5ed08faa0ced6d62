//! What connections and callers may take.

use std::net::IpAddr;

use agentup_handlers::middleware::RateLimit;

use super::*;

fn limits(keys: &str) -> LimitsConfig {
    config(&format!("server: {{ limits: {{ {keys} }} }}\n"))
        .server
        .limits
}

#[test]
fn they_have_safe_defaults() {
    let expected = LimitsConfig {
        body: 1 << 20,
        body_timeout: Duration::from_secs(10),
        body_rate: 4096,
        header_size: 65_536,
        headers: 100,
        header_timeout: Duration::from_secs(15),
        idle_timeout: Duration::from_secs(75),
        write_timeout: Duration::from_mins(1),
        request_timeout: Duration::from_mins(1),
        task_timeout: Duration::from_mins(10),
        concurrency: 1024,
        connections: 16_384,
        connections_per_source: None,
        http2_streams: 128,
        caller_rate: None,
        refusals_per_minute: Some(300),
        requests_per_caller: Some(256),
        streams_per_caller: 512,
    };
    assert_eq!(config("").server.limits, expected);
}

#[test]
fn each_can_be_set() {
    let expected = LimitsConfig {
        body: 2048,
        body_timeout: Duration::from_secs(2),
        body_rate: 3,
        header_size: 16_384,
        headers: 50,
        header_timeout: Duration::from_secs(5),
        idle_timeout: Duration::from_mins(6),
        write_timeout: Duration::from_secs(7),
        request_timeout: Duration::from_secs(8),
        task_timeout: Duration::from_secs(9),
        concurrency: 10,
        connections: 11,
        connections_per_source: Some(12),
        http2_streams: 13,
        caller_rate: Some(RateLimit {
            requests_per_minute: 14,
            burst_size: 15,
        }),
        refusals_per_minute: Some(16),
        requests_per_caller: Some(18),
        streams_per_caller: 17,
    };
    let set = limits(
        "body: 2KiB, body_timeout: 2s, body_rate: 3, header_size: 16KiB, headers: 50, \
         header_timeout: 5, idle_timeout: 6m, write_timeout: 7s, request_timeout: 8s, \
         task_timeout: 9s, concurrency: 10, connections: 11, connections_per_source: 12, \
         http2_streams: 13, requests_per_minute: 14, burst_size: 15, refusals_per_minute: 16, \
         streams_per_caller: 17, requests_per_caller: 18",
    );
    assert_eq!(set, expected);
}

#[test]
fn rates_can_be_left_out() {
    let none = limits("requests_per_minute: none, refusals_per_minute: none");
    assert_eq!((none.caller_rate, none.refusals_per_minute), (None, None));
    let burst = limits("requests_per_minute: 60").caller_rate.unwrap();
    assert_eq!(burst.burst_size, 60, "a minute's worth at once");
}

#[test]
fn a_caller_has_a_share_of_all_requests() {
    let share = |keys: &str| limits(keys).requests_per_caller;
    assert_eq!(share("concurrency: 400"), Some(100));
    assert_eq!(share("concurrency: 4"), Some(16), "all of few");
    assert_eq!(share("concurrency: 400, requests_per_caller: 7"), Some(7));
    assert_eq!(share("requests_per_caller: none"), None);
}

#[test]
fn proxies() {
    let proxies = |keys: &str| {
        config(&format!("server: {{ {keys} }}\n"))
            .server
            .trusted_proxies
    };
    let contains = |proxies: &TrustedProxies, address: &str| {
        let address: IpAddr = address.parse().unwrap();
        proxies.contains(address)
    };
    assert_eq!(proxies(""), TrustedProxies::default());
    assert_eq!(proxies("trusted_proxies: \"${PROXIES:}\"").networks, None);
    let none = proxies("trusted_proxies: []");
    assert_eq!(
        none.networks,
        Some(Vec::new()),
        "that there is none is something else"
    );
    let some = proxies("trusted_proxies: [10.0.0.0/8, \"::1\"], forwarded_header: Forwarded");
    assert_eq!(some.header, ForwardedHeader::Forwarded);
    assert!(contains(&some, "10.9.8.7") && contains(&some, "::1"));
    assert!(!contains(&some, "11.0.0.1") && !contains(&some, "::2"));
    assert!(contains(
        &proxies("trusted_proxies: 127.0.0.1"),
        "127.0.0.1"
    ));
}

#[test]
fn the_end() {
    let server = config("server: { shutdown_delay: 5s, shutdown_grace: 1m }\n").server;
    assert_eq!(server.shutdown_delay, Duration::from_secs(5));
    assert_eq!(server.shutdown_grace, Duration::from_mins(1));
    assert_eq!(config("").server.shutdown_delay, Duration::ZERO);
}
