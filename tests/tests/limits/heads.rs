//! Heads of requests, and connections that wait for one.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use agentup_tests::{PATIENCE, Wire};

use crate::server;

const GET: &str = "GET /healthz HTTP/1.1\r\nHost: agent\r\n\r\n";

fn get_with(lines: &str) -> String {
    format!("GET /healthz HTTP/1.1\r\nHost: agent\r\n{lines}\r\n")
}

/// The effect of `server.limits.header_size`.
#[test]
fn a_head_that_is_too_large_is_refused() {
    let server = server("limits: { header_size: 8KiB }");
    let status = |size: usize| {
        let mut wire = Wire::connect(server.authority());
        wire.send(get_with(&format!("X-Large: {}\r\n", "x".repeat(size))));
        wire.answer().status
    };
    assert_eq!(status(7 << 10), 200);
    assert_eq!(status(9 << 10), 431);
}

/// The effect of `server.limits.headers`.
#[test]
fn a_head_with_too_many_lines_is_refused() {
    let server = server("limits: { headers: 10 }");
    let status = |lines: usize| {
        let mut wire = Wire::connect(server.authority());
        let lines: Vec<_> = (0..lines).map(|line| format!("X-{line}: x\r\n")).collect();
        wire.send(get_with(&lines.concat()));
        wire.answer().status
    };
    assert_eq!(status(9), 200, "with the host they are ten");
    assert_eq!(status(10), 431);
}

/// The effect of `server.limits.header_timeout`.
#[test]
fn a_head_must_come_in_time() {
    let server = server("limits: { header_timeout: 1s }");
    let begun = Instant::now();
    let mut silent = Wire::connect(server.authority());
    let mut half = Wire::connect(server.authority());
    half.send("GET /healthz HTTP/1.1\r\nHost: ");
    // One that has been answered has as much time for its next head.
    let mut second = Wire::connect(server.authority());
    second.send(GET);
    assert_eq!(second.answer().status, 200);
    second.send("GET /heal");
    assert!(silent.is_closed() && half.is_closed() && second.is_closed());
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert!(
        begun.elapsed() < PATIENCE,
        "it was the server who closed them"
    );
}

/// Bytes that come one after the other buy no time.
#[test]
fn a_head_that_trickles_is_given_up() {
    let server = server("limits: { header_timeout: 1s }");
    let mut stream = TcpStream::connect(server.authority()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        .unwrap();
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "it trickles on and on");
        let is_gone = stream.write_all(b"x").is_err();
        let waits = |kind| matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut);
        match stream.read(&mut [0]) {
            Err(error) if waits(error.kind()) && !is_gone => {}
            ended => {
                assert!(!matches!(ended, Ok(1..)), "an answer to half a head");
                return;
            }
        }
    }
}

/// The effect of `server.limits.idle_timeout`.
#[test]
fn a_connection_that_asks_for_nothing_more_is_closed() {
    let server = server("limits: { idle_timeout: 1s }");
    let mut wire = Wire::connect(server.authority());
    for _ in 0..2 {
        wire.send(GET);
        assert_eq!(wire.answer().status, 200);
    }
    let begun = Instant::now();
    assert!(wire.is_closed());
    // Its time began a moment before the answer was read here.
    assert!(begun.elapsed() >= Duration::from_millis(500));
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "not for a head that is late"
    );
}
