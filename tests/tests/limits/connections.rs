//! How many connections there may be, and whose are ended for others.

use std::time::Instant;

use agentup_tests::{Folder, PATIENCE, QUICK_START_ENV, Server, Wire, tokens::token};

use crate::{config, server};

const GET: &str = "GET /healthz HTTP/1.1\r\nHost: agent\r\n\r\n";

fn get(authority: &str) -> Wire {
    let mut wire = Wire::connect(authority);
    wire.send(GET);
    assert_eq!(wire.answer().status, 200);
    wire
}

/// The effect of `server.limits.connections`.
#[tokio::test]
async fn a_full_server_ends_connections_that_only_wait() {
    let server = server("limits: { connections: 8 }");
    let mut silent: Vec<_> = (0..8).map(|_| Wire::connect(server.authority())).collect();
    for _ in 0..4 {
        let _ = get(server.authority());
    }
    assert!(silent[0].is_closed(), "it waited longest");
    let answer = server.ask("public_echo", &token("alice", ""), "hi").await;
    assert_eq!(answer.status, 200);
    let _ = server.log().wait_for("some that only waited were ended");
}

/// The effect of `server.limits.connections_per_source`.
#[test]
fn an_address_has_so_many_connections() {
    let server = server("limits: { connections_per_source: 2 }");
    let open = [get(server.authority()), get(server.authority())];
    let mut third = Wire::connect(server.authority());
    third.send(GET);
    assert!(third.is_closed());
    let _ = server
        .log()
        .wait_for("too many connections from one address");
    drop(open);
    let begun = Instant::now();
    loop {
        let mut again = Wire::connect(server.authority());
        again.send(GET);
        if !again.is_closed() {
            break assert_eq!(again.answer().status, 200);
        }
        assert!(begun.elapsed() < PATIENCE, "the places are not given back");
    }
}

/// A proxy that is trusted has the connections of all its clients.
#[test]
fn a_trusted_proxy_has_as_many_as_it_needs() {
    let server = server("trusted_proxies: [127.0.0.1], limits: { connections_per_source: 1 }");
    let _open = [get(server.authority()), get(server.authority())];
}

#[test]
fn the_server_opens_as_many_files_as_it_may() {
    let folder = Folder::new(&config("port: 0"), QUICK_START_ENV);
    let server = Server::start_after("ulimit -S -n 64", folder);
    let _ = server.log().wait_for("raised the number of open files");
    let _open: Vec<_> = (0..100).map(|_| get(server.authority())).collect();
}

#[test]
fn a_server_that_may_open_few_files_says_so_and_serves() {
    let folder = Folder::new(&config("port: 0"), QUICK_START_ENV);
    let server = Server::start_after("ulimit -n 300", folder);
    let _ = server
        .log()
        .wait_for("too few files for server.limits.connections");
    // More than it may have open: those that wait make room.
    let _open: Vec<_> = (0..400).map(|_| get(server.authority())).collect();
    assert!(!server.log().text().contains("could not be accepted"));
}
