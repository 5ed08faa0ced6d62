//! A skill behind which an HTTP service stands: what the service hears, what the caller gets, and
//! what becomes of a service that is not well.

use std::sync::{Arc, Mutex, mpsc};

use agentup_tests::{
    Answer, Caller, Counterpart, Folder, PATIENCE, QUICK_START, QUICK_START_ENV, Seen, Server,
    message_v10, run,
    tokens::{token, token_but},
};
use serde_json::{Value, json};

use crate::behind::{
    Cue, STREAM, Script, WORDS, broken, cannot_be_reached, comes_word_by_word, reply,
};

/// The Quick Start's agent with this skill as well.
fn agent_with(handler: &str) -> Server {
    let skill = format!(
        "  - skill_id: remote\n    required_scopes: [basic]\n    handler: {{ type: http, {handler} }}\n"
    );
    Server::start(&format!("{QUICK_START}{skill}"), QUICK_START_ENV)
}

fn agent_of(service: &Counterpart, more: &str) -> Server {
    agent_with(&format!("url: \"{}work?x=1\"{more}", service.url()))
}

/// A service that answers everybody so.
fn service(answer: impl Fn(&Seen, &mut Caller) + Send + Sync + 'static) -> Counterpart {
    Counterpart::start(answer)
}

fn says(text: &str) -> Value {
    json!({"message": {"parts": [{"text": text}]}})
}

/// The effect of `skills[].handler.type`, `skills[].handler.url` and `skills[].handler.headers`.
#[tokio::test]
async fn the_service_hears_who_asks_for_what_and_its_message_is_the_answer() {
    let service = service(|_, caller| caller.json(200, &says("done")));
    let server = agent_of(&service, ", headers: { X-Key: \"k\" }");
    let user = token_but("jürgen", "basic reports", json!({"team": "blue"}));
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let body = json!({
        "jsonrpc": "2.0", "id": "1", "method": "SendMessage", "params": message_v10("remote", "hi")
    });
    let request = server
        .post(body.to_string())
        .bearer_auth(&user)
        .header("A2A-Version", "1.0")
        .header("X-Request-Id", "req-1")
        .header("traceparent", trace)
        .header("tracestate", "vendor=1")
        // None of these is the caller's to say.
        .header("X-Agentup-User", "admin")
        .header("X-Agentup-Scopes", "admin")
        .header("X-Key", "stolen");
    let answer = Answer::to(request).await;
    assert_eq!(answer.reply(), "done");
    assert_eq!(answer.ended().0, "COMPLETED");

    let [seen] = service.seen().try_into().expect("one call");
    assert_eq!(seen.line, "POST /work?x=1");
    let values = |name: &str| -> Vec<_> {
        let named = seen.headers.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    };
    for (name, value) in [
        ("x-agentup-user", "j%C3%BCrgen"),
        ("x-agentup-issuer", "test-issuer"),
        ("x-agentup-scopes", "basic reports"),
        ("x-request-id", "req-1"),
        ("x-key", "k"),
        ("tracestate", "vendor=1"),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
    ] {
        assert_eq!(values(name), [value], "{name}");
    }
    assert_eq!(values("authorization"), Vec::<&str>::new());
    let [parent] = values("traceparent").try_into().expect("one trace");
    assert_eq!((&parent[..36], &parent[52..]), (&trace[..36], &trace[52..]));
    assert_ne!(parent, trace);
    let task = answer.at("/result/task");
    let body = &seen.body;
    assert_eq!(body["skillId"], "remote");
    assert_eq!(
        (&body["task"]["id"], &body["task"]["contextId"]),
        (&task["id"], &task["contextId"])
    );
    assert_eq!(body["message"]["parts"], json!([{"text": "hi"}]));
    assert_eq!(body["message"]["role"], "ROLE_USER");
    assert_eq!(body["history"], json!([]));
    let context = &body["context"];
    assert_eq!(context["userId"], "jürgen");
    assert_eq!(context["issuer"], "test-issuer");
    assert_eq!(context["scopes"], json!(["basic", "reports"]));
    assert_eq!(context["claims"]["team"], "blue");
    assert_eq!(context["requestId"], "req-1");
}

