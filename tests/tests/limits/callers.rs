//! What one caller may have: so many requests, and so many streams.

use agentup_tests::{Answer, PATIENCE, Wire, message_v10, tokens::token};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::time::Instant;

use crate::{local::Local, server};

/// The effect of `server.limits.requests_per_minute` and `server.limits.burst_size`.
#[tokio::test]
async fn a_caller_has_so_many_requests_whatever_they_ask() {
    let server = server("limits: { requests_per_minute: 2, burst_size: 3 }");
    let (alice, bob) = (token("alice", ""), token("bob", ""));
    assert_eq!(server.ask("public_echo", &alice, "hi").await.status, 200);
    let listed = server.call_v10(&alice, "ListTasks", json!({})).await;
    assert_eq!(listed.status, 200);
    let denied = server.ask_v10("admin_status", &alice, "hi").await;
    assert_eq!(denied.status, 403, "a denial is an answer like others");
    // Another token of the same caller has no requests of its own.
    let other_token = token("alice", "basic");
    let refused = server.ask("public_echo", &other_token, "hi").await;
    assert_eq!(refused.status, 429, "{refused:?}");
    let pause: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=30).contains(&pause), "{refused:?}");
    assert_eq!(
        refused.at("/error/message"),
        "You have sent too many requests; try again later"
    );
    let rest = server.request("GET", "/tasks").bearer_auth(&alice);
    assert_eq!(Answer::to(rest).await.status, 429);
    assert_eq!(server.ask("public_echo", &bob, "hi").await.status, 200);
    assert_eq!(server.get("/healthz").await.status, 200);
    let log = server.log().wait_for("caller_rate_limited");
    let line = log
        .lines()
        .find(|line| line.contains("caller_rate_limited"));
    assert!(line.unwrap().contains("user=alice"), "{line:?}");
}

/// The effect of `server.limits.requests_per_caller`.
#[tokio::test]
async fn a_caller_has_so_many_requests_at_a_time() {
    let server = server("limits: { requests_per_caller: 2, body_timeout: 1m }");
    let (alice, bob) = (token("alice", ""), token("bob", ""));
    let slow = [
        Wire::waiting(&server, &alice),
        Wire::waiting(&server, &alice),
    ];
    let ask = async |token: &str| server.ask("public_echo", token, "hi").await;
    // By another token of the same caller.
    let refused = ask(&token("alice", "basic")).await;
    assert_eq!(refused.status, 429, "{refused:?}");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.at("/error/status"), "RESOURCE_EXHAUSTED");
    let rest = server.request("GET", "/tasks").bearer_auth(&alice);
    assert_eq!(Answer::to(rest).await.status, 429);
    assert_eq!(ask(&bob).await.status, 200, "others have their own");
    assert_eq!(server.get("/healthz").await.status, 200);
    let log = server.log().wait_for("requests_limited");
    let line = log.lines().find(|line| line.contains("requests_limited"));
    assert!(line.unwrap().contains("user=alice"), "{line:?}");

    // Whoever goes away gives the places back.
    drop(slow);
    let begun = Instant::now();
    while ask(&alice).await.status != 200 {
        assert!(begun.elapsed() < PATIENCE, "the places are not given back");
    }
}

/// However a request ends, and a stream is none that goes on.
#[tokio::test]
async fn a_request_gives_its_place_back_when_it_ends() {
    let local = Local::serve("limits: { requests_per_caller: 1 }, shutdown_grace: 0", "");
    let alice = token("alice", "");
    for _ in 0..3 {
        assert_eq!(local.ask_v10("faulty", &alice, "hi").await.status, 500);
        assert_eq!(local.ask_v10("nosuch", &alice, "hi").await.status, 200);
        assert_eq!(local.ask_v10("public_echo", &alice, "hi").await.status, 200);
    }
    let params = message_v10("endless", "go");
    let body =
        json!({"jsonrpc": "2.0", "id": "1", "method": "SendStreamingMessage", "params": params});
    let request = local.post(body.to_string()).bearer_auth(&alice);
    let response = request.header("A2A-Version", "1.0").send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut events = response.bytes_stream();
    assert!(events.next().await.unwrap().is_ok(), "the stream is open");
    assert_eq!(local.ask_v10("public_echo", &alice, "hi").await.status, 200);
    drop(events);
    local.stop().await;
}

/// The effect of `server.limits.streams_per_caller`.
#[tokio::test]
async fn a_caller_has_so_many_streams_at_a_time() {
    let local = Local::serve("limits: { streams_per_caller: 1 }, shutdown_grace: 0", "");
    let (alice, bob) = (token("alice", ""), token("bob", ""));
    let body = json!({
        "jsonrpc": "2.0", "id": "1", "method": "SendStreamingMessage",
        "params": message_v10("endless", "go"),
    });
    let request = local
        .post(body.to_string())
        .bearer_auth(&alice)
        .header("A2A-Version", "1.0");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut events = response.bytes_stream();
    assert!(events.next().await.unwrap().is_ok(), "the stream is open");

    let another = async |token: &str| {
        let params = message_v10("public_echo", "hi");
        local.call_v10(token, "SendStreamingMessage", params).await
    };
    let refused = another(&alice).await;
    assert_eq!(refused.status, 429, "{refused:?}");
    assert_eq!(refused.at("/error/status"), "RESOURCE_EXHAUSTED");
    assert_eq!(
        another(&bob).await.status,
        200,
        "others have streams of their own"
    );
    let asked = local.ask_v10("public_echo", &alice, "hi").await;
    assert_eq!(asked.status, 200, "it is no stream");

    // Whoever goes away gives the place back.
    drop(events);
    let begun = Instant::now();
    while another(&alice).await.status != 200 {
        assert!(begun.elapsed() < PATIENCE, "the place is not given back");
    }
    local.stop().await;
}
