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

const SKILLS: [Case; 2] = [
    Case {
        id: "http",
        config: "handler: { type: http, url: \"{url}\" }",
    },
    Case {
        id: "http_with_token",
        config: "handler: { type: http, url: \"{url}\", forward_identity: token }",
    },
];

/// A service that says who asked, by the headers and by the body, and what.
fn mirror() -> Counterpart {
    Counterpart::start(|seen, caller| {
        let header = |name| seen.header(name).unwrap_or_default();
        let context = &seen.body["context"];
        let token = header("authorization").trim_start_matches("Bearer ");
        let text = format!(
            "{} [{}] {} {} {}",
            header("x-agentup-user"),
            header("x-agentup-scopes"),
            context["userId"].as_str().unwrap_or_default(),
            seen.body["message"]["parts"][0]["text"]
                .as_str()
                .unwrap_or_default(),
            token,
        );
        caller.json(
            200,
            &json!({"message": {"parts": [{"text": text.trim_end()}]}}),
        );
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
}
