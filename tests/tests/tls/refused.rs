//! Who gets no connection is counted by the reason, and recorded where it is refused.

use std::{collections::BTreeMap, time::Instant};

use agentup_tests::{Authority, Folder, PATIENCE, QUICK_START_ENV, Server, Stopped, Wire};
use reqwest::tls;
use serde_json::Value;

use super::{Secured, config, greeting::old_greeting, trusting, write};

const OBSERVED: &str = "observability:\n  metrics: { enabled: true, listen: \"127.0.0.1:0\" }\n  \
                        audit: { file: audit.jsonl }\n";

/// An agent with metrics and an audit whose `server.tls` has these keys beside the two files.
fn observed(tls: &str) -> Secured {
    let authority = Authority::new("Test Authority");
    let folder = Folder::new(&format!("{}{OBSERVED}", config(tls)), QUICK_START_ENV);
    write(&folder, &authority.server());
    folder.write("ca.pem", &authority.pem());
    Secured {
        server: Server::start_in(folder),
        authority,
    }
}

/// The handshakes that failed, by code, and those that did not.
async fn handshakes(agent: &Secured) -> (BTreeMap<String, i64>, i64) {
    let scrape = agent.server.scrape().await;
    let is_failure = |name: &&str| name.starts_with("agentup_tls_handshake_failures_total{");
    let failures = scrape.names().into_iter().filter(is_failure).map(|name| {
        let code = name.split('"').nth(1).unwrap();
        (code.to_owned(), scrape.count(name))
    });
    let failures = failures.filter(|(_, count)| *count > 0).collect();
    (failures, scrape.count("agentup_tls_handshakes_total"))
}

/// Waits until so many have failed: a client may see the end a moment before it is counted.
async fn assert_failed(agent: &Secured, expected: &[(&str, i64)]) {
    let expected = expected
        .iter()
        .map(|(code, count)| ((*code).to_owned(), *count));
    let expected: BTreeMap<_, _> = expected.collect();
    let begun = Instant::now();
    loop {
        let (failed, _) = handshakes(agent).await;
        if failed == expected {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{failed:?} is not {expected:?}");
    }
}

/// The events of this name, each as it stands there.
fn events(stopped: &Stopped, name: &str) -> Vec<Value> {
    let events = stopped
        .audit
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    events
        .filter(|event: &Value| event["event"] == name)
        .collect()
}

fn send(agent: &Secured, bytes: &[u8]) {
    let mut wire = Wire::connect(agent.server.authority());
    wire.send(bytes);
    // Whatever is said first, it comes to its end.
    while !wire.is_closed() {
        let _ = wire.bytes(1);
    }
}

#[tokio::test]
async fn every_reason_is_counted_and_refusals_are_recorded() {
    let agent = observed("    client_ca_file: ca.pem\n");
    let alice = agent.authority.client("alice");
    for _ in 0..2 {
        let answer = agent.client_with(&alice).get("/healthz").await;
        assert_eq!(answer.status, 200);
    }
    send(&agent, b"GET / HTTP/1.1\r\nHost: agent\r\n\r\n");
    send(&agent, b"\x00\x01\x02");
    send(&agent, &old_greeting());
    send(&agent, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00");
    drop(Wire::connect(agent.server.authority()));
    let stranger = Authority::new("Stranger");
    for version in [tls::Version::TLS_1_2, tls::Version::TLS_1_3] {
        let trusting = |authority: &Authority| trusting(authority).tls_version_max(version);
        for builder in [
            trusting(&agent.authority),
            trusting(&agent.authority).identity(super::identity(&stranger.client("eve"))),
            trusting(&stranger).identity(super::identity(&alice)),
        ] {
            let refused = agent.client_of(builder).request("GET", "/healthz").send();
            assert!(refused.await.is_err());
        }
    }
    assert_failed(
        &agent,
        &[
            ("tls_bad_certificate", 2),
            ("tls_broken", 1),
            ("tls_closed", 1),
            ("tls_distrusted", 2),
            ("tls_incompatible", 1),
            ("tls_no_certificate", 2),
            ("tls_not_tls", 1),
            ("tls_plain_http", 1),
        ],
    )
    .await;
    assert_eq!(handshakes(&agent).await.1, 2);
    let events = events(&agent.server.stop(), "tls.refused");
    let mut codes: Vec<_> = events
        .iter()
        .map(|event| event["code"].as_str().unwrap())
        .collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            "tls_bad_certificate",
            "tls_bad_certificate",
            "tls_broken",
            "tls_incompatible",
            "tls_no_certificate",
            "tls_no_certificate",
            "tls_not_tls",
            "tls_plain_http",
        ],
        "who goes away by itself is not refused"
    );
    for event in &events {
        assert_eq!(event["client"], "127.0.0.1", "{event}");
    }
}

#[tokio::test]
async fn a_client_that_is_late_is_counted() {
    let agent = observed("    handshake_timeout: 1\n");
    assert!(Wire::connect(agent.server.authority()).is_closed());
    assert_failed(&agent, &[("tls_late", 1)]).await;
}

#[tokio::test]
async fn a_flood_of_bad_handshakes_does_not_fill_the_audit() {
    let agent = observed("");
    for _ in 0..50 {
        send(&agent, b"\x00\x01\x02");
    }
    assert_failed(&agent, &[("tls_not_tls", 50)]).await;
    let stopped = agent.server.stop();
    let told = events(&stopped, "tls.refused").len();
    // One more for each six seconds that this takes.
    assert!((10..20).contains(&told), "{told}");
    let more = events(&stopped, "tls.refused_more");
    let more: u64 = more
        .iter()
        .map(|event| event["handshakes"].as_u64().unwrap())
        .sum();
    assert_eq!(more, 50 - u64::try_from(told).unwrap());
}

#[tokio::test]
async fn the_end_of_the_certificate_in_force_is_told() {
    let agent = observed("");
    let expires = async || {
        let scrape = agent.server.scrape().await;
        scrape.count("agentup_tls_certificate_expiry_timestamp_seconds")
    };
    write(agent.server.folder(), &agent.authority.server_until(2100));
    let _ = agent.server.log().wait_for("file read again");
    assert_eq!(expires().await, 4_102_444_800);
    write(agent.server.folder(), &agent.authority.server_until(2101));
    let _ = agent.server.log().wait_for_times("file read again", 2);
    assert_eq!(expires().await, 4_133_980_800);
    // What cannot be used is not in force.
    agent.server.folder().write("key.pem", "");
    let _ = agent.server.log().wait_for("file not taken over");
    assert_eq!(expires().await, 4_133_980_800);
}
