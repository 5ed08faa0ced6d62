//! Tasks: their owner reads and cancels them, and for everybody else they are not there.

use agentup_tests::{
    Answer, QUICK_START, QUICK_START_ENV, Server, message_id,
    tokens::{token, token_but},
};
use serde_json::{Value, json};

const NOT_FOUND: i64 = -32001;
const NOT_CANCELABLE: i64 = -32002;

async fn task_id(server: &Server, token: &str) -> String {
    server
        .ask("public_echo", token, "hi")
        .await
        .text_at("/result/id")
}

#[tokio::test]
async fn the_owner_reads_a_task_as_it_was_answered() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let sent = server.ask("public_echo", &alice, "hi").await.at("/result");
    let read = server
        .call(&alice, "tasks/get", json!({"id": sent["id"]}))
        .await
        .at("/result");
    assert_eq!(read, sent);
    assert_eq!(read["status"]["state"], "completed");
    assert_eq!(read["history"][0]["taskId"], read["id"]);
    assert_eq!(read["history"][0]["contextId"], read["contextId"]);
    // Another token of the same subject is the same owner.
    let again = token("alice", "basic");
    let read = server
        .call(&again, "tasks/get", json!({"id": sent["id"]}))
        .await
        .at("/result");
    assert_eq!(read, sent);
}

#[tokio::test]
async fn what_has_ended_cannot_be_canceled() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let id = task_id(&server, &alice).await;
    let answer = server.call(&alice, "tasks/cancel", json!({"id": id})).await;
    assert_eq!(answer.error_code(), NOT_CANCELABLE);
    let rejected = server
        .ask("admin_status", &alice, "hi")
        .await
        .text_at("/result/id");
    let answer = server
        .call(&alice, "tasks/cancel", json!({"id": rejected}))
        .await;
    assert_eq!(answer.error_code(), NOT_CANCELABLE);
}

/// Every method that takes a task, in both generations, answers a foreign task as one that does
/// not exist: the same status, code, words and data, but for the id that was asked for.
async fn check_not_there(server: &Server, stranger: &str, id: &str) {
    let unknown = "00000000-0000-4000-8000-000000000000";
    let methods = [
        (true, "tasks/get"),
        (true, "tasks/cancel"),
        (true, "tasks/resubscribe"),
        (false, "GetTask"),
        (false, "CancelTask"),
        (false, "SubscribeToTask"),
    ];
    for (is_v03, method) in methods {
        let asked = async |id: &str| {
            let params = json!({"id": id});
            if is_v03 {
                server.call(stranger, method, params).await
            } else {
                server.call_v10(stranger, method, params).await
            }
        };
        let (foreign, missing) = (asked(id).await, asked(unknown).await);
        assert_eq!(foreign.error_code(), NOT_FOUND, "{method}: {foreign:?}");
        assert_same(&foreign, &missing, id, unknown);
    }
    let follow_up = async |id: &str| {
        let message = json!({"role": "user", "messageId": message_id(), "taskId": id, "parts": [{"kind": "text", "text": "x"}]});
        server
            .call(stranger, "message/send", json!({"message": message}))
            .await
    };
    let (foreign, missing) = (follow_up(id).await, follow_up(unknown).await);
    assert_eq!(foreign.error_code(), NOT_FOUND, "{foreign:?}");
    assert_same(&foreign, &missing, id, unknown);
    for path in ["", ":cancel", ":subscribe"] {
        let asked = async |id: &str| {
            let method = if path.is_empty() { "GET" } else { "POST" };
            let request = server.request(method, &format!("/tasks/{id}{path}"));
            Answer::to(request.bearer_auth(stranger).header("A2A-Version", "1.0")).await
        };
        let (foreign, missing) = (asked(id).await, asked(unknown).await);
        assert_eq!(foreign.status, 404, "{path}: {foreign:?}");
        assert_same(&foreign, &missing, id, unknown);
    }
    let tasks = server.call_v10(stranger, "ListTasks", json!({})).await;
    assert_eq!(tasks.at("/result/totalSize"), 0, "{tasks:?}");
}

fn assert_same(foreign: &Answer, missing: &Answer, id: &str, unknown: &str) {
    assert_eq!(foreign.status, missing.status);
    assert_eq!(foreign.body.replace(id, unknown), missing.body);
    let names = |answer: &Answer| {
        let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(foreign), names(missing));
}

#[tokio::test]
async fn another_subjects_task_is_not_there() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let id = task_id(&server, &alice).await;
    assert_eq!(
        server
            .call(&alice, "tasks/get", json!({"id": id}))
            .await
            .status,
        200
    );
    for stranger in ["mallory", "Alice", "alice ", "alic", "alicea"] {
        check_not_there(&server, &token(stranger, "admin"), &id).await;
    }
    let read = server.call(&alice, "tasks/get", json!({"id": id})).await;
    assert_eq!(read.at("/result/status/state"), "completed");
}

#[tokio::test]
async fn another_issuers_task_is_not_there() {
    let config = QUICK_START.replace(
        "issuer: \"${JWT_ISSUER:test-issuer}\"",
        "issuer: [test-issuer, other-issuer]",
    );
    let server = Server::start(&config, QUICK_START_ENV);
    let id = task_id(&server, &token("alice", "")).await;
    let namesake = token_but("alice", "admin", json!({"iss": "other-issuer"}));
    assert_eq!(
        server
            .ask("public_echo", &token("alice", ""), "hi")
            .await
            .status,
        200
    );
    check_not_there(&server, &namesake, &id).await;
    assert_eq!(
        server.ask("public_echo", &namesake, "hi").await.reply(),
        "Echo: hi (from user alice)"
    );
}

#[tokio::test]
async fn a_task_keeps_its_history_as_long_as_asked_for() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let id = task_id(&server, &alice).await;
    let history = async |params: Value| {
        server
            .call_v10(&alice, "GetTask", params)
            .await
            .at("/result/history")
    };
    assert_eq!(
        history(json!({"id": id})).await.as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(
        history(json!({"id": id, "historyLength": 1}))
            .await
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert!(
        history(json!({"id": id, "historyLength": 0}))
            .await
            .is_null(),
        "A2A §3.2.4: no member"
    );
}