/// The effect of `skills[].handler.forward_identity`.
#[tokio::test]
async fn the_service_hears_as_much_of_the_caller_as_is_configured() {
    let service = service(|_, caller| caller.json(200, &says("done")));
    let user = token("alice", "basic");
    for (identity, has_token, has_user) in [
        ("headers", false, true),
        ("token", true, true),
        ("none", false, false),
    ] {
        let server = agent_of(&service, &format!(", forward_identity: {identity}"));
        let answer = server.ask_v10("remote", &user, "hi").await;
        assert_eq!(answer.reply(), "done");
        let seen = service.seen().pop().expect("a call");
        let bearer = format!("Bearer {user}");
        let expected = has_token.then_some(bearer.as_str());
        assert_eq!(seen.header("authorization"), expected, "{identity}");
        let user = has_user.then_some("alice");
        assert_eq!(seen.header("x-agentup-user"), user, "{identity}");
        assert_eq!(seen.body["context"]["userId"].as_str(), user, "{identity}");
        let has_claims = seen.body["context"].get("claims").is_some();
        assert_eq!(has_claims, has_user, "{identity}");
        // A trace that nobody began begins here.
        let trace = seen.header("traceparent").expect("a trace");
        assert!(trace.starts_with("00-") && trace.len() == 55, "{trace}");
        assert!(!server.stop().log.contains(&token("alice", "basic")[..40]));
    }
}

#[tokio::test]
async fn a_task_comes_back_in_every_state() {
    let next = Arc::new(Mutex::new(json!({})));
    let answer = Arc::clone(&next);
    let service = service(move |_, caller| caller.json(200, &answer.lock().unwrap()));
    let server = agent_of(&service, "");
    let user = token("alice", "basic");
    for (state, ends_in) in [
        ("COMPLETED", "COMPLETED"),
        ("INPUT_REQUIRED", "INPUT_REQUIRED"),
        ("AUTH_REQUIRED", "AUTH_REQUIRED"),
        ("REJECTED", "REJECTED"),
        ("FAILED", "FAILED"),
    ] {
        *next.lock().unwrap() = json!({
            "status": {
                "state": format!("TASK_STATE_{state}"), "message": {"parts": [{"text": "so"}]},
            },
            "artifacts": [{"artifactId": "a", "name": "n", "parts": [{"data": {"x": 1}}]}],
        });
        let answer = server.ask_v10("remote", &user, "hi").await;
        let (found, said) = answer.ended();
        assert_eq!(found, ends_in);
        assert!(state == "COMPLETED" || said == "so", "{answer:?}");
        let artifacts = answer.at("/result/task/artifacts");
        assert_eq!(artifacts.as_array().map(Vec::len), Some(1));
        assert_eq!(artifacts[0]["artifactId"], "a");
        assert_eq!(artifacts[0]["parts"], json!([{"data": {"x": 1}}]));
    }
}

