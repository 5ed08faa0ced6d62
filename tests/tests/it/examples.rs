//! The examples of the documentation do what they say they do.

use agentup_tests::{
    Answer, QUICK_START, QUICK_START_ENV, Server, message_id, message_v03, tokens::token,
};
use serde_json::json;

fn example(name: &str) -> Server {
    let config = format!("{QUICK_START}\nserver: {{port: 0}}\n");
    Server::start_example(name, &config, QUICK_START_ENV)
}

fn state(answer: &Answer) -> String {
    answer.text_at("/result/status/state")
}

#[tokio::test]
async fn the_hello_skill_greets() {
    let server = example("hello_skill");
    let answer = server.ask("hello", &token("alice", ""), "good day").await;
    assert_eq!(answer.reply(), "Hello alice! You said: good day");
    let answer = server.ask("hello", &token("alice", ""), "").await;
    assert_eq!(answer.reply(), "Hello alice!");
    // What the configuration has is served beside it.
    let answer = server.ask("public_echo", &token("alice", ""), "hi").await;
    assert_eq!(state(&answer), "completed");
}

#[tokio::test]
async fn the_streaming_skill_counts_down() {
    let server = example("streaming_skill");
    let params = message_v03("countdown", "3");
    let alice = token("alice", "");
    let streamed = server.call(&alice, "message/stream", params).await;
    let events: Vec<_> = streamed
        .events()
        .into_iter()
        .map(|event| event["result"].clone())
        .collect();
    let chunks: Vec<_> = events
        .iter()
        .filter(|event| event["kind"] == "artifact-update")
        .map(|event| {
            let text = event["artifact"]["parts"][0]["text"].as_str().unwrap();
            let flag = |name: &str| event[name] == json!(true);
            (text, flag("append"), flag("lastChunk"))
        })
        .collect();
    assert_eq!(
        chunks,
        [
            ("3 ", false, false),
            ("2 ", true, false),
            ("1 ", true, false),
            ("liftoff", true, true)
        ]
    );
    let whole = server.ask("countdown", &alice, "1").await;
    let artifact = whole.at("/result/artifacts/0");
    assert_eq!(artifact["name"], "Countdown");
    assert_eq!(artifact["parts"].as_array().unwrap().len(), 2, "{artifact}");
    for wrong in ["0", "-1", "1001", "ten", ""] {
        let answer = server.ask("countdown", &alice, wrong).await;
        assert_eq!(state(&answer), "rejected", "{wrong}");
    }
}

#[tokio::test]
async fn the_asking_skill_takes_an_order_in_three_messages() {
    let server = example("asking_skill");
    let alice = token("alice", "");
    let first = server.ask("order_pizza", &alice, "a pizza").await;
    assert_eq!(state(&first), "input-required");
    let task = first.at("/result/id");
    let say = async |text: &str| {
        let message = json!({
            "role": "user", "messageId": message_id(), "taskId": task,
            "parts": [{"kind": "text", "text": text}],
        });
        let params = json!({"message": message});
        server.call(&alice, "message/send", params).await
    };
    let second = say("large").await;
    assert_eq!(state(&second), "input-required");
    assert_eq!(
        second.text_at("/result/status/message/parts/0/text"),
        "Where to?"
    );
    let third = say("Main Street 1").await;
    assert_eq!(third.reply(), "A large pizza for Main Street 1.");
}

#[tokio::test]
async fn the_scoped_skill_decides_for_each_thing_asked_for() {
    let server = example("scoped_skill");
    let denied = |missing: &str, have: &str| {
        format!("❌ Access denied. This feature requires '{missing}' scope. You have: {have}")
    };
    for (scopes, text, expected_state, expected) in [
        (
            "basic",
            "post hi",
            "rejected",
            denied("board:write", "basic"),
        ),
        (
            "basic board:write",
            "post hi",
            "completed",
            "alice: hi".into(),
        ),
        ("basic", "read", "completed", "alice: hi".into()),
        ("", "read", "rejected", denied("basic", "none")),
        (
            "basic board:write",
            "clear",
            "rejected",
            denied("admin", "basic, board:write"),
        ),
        ("basic", "read", "completed", "alice: hi".into()),
        (
            "admin",
            "clear",
            "completed",
            "The board is empty.".to_owned(),
        ),
        ("basic", "read", "completed", String::new()),
    ] {
        let answer = server.ask("board", &token("alice", scopes), text).await;
        assert_eq!(
            (state(&answer), answer.reply()),
            (expected_state.to_owned(), expected),
            "{text} with {scopes}"
        );
    }
}
