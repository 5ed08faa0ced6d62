//! What the agent behind a skill hears, of whom, and what it is shown.

use agentup_tests::{
    Answer, Counterpart, QUICK_START, QUICK_START_ENV, Seen, Server, message_v10,
    tokens::{token, token_but},
};
use serde_json::{Value, json};

use super::{TONGUES, Tongue, agent_of, agent_with, other, said, task};

/// The effect of `skills[].handler.skill_id`.
#[tokio::test]
async fn the_agent_hears_who_asks_for_what_and_its_message_is_the_answer() {
    for tongue in TONGUES {
        let other = other(tongue, false, move |_, _, caller| {
            caller.json(200, &tongue.event(&json!({"message": said("done")})));
        });
        let more = ", skill_id: theirs, headers: { X-Extra: e }, \
                    auth: { type: bearer, token: \"${PEER_TOKEN}\" }";
        let skill = format!(
            "  - skill_id: remote\n    required_scopes: [basic]\n    handler: {{ type: a2a, url: \
             \"{}\"{more} }}\n",
            other.url()
        );
        let env = format!("{QUICK_START_ENV}\nPEER_TOKEN=hunter2\n");
        let server = Server::start(&format!("{QUICK_START}{skill}"), &env);
        let user = token_but("jürgen", "basic reports", json!({}));
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let mut params = message_v10("remote", "hi");
        params["message"]["metadata"] = json!({"skillId": "remote", "mood": "good"});
        params["message"]["parts"] = json!([
            {"text": "hi"},
            {"data": {"x": 1}},
            {"raw": "aGk=", "filename": "hi.txt", "mediaType": "text/plain"},
        ]);
        let body = json!({
            "jsonrpc": "2.0", "id": "1", "method": "SendMessage", "params": params,
        });
        let request = server
            .post(body.to_string())
            .bearer_auth(&user)
            .header("A2A-Version", "1.0")
            .header("X-Request-Id", "req-1")
            .header("traceparent", trace);
        let answer = Answer::to(request).await;
        assert_eq!(answer.reply(), "done", "{tongue:?}");
        assert_eq!(answer.ended().0, "COMPLETED");

        let [card, seen] = other.seen().try_into().expect("a card and a call");
        assert_eq!(card.line, "GET /.well-known/agent-card.json");
        assert_eq!(card.header("x-agentup-user"), None);
        let values = |name: &str| -> Vec<_> {
            let named = seen.headers.iter().filter(|(known, _)| known == name);
            named.map(|(_, value)| value.as_str()).collect()
        };
        let version = if tongue == Tongue::Rpc03 {
            "0.3"
        } else {
            "1.0"
        };
        for (name, value) in [
            ("authorization", "Bearer hunter2"),
            ("x-extra", "e"),
            ("x-agentup-user", "j%C3%BCrgen"),
            ("x-agentup-scopes", "basic reports"),
            ("x-request-id", "req-1"),
            ("a2a-version", version),
            ("content-type", "application/json"),
        ] {
            assert_eq!(values(name), [value], "{tongue:?} {name}");
        }
        assert_eq!(&values("traceparent")[0][..36], &trace[..36]);
        let params = tongue.params(&seen);
        let message = &params["message"];
        let role = if tongue == Tongue::Rpc03 {
            "user"
        } else {
            "ROLE_USER"
        };
        assert_eq!(message["role"], role);
        assert_eq!(message["parts"][0]["text"], "hi");
        assert_eq!(message["parts"][1]["data"], json!({"x": 1}));
        let file = &message["parts"][2];
        let (bytes, name) = (&file["raw"], &file["filename"]);
        if tongue == Tongue::Rpc03 {
            let file = &file["file"];
            assert_eq!(
                (&file["bytes"], &file["name"]),
                (&json!("aGk="), &json!("hi.txt"))
            );
        } else {
            assert_eq!((bytes, name), (&json!("aGk="), &json!("hi.txt")));
        }
        assert_eq!(message["metadata"], json!({"mood": "good"}));
        assert_eq!(params["metadata"], json!({"skillId": "theirs"}));
        for ours in ["taskId", "contextId"] {
            assert!(message.get(ours).is_none(), "{message}");
        }
        assert_ne!(message["messageId"], body["params"]["message"]["messageId"]);
        assert!(!server.stop().log.contains("hunter2"));
    }
}

