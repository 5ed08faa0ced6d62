//! What becomes of an agent that is not well, and when it is asked again.

use std::sync::{Arc, Mutex};

use agentup_tests::{Counterpart, QUICK_START, QUICK_START_ENV, Server, tokens::token};
use serde_json::{Value, json};

use super::{Tongue, agent_of, agent_with, chunk, other, task};
use crate::behind::{INNER, STREAM, Script, broken, cannot_be_reached, reply};

/// What breaks the protocol, and what the caller hears of it.
fn unfit() -> Vec<(String, &'static str)> {
    let result = |value: &Value| json!({"jsonrpc": "2.0", "id": 1, "result": value}).to_string();
    let error = |code: i64| {
        json!({"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": INNER}}).to_string()
    };
    let whole = |body: &str| reply("200", "application/json", body);
    let begun = result(&json!({"task": task("WORKING", "")}));
    let half = result(&chunk("x", false));
    let (broke, failed) = ("broke off its answer", "reported a failure");
    let garbage = "cannot be understood";
    vec![
        (whole(&result(&json!({}))), garbage),
        (whole(&result(&json!({"task": {"id": "t"}}))), garbage),
        (format!("{STREAM}data: {half}\n\nclose"), broke),
        (
            format!("{STREAM}data: {begun}\n\ndata: {half}\n\nclose"),
            broke,
        ),
        (
            format!("{STREAM}data: {begun}\n\ndata: {INNER}\n\n"),
            garbage,
        ),
        (whole(&error(-32603)), failed),
        (whole(&error(-32001)), failed),
        (format!("{STREAM}data: {}\n\n", error(-32603)), failed),
        (
            whole(&result(&json!({"task": task("FAILED", INNER)}))),
            "could not do it",
        ),
    ]
}

#[tokio::test]
async fn an_agent_that_is_not_well_fails_the_task_and_nothing_of_it_is_told() {
    let script = Script::default();
    let played = script.clone();
    let other = other(Tongue::Rpc10, true, move |asked, _, caller| match asked {
        "SendStreamingMessage" => played.play(caller),
        // Nor is it well when it is asked what has become of the task.
        _ => caller.json(500, &json!({})),
    });
    let server = agent_of(&other, ", timeout: 3s, read_timeout: 1s");
    let cases = broken().into_iter().chain(unfit());
    script.fails(server, &other, cases).await;
    let nobody = format!("url: \"{}\"", Counterpart::nobody());
    cannot_be_reached(&agent_with(&nobody)).await;
}

#[tokio::test]
async fn a_card_that_is_no_use_fails_the_task() {
    let cards = [
        json!(INNER),
        json!({"name": INNER}),
        json!({"name": INNER, "url": "http://elsewhere.example/"}),
        json!({"name": INNER, "supportedInterfaces": [
            {"url": "http://127.0.0.1:1/", "protocolBinding": "GRPC", "protocolVersion": "1.0"},
        ]}),
    ];
    let next = Arc::new(Mutex::new(Value::Null));
    let answer = Arc::clone(&next);
    let other = Counterpart::start(move |_, caller| caller.json(200, &answer.lock().unwrap()));
    let server = agent_of(&other, "");
    let user = token("alice", "basic");
    for card in cards {
        card.clone_into(&mut next.lock().unwrap());
        let answer = server.ask_v10("remote", &user, "hi").await;
        let (state, said) = answer.ended();
        assert_eq!(state, "FAILED", "{card}");
        assert!(said.contains("cannot be understood"), "{card}\n{said}");
        assert!(!answer.body.contains(INNER), "{}", answer.body);
    }
    assert!(
        other
            .seen()
            .iter()
            .all(|seen| seen.line.starts_with("GET "))
    );
    let log = server.stop().log;
    assert!(log.contains("allow_hosts") && !log.contains(INNER), "{log}");
}

/// A message that may have been taken in is never sent again.
#[tokio::test]
async fn only_what_was_not_taken_in_is_tried_again() {
    for (status, attempts) in [(500, 1), (502, 1), (504, 1), (503, 3), (429, 3)] {
        let other = other(Tongue::Rpc10, false, move |_, _, caller| {
            caller.json(status, &json!({}));
        });
        let retry = "{ name: retryable, max_attempts: 3, initial_delay: 1ms }";
        let skill = format!(
            "  - skill_id: remote\n    handler: {{ type: a2a, url: \"{}\" }}\n    middleware: [{retry}]\n",
            other.url()
        );
        let server = Server::start(&format!("{QUICK_START}{skill}"), QUICK_START_ENV);
        let answer = server
            .ask_v10("remote", &token("alice", "basic"), "hi")
            .await;
        assert_eq!(answer.ended().0, "FAILED");
        let sent: Vec<_> = other
            .seen()
            .into_iter()
            .filter(|seen| seen.line.starts_with("POST "))
            .map(|seen| seen.body["params"]["message"]["messageId"].clone())
            .collect();
        assert_eq!(sent.len(), attempts, "{status}");
        // Each attempt has the name of the first.
        assert!(sent.iter().all(|id| *id == sent[0]), "{sent:?}");
    }
}
