//! Messages that continue something: a conversation by its context, or a task by its id.

use agentup_tests::{Answer, Server, message_id, message_v03, tokens::token};
use serde_json::{Value, json};

const UNSUPPORTED: i64 = -32004;
const INVALID_PARAMS: i64 = -32602;

/// Says something with these members of the message beside the required ones.
async fn say(server: &Server, token: &str, skill: Option<&str>, members: Value) -> Answer {
    let mut message = json!({"role": "user", "messageId": message_id(), "parts": [{"kind": "text", "text": "hi"}]});
    let Value::Object(members) = members else {
        panic!("members are an object")
    };
    message.as_object_mut().unwrap().extend(members);
    let mut params = json!({"message": message});
    if let Some(skill) = skill {
        params["skillId"] = skill.into();
    }
    server.call(token, "message/send", params).await
}

#[tokio::test]
async fn a_context_of_the_callers_own_is_kept() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let first = say(
        &server,
        &alice,
        None,
        json!({"contextId": "my-conversation"}),
    )
    .await;
    assert_eq!(first.at("/result/contextId"), "my-conversation");
    let second = say(
        &server,
        &alice,
        None,
        json!({"contextId": "my-conversation"}),
    )
    .await;
    assert_eq!(second.at("/result/contextId"), "my-conversation");
    assert_ne!(
        first.at("/result/id"),
        second.at("/result/id"),
        "each has a task of its own"
    );
}

#[tokio::test]
async fn a_context_is_made_where_none_is_given() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let mut seen = Vec::new();
    for members in [
        json!({}),
        json!({"contextId": ""}),
        json!({"contextId": null}),
    ] {
        let context = say(&server, &alice, None, members)
            .await
            .text_at("/result/contextId");
        assert!(!context.is_empty() && !seen.contains(&context), "{context}");
        seen.push(context);
    }
}

/// Equal names of contexts are no bridge between callers.
#[tokio::test]
async fn a_context_is_the_callers_alone() {
    let server = Server::quick_start();
    let context = json!({"contextId": "shared-name"});
    say(&server, &token("alice", ""), None, context.clone()).await;
    let bob = token("bob", "");
    say(&server, &bob, None, context.clone()).await;
    let list = server.call_v10(&bob, "ListTasks", context).await;
    assert_eq!(list.at("/result/totalSize"), 1);
    assert_eq!(list.at("/result/tasks/0/history/0/parts/0/text"), "hi");
}

#[tokio::test]
async fn a_task_that_has_ended_takes_no_message() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let ended = say(&server, &alice, None, json!({})).await;
    let (id, context) = (ended.at("/result/id"), ended.at("/result/contextId"));
    for members in [
        json!({"taskId": id}),
        json!({"taskId": id, "contextId": context}),
    ] {
        let answer = say(&server, &alice, None, members).await;
        assert_eq!(answer.error_code(), UNSUPPORTED, "{answer:?}");
    }
    let read = server.call(&alice, "tasks/get", json!({"id": id})).await;
    assert_eq!(read.at("/result/history").as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn task_and_context_must_belong_together() {
    let server = Server::quick_start();
    let alice = token("alice", "");
    let id = say(&server, &alice, None, json!({})).await.at("/result/id");
    let answer = say(
        &server,
        &alice,
        None,
        json!({"taskId": id, "contextId": "another"}),
    )
    .await;
    assert_eq!(answer.error_code(), INVALID_PARAMS);
}

#[tokio::test]
async fn a_task_stays_with_its_skill() {
    let server = Server::quick_start();
    let alice = token("alice", "basic");
    let id = say(&server, &alice, Some("public_echo"), json!({}))
        .await
        .at("/result/id");
    let answer = say(
        &server,
        &alice,
        Some("basic_assistant"),
        json!({"taskId": id}),
    )
    .await;
    assert_eq!(answer.error_code(), INVALID_PARAMS);
}

/// Task ids are made by the server alone (A2A §3.4.2).
#[tokio::test]
async fn a_task_id_cannot_be_chosen() {
    let server = Server::quick_start();
    let answer = say(
        &server,
        &token("alice", ""),
        None,
        json!({"taskId": "my-task"}),
    )
    .await;
    assert_eq!(answer.error_code(), -32001);
}

/// Clients that did not get an answer ask again (A2A §3.3.1): the work is done once.
#[tokio::test]
async fn a_message_that_comes_again_gets_its_first_task() {
    let server = Server::quick_start();
    let (alice, bob) = (token("alice", ""), token("bob", ""));
    let params = message_v03("public_echo", "hi");
    let first = server.call(&alice, "message/send", params.clone()).await;
    let again = server.call(&alice, "message/send", params.clone()).await;
    assert_eq!(first.body, again.body);
    // Nobody gets an answer that was made for somebody else.
    let other = server.call(&bob, "message/send", params.clone()).await;
    assert_eq!(other.reply(), "Echo: hi (from user bob)");
    // Another text is another message, whatever its id says.
    let mut changed = params;
    changed["message"]["parts"][0]["text"] = "ho".into();
    let changed = server.call(&alice, "message/send", changed).await;
    assert_eq!(changed.reply(), "Echo: ho (from user alice)");
    let list = server.call_v10(&alice, "ListTasks", json!({})).await;
    assert_eq!(list.at("/result/totalSize"), 2);
}

/// What was denied is decided anew: the caller may hold another token by then.
#[tokio::test]
async fn a_denied_message_is_not_remembered() {
    let server = Server::quick_start();
    let params = message_v03("basic_assistant", "hello");
    let denied = server
        .call(&token("alice", ""), "message/send", params.clone())
        .await;
    assert_eq!(denied.at("/result/status/state"), "rejected");
    let allowed = server
        .call(&token("alice", "basic"), "message/send", params.clone())
        .await;
    assert_eq!(allowed.at("/result/status/state"), "completed");
    // And the other way round: a task of better times is no way past the gate.
    let denied = server
        .call(&token("alice", ""), "message/send", params)
        .await;
    assert_eq!(denied.at("/result/status/state"), "rejected");
}
