//! Bodies that take their time, and clients that do not take what they are sent.

use std::time::Duration;

use agentup_tests::{PATIENCE, Scrape, Wire, message_v10, tokens::token};
use serde_json::json;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, time::Instant};

use crate::{local::Local, server};

fn begin(wire: &mut Wire, length: usize) {
    let credential = format!("Authorization: Bearer {}", token("alice", ""));
    let length = format!("Content-Length: {length}");
    wire.send_head(&[&credential, "Content-Type: application/json", &length]);
}

/// The effect of `server.limits.body_timeout`.
#[test]
fn a_body_must_come_in_time() {
    let server = server("limits: { body_timeout: 1s }");
    let mut wire = Wire::connect(server.authority());
    begin(&mut wire, 1000);
    wire.send("{");
    let answer = wire.answer();
    assert_eq!(answer.status, 408, "{answer:?}");
    assert_eq!(answer.at("/error/status"), "DEADLINE_EXCEEDED");
    assert!(wire.is_closed());
}

/// The effect of `server.limits.body_rate`.
#[test]
fn a_body_that_comes_at_its_pace_has_more_time() {
    let server = server("limits: { body_timeout: 1s, body_rate: 1 }");
    let mut wire = Wire::connect(server.authority());
    begin(&mut wire, 10_000);
    // Each of these bytes is worth a second.
    wire.send("x".repeat(1000));
    let mut other = Wire::connect(server.authority());
    begin(&mut other, 10_000);
    assert_eq!(other.answer().status, 408, "nothing of it has come");
    wire.send("x".repeat(9000));
    let answer = wire.answer();
    assert_eq!(
        answer.error_code(),
        -32700,
        "read whole, and no JSON: {answer:?}"
    );
}

/// The effect of `server.limits.write_timeout`.
#[tokio::test]
async fn a_client_that_takes_nothing_is_let_go() {
    let metrics = "observability: { metrics: { enabled: true, listen: same } }\n";
    let settings = "limits: { write_timeout: 1s, streams_per_caller: 1 }";
    let local = Local::serve(settings, metrics);
    let alice = token("alice", "");
    let params = message_v10("flood", "go");
    let body =
        json!({"jsonrpc": "2.0", "id": 1, "method": "SendStreamingMessage", "params": params});
    let body = body.to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: agent\r\nAuthorization: Bearer {alice}\r\n\
         A2A-Version: 1.0\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut never_read = TcpStream::connect(local.authority()).await.unwrap();
    never_read.write_all(request.as_bytes()).await.unwrap();
    never_read.readable().await.unwrap();

    // Its stream is the only one that the caller may have, until the server lets it go.
    let begun = Instant::now();
    let mut seen = Vec::new();
    loop {
        let params = message_v10("public_echo", "hi");
        let answer = local.call_v10(&alice, "SendStreamingMessage", params).await;
        seen.push(answer.status);
        if answer.status == 200 && seen.contains(&429) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{seen:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let scrape = Scrape::parse(local.get("/metrics").await.body);
    let hits =
        |limit: &str| scrape.count(&format!("agentup_limit_hits_total{{limit=\"{limit}\"}}"));
    let refused = seen.iter().filter(|status| **status == 429).count();
    assert_eq!(hits("streams_per_caller"), i64::try_from(refused).unwrap());
    assert_eq!(hits("write_timeout"), 1);
    local.stop().await;
    drop(never_read);
}
