//! What becomes of an agent that is not well, and when it is asked again.

use std::sync::{Arc, Mutex};

use agentup_tests::{Counterpart, QUICK_START, QUICK_START_ENV, Server, tokens::token};
use serde_json::{Value, json};

use super::{Tongue, agent_of, agent_with, chunk, ended, other, task};

/// What the agent knows and nobody else may.
const INNER: &str = "inner-5f1c";

/// The bytes of an answer to a message, and what the caller hears of it. `close` at the end says that
/// the connection is closed.
fn answers() -> Vec<(String, &'static str)> {
    let big = format!("\"{}\"", "x".repeat(10 << 20));
    let reply = |status: &str, media_type: &str, body: &str| {
        format!(
            "HTTP/1.1 {status} {INNER}\r\nContent-Type: {media_type}\r\nX-Inner: {INNER}\r\n\
             Content-Length: {}\r\nLocation: /{INNER}\r\n\r\n{body}",
            body.len()
        )
    };
    let result = |value: &Value| json!({"jsonrpc": "2.0", "id": 1, "result": value}).to_string();
    let error = |code: i64| {
        json!({"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": INNER}}).to_string()
    };
    let json = "application/json";
    let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    let begun = result(&json!({"task": task("WORKING", "")}));
    let half = result(&chunk("x", false));
    let (slow, broke) = ("did not answer in time", "broke off its answer");
    let (failed, garbage) = ("reported a failure", "cannot be understood");
    let much = "answered with too much";
    vec![
        (String::new(), slow),
        (stream.to_owned(), slow),
        (reply("200", json, INNER), garbage),
        (reply("200", json, "{}"), garbage),
        (reply("200", json, &result(&json!({}))), garbage),
        (
            reply("200", json, &result(&json!({"task": {"id": "t"}}))),
            garbage,
        ),
        (reply("200", "text/html", "<p>"), garbage),
        (INNER.to_owned() + "\r\n\r\n", broke),
        (reply("200", json, &big), much),
        (format!("{stream}data: {big}\n\n"), much),
        (
            reply("200", json, "{}").replace("Length: 2", "Length: 3") + "close",
            broke,
        ),
        (format!("{stream}data: {half}\n\nclose"), broke),
        (
            format!("{stream}data: {begun}\n\ndata: {half}\n\nclose"),
            broke,
        ),
        (format!("{stream}data: {INNER}\n\n"), garbage),
        (
            format!("{stream}data: {begun}\n\ndata: {INNER}\n\n"),
            garbage,
        ),
        (reply("302", json, "{}"), failed),
        (reply("500", json, &error(-32603)), failed),
        (reply("403", json, &error(-32603)), failed),
        (reply("200", json, &error(-32603)), failed),
        (reply("200", json, &error(-32001)), failed),
        (format!("{stream}data: {}\n\n", error(-32603)), failed),
        (
            reply(
                "200",
                json,
                &result(&json!({"task": task("FAILED", INNER)})),
            ),
            "could not do it",
        ),
        (reply("503", json, "{}"), "is busy"),
    ]
}

#[tokio::test]
async fn an_agent_that_is_not_well_fails_the_task_and_nothing_of_it_is_told() {
    let next = Arc::new(Mutex::new(String::new()));
    let answer = Arc::clone(&next);
    let other = other(Tongue::Rpc10, true, move |asked, _, caller| {
        if asked != "SendStreamingMessage" {
            // Nor is it well when it is asked what has become of the task.
            caller.json(500, &json!({}));
            return;
        }
        let bytes = answer.lock().unwrap().clone();
        caller.send(bytes.trim_end_matches("close"));
        if bytes.ends_with("close") {
            caller.close();
        }
        if bytes.is_empty() || bytes.ends_with("event-stream\r\nConnection: close\r\n\r\n") {
            caller.wait_for_end();
        }
    });
    let server = agent_of(&other, ", timeout: 3s, read_timeout: 1s");
    let user = token("alice", "basic");
    for (bytes, expected) in answers() {
        bytes.clone_into(&mut next.lock().unwrap());
        let answer = server.ask_v10("remote", &user, "hi").await;
        let shown = &bytes[..bytes.len().min(300)];
        let (state, said) = ended(&answer);
        assert_eq!(state, "FAILED", "{shown}");
        assert!(said.contains(expected), "{shown}\n{said}");
        for secret in [INNER, other.authority(), "127.0.0.1"] {
            assert!(!answer.body.contains(secret), "{shown}\n{}", answer.body);
        }
        // The server is well.
        let echo = server.ask_v10("public_echo", &user, "hi").await;
        assert_eq!(echo.reply(), "Echo: hi (from user alice)");
    }
    let log = server.stop().log;
    assert!(!log.contains(INNER), "{log}");

    let server = agent_with(&format!("url: \"{}\"", Counterpart::nobody()));
    let answer = server.ask_v10("remote", &user, "hi").await;
    let (state, said) = ended(&answer);
    assert_eq!(state, "FAILED");
    assert!(said.contains("cannot be reached"), "{said}");
    assert!(!answer.body.contains("127.0.0.1"), "{}", answer.body);
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
        let (state, said) = ended(&answer);
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
        assert_eq!(ended(&answer).0, "FAILED");
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
