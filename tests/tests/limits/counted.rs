//! What the limits turn away is counted, each under its key, where Prometheus reads it.

use std::{collections::BTreeMap, time::Instant};

use agentup_tests::{
    Answer, METRICS_CONFIG, PATIENCE, QUICK_START_ENV, Scrape, Server, Wire, tokens::token,
};

use crate::config;

const GET: &str = "GET /healthz HTTP/1.1\r\nHost: agent\r\n\r\n";

/// The Quick Start's agent with these settings of `server`, and metrics.
fn server(settings: &str) -> Server {
    let config = format!("{}{METRICS_CONFIG}", config(settings));
    Server::start(&config, QUICK_START_ENV)
}

fn get(server: &Server, lines: &str) -> Wire {
    let mut wire = Wire::connect(server.authority());
    wire.send(GET.replace("\r\n\r\n", &format!("\r\n{lines}\r\n")));
    wire
}

/// How often each limit has turned something away, if it has.
fn hits(scrape: &Scrape) -> BTreeMap<&str, i64> {
    let limit = |series: &str| series.starts_with("agentup_limit_hits_total{limit=\"");
    let all = scrape.names().into_iter().filter(|name| limit(name));
    let named = all.map(|name| (name.split('"').nth(1).unwrap(), scrape.count(name)));
    named.filter(|(_, count)| *count > 0).collect()
}

/// Waits until so many hits of this limit are counted, and none of another. What a client sees may
/// come a moment before.
async fn assert_counted(server: &Server, limit: &str, times: i64) {
    let begun = Instant::now();
    loop {
        let scrape = server.scrape().await;
        let hits = hits(&scrape);
        if hits == BTreeMap::from([(limit, times)]) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{limit}: {hits:?}");
    }
}

#[tokio::test]
async fn connections_and_those_that_make_room_are_counted() {
    let server = server("limits: { connections: 8 }");
    let mut silent: Vec<_> = (0..8).map(|_| Wire::connect(server.authority())).collect();
    assert_eq!(get(&server, "").answer().status, 200);
    assert!(silent[0].is_closed());
    assert_counted(&server, "connections", 1).await;
    let scrape = server.scrape().await;
    assert_eq!(scrape.count("agentup_connections_limit"), 8);
    assert_eq!(scrape.count("agentup_connections_total"), 9);
    drop(silent);
    let begun = Instant::now();
    while server.scrape().await.count("agentup_connections_open") != 0 {
        assert!(begun.elapsed() < PATIENCE, "connections stay open");
    }
}

#[tokio::test]
async fn open_connections_are_counted_while_they_are_open() {
    let server = server("limits: { connections_per_source: 2 }");
    let mut open = [get(&server, ""), get(&server, "")];
    assert!(open.iter_mut().all(|wire| wire.answer().status == 200));
    let scrape = server.scrape().await;
    assert_eq!(scrape.count("agentup_connections_open"), 2);
    assert!(get(&server, "").is_closed());
    assert_counted(&server, "connections_per_source", 1).await;
}

/// As many as the system lets the process have, where that is fewer than is configured.
#[tokio::test]
async fn the_limit_of_connections_is_the_one_that_holds() {
    let config = format!("{}{METRICS_CONFIG}", config("port: 0"));
    let folder = agentup_tests::Folder::new(&config, QUICK_START_ENV);
    let server = Server::start_after("ulimit -n 300", folder);
    let limit = server.scrape().await.count("agentup_connections_limit");
    assert!((1..300).contains(&limit), "{limit}");
}

#[tokio::test]
async fn heads_that_are_too_large_are_counted() {
    for (settings, lines) in [
        (
            "header_size: 8KiB",
            format!("X-Large: {}\r\n", "x".repeat(9 << 10)),
        ),
        ("headers: 10", "X-Line: x\r\n".repeat(10)),
    ] {
        let server = server(&format!("limits: {{ {settings} }}"));
        assert_eq!(get(&server, &lines).answer().status, 431);
        assert_counted(&server, "header_size", 1).await;
    }
}

#[tokio::test]
async fn connections_that_take_too_long_are_counted() {
    let late = server("limits: { header_timeout: 1s }");
    assert!(Wire::connect(late.authority()).is_closed());
    assert_counted(&late, "header_timeout", 1).await;
    let idle = server("limits: { idle_timeout: 1s }");
    let mut wire = get(&idle, "");
    assert_eq!(wire.answer().status, 200);
    assert!(wire.is_closed());
    assert_counted(&idle, "idle_timeout", 1).await;
}

#[tokio::test]
async fn requests_for_which_there_is_no_place_are_counted() {
    let alice = token("alice", "");
    let full = server("limits: { concurrency: 1, body_timeout: 1m }");
    let _waiting = Wire::waiting(&full, &alice);
    let card = full.get("/.well-known/agent-card.json").await;
    assert_eq!(card.status, 503);
    assert_counted(&full, "concurrency", 1).await;

    let many = server("limits: { requests_per_caller: 1, body_timeout: 1m }");
    let _waiting = Wire::waiting(&many, &alice);
    assert_eq!(many.ask("public_echo", &alice, "hi").await.status, 429);
    assert_counted(&many, "requests_per_caller", 1).await;
}

#[tokio::test]
async fn bodies_that_take_too_long_are_counted() {
    let late = server("limits: { body_timeout: 1s }");
    assert_eq!(
        Wire::waiting(&late, &token("alice", "")).answer().status,
        408
    );
    assert_counted(&late, "body_timeout", 1).await;
}

#[tokio::test]
async fn requests_that_come_too_often_are_counted() {
    let alice = token("alice", "");
    let often = server("limits: { requests_per_minute: 1 }");
    assert_eq!(often.ask("public_echo", &alice, "hi").await.status, 200);
    assert_eq!(often.ask("public_echo", &alice, "hi").await.status, 429);
    assert_counted(&often, "requests_per_minute", 1).await;

    let guessed = server("trusted_proxies: [], limits: { refusals_per_minute: 1 }");
    for status in [401, 429, 429] {
        let guess = guessed.post("{}").bearer_auth("a.b.c");
        assert_eq!(Answer::to(guess).await.status, status);
    }
    assert_counted(&guessed, "refusals_per_minute", 2).await;
}
