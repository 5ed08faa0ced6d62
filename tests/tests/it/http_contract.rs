//! What passes between the agent and an HTTP service behind a skill has the form that
//! `docs/http-skill.schema.json` promises to those who write services.

use std::sync::{Arc, Mutex};

use agentup_tests::{
    Counterpart, QUICK_START, QUICK_START_ENV, Server, message_v03, tokens::token,
};
use jsonschema::Validator;
use serde_json::{Value, json};

/// One of the forms of the schema.
fn form(name: &str) -> Validator {
    let text = include_str!("../../../docs/http-skill.schema.json");
    let mut schema: Value = serde_json::from_str(text).unwrap();
    schema.as_object_mut().unwrap().remove("oneOf");
    schema["$ref"] = format!("#/$defs/{name}").into();
    jsonschema::validator_for(&schema).unwrap()
}

fn agent_of(service: &Counterpart, more: &str) -> Server {
    let skill = format!(
        "  - skill_id: remote\n    handler: {{ type: http, url: \"{}\"{more} }}\n",
        service.url()
    );
    Server::start(&format!("{QUICK_START}{skill}"), QUICK_START_ENV)
}

#[tokio::test]
async fn calls_have_the_documented_form() {
    let answer = json!({"message": {"parts": [{"text": "done"}]}});
    let service = Counterpart::start(move |_, caller| caller.json(200, &answer));
    let (call, user) = (form("call"), token("alice", "basic"));
    for identity in ["headers", "none"] {
        let server = agent_of(&service, &format!(", forward_identity: {identity}"));
        // The second time there is a history.
        for _ in 0..2 {
            let mut params = message_v03("remote", "hi");
            params["message"]["contextId"] = "talk".into();
            let answer = server.call(&user, "message/send", params).await;
            assert_eq!(answer.reply(), "done");
        }
    }
    let seen = service.seen();
    assert_eq!(seen.len(), 4);
    for (number, seen) in seen.iter().enumerate() {
        let faults: Vec<_> = call.iter_errors(&seen.body).collect();
        assert!(faults.is_empty(), "{}: {faults:?}", seen.body);
        let is_first = seen.body["history"] == json!([]);
        assert_eq!(is_first, number % 2 == 0, "{}", seen.body);
    }
    for member in ["skillId", "task", "message", "history", "context"] {
        let mut without = seen[0].body.clone();
        without.as_object_mut().unwrap().remove(member);
        assert!(!call.is_valid(&without), "{member} is always there");
    }
}

/// The agent and the schema agree on which answers are good.
#[tokio::test]
async fn answers_are_good_that_have_the_documented_form() {
    let next = Arc::new(Mutex::new(Value::Null));
    let said = Arc::clone(&next);
    let service = Counterpart::start(move |_, caller| caller.json(200, &said.lock().unwrap()));
    let (server, form) = (agent_of(&service, ""), form("answer"));
    let (parts, user) = (json!([{"text": "done"}]), token("alice", "basic"));
    for (answer, is_good) in [
        (json!({"message": {"parts": parts}}), true),
        (json!({"status": {"state": "TASK_STATE_COMPLETED"}}), true),
        (
            json!({
                "status": {"state": "TASK_STATE_COMPLETED", "message": {"parts": parts}},
                "artifacts": [{"artifactId": "a", "parts": parts}],
            }),
            true,
        ),
        (json!({}), false),
        (json!([]), false),
        (json!({"status": {"state": "done"}}), false),
        (
            json!({"artifacts": [{"artifactId": "a", "parts": parts}]}),
            false,
        ),
    ] {
        assert_eq!(form.is_valid(&answer), is_good, "{answer}");
        next.lock().unwrap().clone_from(&answer);
        let params = message_v03("remote", "hi");
        let got = server.call(&user, "message/send", params).await;
        let state = got.at("/result/status/state").clone();
        let expected = if is_good { "completed" } else { "failed" };
        assert_eq!(state, expected, "{answer}");
    }
}