#[tokio::test]
async fn a_conversation_stays_with_its_task_and_its_context() {
    for tongue in TONGUES {
        let other = other(tongue, false, move |_, seen, caller| {
            let message = &tongue.params(seen)["message"];
            let answer = match message["parts"][0]["text"].as_str() {
                Some("one") => task("INPUT_REQUIRED", "which?"),
                _ => task("COMPLETED", "that"),
            };
            caller.json(200, &tongue.event(&json!({"task": answer})));
        });
        let server = agent_of(&other, "");
        let user = token("alice", "basic");
        let first = server.ask_v10("remote", &user, "one").await;
        assert_eq!(first.ended(), ("INPUT_REQUIRED".into(), "which?".into()));
        let asked = |seen: &Seen, name: &str| tongue.params(seen)["message"][name].clone();
        let last = || other.seen().pop().expect("a call");

        let mut params = message_v10("remote", "two");
        params["message"]["taskId"] = first.at("/result/task/id");
        let second = server.call_v10(&user, "SendMessage", params).await;
        assert_eq!(second.reply(), "that");
        assert_eq!(asked(&last(), "taskId"), "t-1");
        assert_eq!(asked(&last(), "contextId"), "c-1");

        // Another task of the same conversation.
        let mut params = message_v10("remote", "three");
        params["message"]["contextId"] = first.at("/result/task/contextId");
        let third = server.call_v10(&user, "SendMessage", params.clone()).await;
        assert_eq!(third.reply(), "that");
        assert_eq!(asked(&last(), "taskId"), Value::Null);
        assert_eq!(asked(&last(), "contextId"), "c-1");

        // Somebody else's conversation of the same name is another one.
        params["message"]["messageId"] = "other".into();
        let bob = token("bob", "basic");
        let fourth = server.call_v10(&bob, "SendMessage", params).await;
        assert_eq!(fourth.reply(), "that");
        assert_eq!(asked(&last(), "contextId"), Value::Null);

        // Whatever callers call their messages, no two of them have one name.
        let ids: Vec<Value> = other.seen()[1..]
            .iter()
            .map(|seen| asked(seen, "messageId"))
            .collect();
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[..index].contains(id), "{ids:?}");
        }
    }
}

#[tokio::test]
async fn a_card_is_read_once_in_a_while_and_by_either_name() {
    let tongue = Tongue::Rpc03;
    let other = Counterpart::start(move |seen, caller| match seen.line.as_str() {
        "GET /of/.well-known/agent.json" => {
            let url = format!("http://{}/", seen.header("host").unwrap());
            let card = tongue.card(&url, false).to_string();
            caller.send(format!(
                "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nCache-Control: max-age=60\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{card}",
                card.len()
            ));
        }
        "POST /a2a" => caller.json(200, &tongue.event(&json!({"message": said("done")}))),
        _ => caller.json(404, &json!({})),
    });
    let server = agent_with(&format!("url: \"{}of/\"", other.url()));
    let user = token("alice", "basic");
    for _ in 0..8 {
        assert_eq!(server.ask_v10("remote", &user, "hi").await.reply(), "done");
    }
    let cards = other.seen();
    let cards = cards.iter().filter(|seen| seen.line.starts_with("GET "));
    let cards: Vec<_> = cards.map(|seen| seen.line.as_str()).collect();
    assert_eq!(
        cards,
        [
            "GET /of/.well-known/agent-card.json",
            "GET /of/.well-known/agent.json"
        ]
    );
    assert!(other.connections() < 8, "{}", other.connections());
}

/// The effect of `skills[].handler.allow_hosts`.
#[tokio::test]
async fn a_card_leads_only_to_hosts_that_are_allowed() {
    let other = Counterpart::start(|_, caller| {
        // There is no such host (RFC 6761 §6.4).
        caller.json(200, &Tongue::Rpc10.card("http://other.invalid/", false));
    });
    let user = token("alice", "basic");
    for (more, expected) in [
        ("", "cannot be understood"),
        (", allow_hosts: [another.invalid]", "cannot be understood"),
        (", allow_hosts: [other.invalid]", "cannot be reached"),
    ] {
        let server = agent_of(&other, more);
        let answer = server.ask_v10("remote", &user, "hi").await;
        let (state, said) = answer.ended();
        assert_eq!(state, "FAILED");
        assert!(said.contains(expected), "{more}: {said}");
    }
}

#[tokio::test]
async fn a_denied_call_reaches_no_agent() {
    let tongue = Tongue::Rpc10;
    let other = other(tongue, false, move |_, _, caller| {
        caller.json(200, &tongue.event(&json!({"message": said("done")})));
    });
    let server = agent_of(&other, "");
    let eve = token("eve", "public");
    assert_eq!(server.ask_v10("remote", &eve, "hi").await.status, 403);
    let denied = server.ask("remote", &eve, "hi").await;
    assert_eq!(denied.text_at("/result/status/state"), "rejected");
    let refused = server.ask_v10("remote", "no-token", "hi").await;
    assert_eq!(refused.status, 401);
    // Not even for its card.
    assert_eq!(other.seen().len(), 0);
    let granted = server.ask_v10("remote", &token("eve", "basic"), "hi").await;
    assert_eq!(granted.reply(), "done");
}
