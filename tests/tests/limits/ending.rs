//! The end of a server: who hears of it, and what becomes of what is at hand.

use std::time::{Duration, Instant};

use agentup_tests::{
    Answer, Counterpart, Folder, QUICK_START_ENV, Server, Wire, message_v10, tokens::token,
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::{config, local::Local, server};

const STOPPED: &str = "The agent was stopped before this task ended.";

fn read(authority: &str, path: &str) -> Answer {
    let mut wire = Wire::connect(authority);
    wire.send(format!("GET {path} HTTP/1.1\r\nHost: agent\r\n\r\n"));
    wire.answer()
}

#[tokio::test]
async fn a_server_is_ready_until_it_is_told_to_stop() {
    let server = server("shutdown_delay: 1h");
    let ready = server.get("/readyz").await;
    assert_eq!((ready.status, ready.at("/status")), (200, "ready".into()));
    let admin = token("root", "admin");
    let report = server.ask("admin_status", &admin, "status").await.reply();
    assert!(report.contains("Operational"), "{report}");

    server.ask_to_stop();
    let _ = server.log().wait_for("not ready any more");
    let stopping = read(server.authority(), "/readyz");
    assert_eq!(
        (stopping.status, stopping.at("/status")),
        (503, "stopping".into())
    );
    assert_eq!(read(server.authority(), "/healthz").status, 200, "it lives");
    // New connections are taken, and told that they will not last.
    let asked = server.ask("admin_status", &admin, "status").await;
    assert_eq!(asked.header("connection"), Some("close"));
    assert!(asked.reply().contains("Degraded"), "{asked:?}");

    // Who does not want to wait says it again.
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
    assert!(stopped.log.contains("stopped at once"), "{stopped:?}");
}

/// The effect of `server.shutdown_delay`.
#[test]
fn a_server_that_is_told_to_stop_takes_requests_for_a_while() {
    let server = server("shutdown_delay: 1s");
    let begun = Instant::now();
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

/// What is still at work after the grace is told to all who watch.
#[tokio::test]
async fn streams_end_with_the_fate_of_their_task() {
    let local = Local::serve("shutdown_grace: 0", "");
    let body = json!({
        "jsonrpc": "2.0", "id": "1", "method": "SendStreamingMessage",
        "params": message_v10("endless", "go"),
    });
    let alice = token("alice", "");
    let request = local
        .post(body.to_string())
        .bearer_auth(&alice)
        .header("A2A-Version", "1.0");
    let response = request.send().await.unwrap();
    let mut stream = response.bytes_stream();
    let mut text = stream.next().await.unwrap().unwrap().to_vec();
    let reading = tokio::spawn(async move {
        // Every piece is whole: the stream ends, it does not break off.
        while let Some(piece) = stream.next().await {
            text.extend(piece.unwrap());
        }
        String::from_utf8(text).unwrap()
    });
    local.stop().await;
    let text = reading.await.unwrap();
    let last = text
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .next_back();
    let last: Value = serde_json::from_str(last.unwrap()).unwrap();
    let status = &last["result"]["statusUpdate"]["status"];
    assert_eq!(status["state"], "TASK_STATE_FAILED", "{text}");
    assert_eq!(status["message"]["parts"][0]["text"], STOPPED);
}

/// So are webhooks.
#[tokio::test]
async fn webhooks_hear_the_fate_of_their_task() {
    let webhook = Counterpart::start(|_, caller| caller.json(200, &json!({})));
    let local = Local::serve(
        "shutdown_grace: 0",
        "push_notifications: { allow_private_targets: true }\n",
    );
    let mut params = message_v10("endless", "go");
    params["configuration"] = json!({
        "returnImmediately": true,
        "taskPushNotificationConfig": {"url": webhook.url()},
    });
    let answer = local
        .call_v10(&token("alice", ""), "SendMessage", params)
        .await;
    assert_eq!(
        answer.at("/result/task/status/state"),
        "TASK_STATE_WORKING",
        "{answer:?}"
    );
    local.stop().await;
    let told = webhook.seen();
    let last = &told.last().unwrap().body["statusUpdate"]["status"];
    assert_eq!(last["state"], "TASK_STATE_FAILED", "{told:?}");
    assert_eq!(last["message"]["parts"][0]["text"], STOPPED);
}

/// A busy server is not taken for a dead one.
#[tokio::test]
async fn probes_are_answered_by_a_server_without_a_free_place() {
    let folder = Folder::new(&config("limits: { concurrency: 1 }"), QUICK_START_ENV);
    let server = Server::start_in(folder);
    let mut busy = Wire::connect(server.authority());
    let credential = format!("Authorization: Bearer {}", token("alice", ""));
    // The server takes the request in when it asks for the body.
    busy.send_head(&[
        &credential,
        "Content-Type: application/json",
        "Content-Length: 100",
        "Expect: 100-continue",
    ]);
    assert_eq!(busy.answer().status, 100);
    let refused = server.ask("public_echo", &token("bob", ""), "hi").await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(server.get("/healthz").await.status, 200);
    assert_eq!(server.get("/readyz").await.status, 200);
}
