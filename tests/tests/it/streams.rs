//! Streams of events: the task first, then what happens to it, then the end.

use agentup_tests::{Answer, Server, message_v03, message_v10, tokens::token};
use serde_json::{Value, json};

/// Every event of a JSON-RPC stream is a whole response with the id of the call (A2A §9).
fn results(answer: &Answer) -> Vec<Value> {
    let events = answer.events();
    assert!(
        events
            .iter()
            .all(|event| event["jsonrpc"] == "2.0" && event["id"] == "1"),
        "{events:?}"
    );
    events
        .into_iter()
        .map(|mut event| event["result"].take())
        .collect()
}

#[tokio::test]
async fn the_old_stream_tells_its_events_apart_by_kind() {
    let server = Server::quick_start();
    let params = message_v03("basic_assistant", "hello");
    let answer = server
        .call(&token("alice", "basic"), "message/stream", params)
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let results = results(&answer);
    let kinds: Vec<_> = results
        .iter()
        .map(|result| result["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["task", "artifact-update", "status-update"],
        "{results:?}"
    );
    let text = &results[1]["artifact"]["parts"][0]["text"];
    assert_eq!(
        text,
        "👋 Hello alice! I'm your basic AI assistant. How can I help you today?"
    );
    assert_eq!(
        (&results[2]["status"]["state"], &results[2]["final"]),
        (&"completed".into(), &true.into())
    );
    for result in &results[1..] {
        assert_eq!(result["taskId"], results[0]["id"]);
        assert_eq!(result["contextId"], results[0]["contextId"]);
    }
}

#[tokio::test]
async fn the_new_stream_tells_its_events_apart_by_member() {
    let server = Server::quick_start();
    let params = message_v10("public_echo", "hi");
    let answer = server
        .call_v10(&token("alice", ""), "SendStreamingMessage", params)
        .await;
    let results = results(&answer);
    let members: Vec<_> = results
        .iter()
        .map(|result| {
            result
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
                .join("+")
        })
        .collect();
    assert_eq!(
        members,
        ["task", "artifactUpdate", "statusUpdate"],
        "{results:?}"
    );
    assert_eq!(
        results[1]["artifactUpdate"]["artifact"]["parts"][0]["text"],
        "Echo: hi (from user alice)"
    );
    assert_eq!(
        results[2]["statusUpdate"]["status"]["state"],
        "TASK_STATE_COMPLETED"
    );
    assert!(
        !answer.body.contains("\"final\"") && !answer.body.contains("\"kind\""),
        "{answer:?}"
    );
}

#[tokio::test]
async fn what_was_streamed_is_what_is_kept() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let params = message_v10("public_echo", "hi");
    let results = results(
        &server
            .call_v10(&alice, "SendStreamingMessage", params)
            .await,
    );
    let id = &results[0]["task"]["id"];
    let task = server
        .call_v10(&alice, "GetTask", json!({"id": id}))
        .await
        .at("/result");
    assert_eq!(
        task["artifacts"][0],
        results[1]["artifactUpdate"]["artifact"]
    );
    assert_eq!(task["status"], results[2]["statusUpdate"]["status"]);
}

/// A denial is known before a stream begins: for clients of 0.3 it is the task and nothing more.
#[tokio::test]
async fn a_denied_stream_is_the_rejected_task_alone() {
    let server = Server::quick_start();
    let params = message_v03("admin_status", "x");
    let answer = server
        .call(&token("alice", "basic"), "message/stream", params)
        .await;
    let results = results(&answer);
    assert_eq!(results.len(), 1, "{results:?}");
    assert_eq!(results[0]["status"]["state"], "rejected");
    assert!(
        results[0]["artifacts"][0]["parts"][0]["text"]
            .as_str()
            .unwrap()
            .starts_with('❌')
    );
}

#[tokio::test]
async fn faults_before_a_stream_are_plain_errors() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    for (params, code) in [(json!({}), -32602), (message_v03("nosuch", "x"), -32602)] {
        let answer = server.call(&alice, "message/stream", params).await;
        assert_eq!((answer.status, answer.error_code()), (200, code.into()));
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    let unauthenticated =
        Answer::to(server.post(r#"{"jsonrpc":"2.0","id":1,"method":"message/stream"}"#)).await;
    assert_eq!(unauthenticated.status, 401);
}

#[tokio::test]
async fn a_finished_task_cannot_be_subscribed_to() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let id = server
        .ask("public_echo", &alice, "hi")
        .await
        .at("/result/id");
    for answer in [
        server
            .call(&alice, "tasks/resubscribe", json!({"id": id}))
            .await,
        server
            .call_v10(&alice, "SubscribeToTask", json!({"id": id}))
            .await,
    ] {
        assert_eq!(
            (answer.status, answer.error_code()),
            (200, (-32004).into()),
            "{answer:?}"
        );
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}
