//! Answers do not cross over: two callers say the same at the same time, and each hears of itself.
//!
//! Whoever adds a kind of skill that talks to others or remembers adds it to [`SKILLS`].

use agentup_tests::{Counterpart, QUICK_START, QUICK_START_ENV, Server, tokens::token};
use futures_util::{StreamExt as _, stream};
use serde_json::json;

/// How many requests there are to all skills, and how many of them at a time.
const REQUESTS: usize = 10_000;
const AT_A_TIME: usize = 64;

/// The callers, each with its scopes. They differ in both.
const CALLERS: [(&str, &str); 2] = [("alice", "basic"), ("bob", "basic premium")];

/// A skill as it is configured. `{url}` is a service that answers who asked it for what.
struct Case {
    id: &'static str,
    config: &'static str,
}

const SKILLS: [Case; 5] = [
    Case {
        id: "http",
        config: "handler: { type: http, url: \"{url}\" }",
    },
    Case {
        id: "http_with_token",
        config: "handler: { type: http, url: \"{url}\", forward_identity: token }",
    },
    Case {
        id: "http_cached",
        config: "handler: { type: http, url: \"{url}\" }\n    middleware: [cached]",
    },
    Case {
        id: "a2a",
        config: "handler: { type: a2a, url: \"{url}\" }",
    },
    Case {
        id: "a2a_cached",
        config: "handler: { type: a2a, url: \"{url}\" }\n    middleware: [cached]",
    },
];

/// A service, and an agent, that says who asked, by the headers and by the body, and what.
fn mirror() -> Counterpart {
    Counterpart::start(|seen, caller| {
        let header = |name| seen.header(name).unwrap_or_default();
        if seen.line.starts_with("GET ") {
            let url = format!("http://{}/", header("host"));
            let card = json!({"name": "Mirror", "supportedInterfaces": [
                {"url": url, "protocolBinding": "JSONRPC", "protocolVersion": "1.0"},
            ]});
            return caller.json(200, &card);
        }
        let is_call = seen.body["jsonrpc"].is_string();
        let params = if is_call {
            &seen.body["params"]
        } else {
            &seen.body
        };
        // An agent hears of the caller in headers alone.
        let user = params["context"]["userId"].as_str();
        let text = format!(
            "{} [{}] {} {} {}",
            header("x-agentup-user"),
            header("x-agentup-scopes"),
            user.unwrap_or(header("x-agentup-user")),
            params["message"]["parts"][0]["text"]
                .as_str()
                .unwrap_or_default(),
            header("authorization").trim_start_matches("Bearer "),
        );
        let mut answer = json!({"message": {
            "messageId": "m", "role": "ROLE_AGENT", "parts": [{"text": text.trim_end()}],
        }});
        if is_call {
            answer = json!({"jsonrpc": "2.0", "id": 1, "result": answer});
        }
        caller.json(200, &answer);
    })
}

#[tokio::test]
async fn nobody_hears_what_was_meant_for_another() {
    let mirror = mirror();
    let skill = |case: &Case| {
        let config = case.config.replace("{url}", &mirror.url());
        format!("  - skill_id: {}\n    {config}\n", case.id)
    };
    let skills: String = SKILLS.iter().map(skill).collect();
    let server = Server::start(&format!("{QUICK_START}{skills}"), QUICK_START_ENV);
    let tokens = CALLERS.map(|(user, scopes)| token(user, scopes));
    let ask = |number: usize| {
        let (server, tokens) = (&server, &tokens);
        async move {
            let Case { id, .. } = &SKILLS[number / CALLERS.len() % SKILLS.len()];
            let who = number % CALLERS.len();
            let text = format!("question {}", number / 16 % 8);
            let answer = server.ask_v10(id, &tokens[who], &text).await;
            let (user, scopes) = CALLERS[who];
            let mut expected = format!("{user} [{scopes}] {user} {text}");
            if *id == "http_with_token" {
                expected = format!("{expected} {}", tokens[who]);
            }
            assert_eq!(answer.reply(), expected);
        }
    };
    let asked = stream::iter((0..REQUESTS).map(ask));
    asked.buffer_unordered(AT_A_TIME).collect::<Vec<_>>().await;
    // What is kept was asked for once by each, give or take those who asked at the same time.
    let calls = mirror.seen().len();
    let uncached = REQUESTS / SKILLS.len() * 3;
    assert!((uncached..uncached + 1000).contains(&calls), "{calls}");
}