#[tokio::test]
async fn a_question_is_answered_with_what_was_said_before() {
    let service = service(|seen, caller| {
        let is_first = seen.body["history"].as_array().is_some_and(Vec::is_empty);
        let state = if is_first {
            "INPUT_REQUIRED"
        } else {
            "COMPLETED"
        };
        caller.json(
            200,
            &json!({"status": {
                "state": format!("TASK_STATE_{state}"), "message": {"parts": [{"text": "which?"}]},
            }}),
        );
    });
    let server = agent_of(&service, "");
    let user = token("alice", "basic");
    let first = server.ask_v10("remote", &user, "one").await;
    assert_eq!(first.ended(), ("INPUT_REQUIRED".into(), "which?".into()));
    let mut params = message_v10("remote", "two");
    params["message"]["taskId"] = first.at("/result/task/id");
    let second = server.call_v10(&user, "SendMessage", params).await;
    assert_eq!(second.reply(), "which?");
    let seen = service.seen().pop().expect("a call");
    assert_eq!(seen.body["task"]["id"], first.at("/result/task/id"));
    let said: Vec<_> = seen.body["history"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    let texts: Vec<_> = said
        .iter()
        .map(|it| it["parts"][0]["text"].clone())
        .collect();
    assert_eq!(texts, ["one", "which?"]);
    assert_eq!(seen.body["message"]["parts"][0]["text"], "two");
}

#[tokio::test]
async fn a_stream_is_passed_on_chunk_by_chunk() {
    let (cue, go) = Cue::new();
    let service = service(move |_, caller| {
        caller.stream();
        caller.event(&json!({"statusUpdate": {"status": {
            "state": "TASK_STATE_WORKING", "message": {"parts": [{"text": "thinking"}]},
        }}}));
        for (index, word) in WORDS.into_iter().enumerate() {
            cue.wait();
            caller.event(&json!({"artifactUpdate": {
                "artifact": {"artifactId": "a", "parts": [{"text": word}]},
                "append": index > 0, "lastChunk": index == 2,
            }}));
        }
        cue.wait();
        caller.event(&json!({"statusUpdate": {"status": {"state": "TASK_STATE_COMPLETED"}}}));
        caller.close();
    });
    comes_word_by_word(&agent_of(&service, ""), &go).await;
}

#[tokio::test]
async fn a_service_that_is_not_well_fails_the_task_and_nothing_of_it_is_told() {
    let half =
        json!({"artifactUpdate": {"artifact": {"artifactId": "a", "parts": [{"text": "x"}]}}});
    let whole = |body: &str| reply("200", "application/json", body);
    let (broke, garbage) = ("broke off its answer", "cannot be understood");
    let more = [
        (whole(r#"{"message": {"parts": []}}"#), garbage),
        (
            whole(r#"{"status": {"state": "TASK_STATE_WORKING"}}"#),
            garbage,
        ),
        (format!("{STREAM}data: {half}\n\nclose"), broke),
    ];
    let script = Script::default();
    let played = script.clone();
    let service = service(move |_, caller| played.play(caller));
    let server = agent_of(&service, ", timeout: 2s, read_timeout: 1s");
    let cases = broken().into_iter().chain(more);
    script.fails(server, &service, cases).await;
    let nobody = format!("url: \"{}\"", Counterpart::nobody());
    cannot_be_reached(&agent_with(&nobody)).await;
}

#[tokio::test]
async fn a_call_is_closed_when_the_task_is_canceled() {
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let service = service(move |_, caller| {
        caller.stream();
        let _ = tell.lock().unwrap().send("begun");
        caller.wait_for_end();
        let _ = tell.lock().unwrap().send("ended");
    });
    let server = agent_of(&service, "");
    let user = token("alice", "basic");
    let mut params = message_v10("remote", "hi");
    params["configuration"] = json!({"returnImmediately": true});
    let begun = server.call_v10(&user, "SendMessage", params).await;
    assert_eq!(told.recv_timeout(PATIENCE), Ok("begun"));
    let id = begun.at("/result/task/id");
    let canceled = server
        .call_v10(&user, "CancelTask", json!({"id": id}))
        .await;
    assert_eq!(canceled.at("/result/status/state"), "TASK_STATE_CANCELED");
    assert_eq!(told.recv_timeout(PATIENCE), Ok("ended"));
}

#[tokio::test]
async fn a_denied_call_reaches_no_service() {
    let service = service(|_, caller| caller.json(200, &says("done")));
    let server = agent_of(&service, "");
    let denied = server
        .ask_v10("remote", &token("eve", "public"), "hi")
        .await;
    assert_eq!(denied.status, 403);
    let denied = server.ask("remote", &token("eve", "public"), "hi").await;
    assert_eq!(denied.text_at("/result/status/state"), "rejected");
    let refused = server.ask_v10("remote", "no-token", "hi").await;
    assert_eq!(refused.status, 401);
    assert_eq!(service.seen().len(), 0);
    let granted = server.ask_v10("remote", &token("eve", "basic"), "hi").await;
    assert_eq!(granted.reply(), "done");
    assert_eq!(service.seen().len(), 1);
}

#[tokio::test]
async fn connections_are_used_again() {
    let service = service(|_, caller| caller.json(200, &says("done")));
    let server = agent_of(&service, "");
    let user = token("alice", "basic");
    for _ in 0..16 {
        assert_eq!(server.ask_v10("remote", &user, "hi").await.reply(), "done");
    }
    assert!(service.connections() < 8, "{}", service.connections());
}

#[tokio::test]
async fn a_skill_has_one_handler() {
    let skill = "  - skill_id: hello\n    handler: { type: http, url: \"http://127.0.0.1:1/\" }\n";
    let folder = Folder::new(&format!("{QUICK_START}{skill}"), QUICK_START_ENV);
    let outcome = run("examples/hello_skill", folder.path(), ["agent_config.yaml"]);
    assert_ne!(outcome.code, Some(0));
    let expected = "skill `hello` has a `handler` in the configuration";
    assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
}
