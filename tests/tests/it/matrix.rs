//! Who gets what: every route and every method for every state of the credential, every skill for
//! every scope. The tables in `snapshots/` are reviewed as diffs.

use std::{fmt::Write as _, fs, path::Path};

use agentup_protocol::{Generation, MethodKind};
use agentup_tests::{
    Answer, Server, message_v03, message_v10,
    tokens::{expired, token},
};
use serde_json::{Value, json};

/// The states of a credential, from none to one that may do everything.
const CREDENTIALS: [&str; 5] = ["none", "bad", "expired", "no scope", "admin"];

/// The credential in this state; whose it is does not change.
fn credential(state: &str) -> Option<String> {
    match state {
        "none" => None,
        "bad" => Some(agentup_auth::issue::with_broken_signature(&token(
            "owner", "admin",
        ))),
        "expired" => Some(expired("owner", "admin")),
        "no scope" => Some(token("owner", "")),
        _ => Some(token("owner", "admin")),
    }
}

/// The requests to make: route as the router has it, method, path. `TASK` stands for a task of the
/// owner that has ended.
const REQUESTS: &[(&str, &str, &str)] = &[
    ("/", "POST", "/"),
    ("/", "GET", "/"),
    (
        "/.well-known/agent-card.json",
        "GET",
        "/.well-known/agent-card.json",
    ),
    (
        "/.well-known/agent-card.json",
        "POST",
        "/.well-known/agent-card.json",
    ),
    ("/.well-known/agent.json", "GET", "/.well-known/agent.json"),
    (
        "/.well-known/oauth-protected-resource",
        "GET",
        "/.well-known/oauth-protected-resource",
    ),
    ("/.well-known/jwks.json", "GET", "/.well-known/jwks.json"),
    ("/healthz", "GET", "/healthz"),
    ("/readyz", "GET", "/readyz"),
    ("/metrics", "GET", "/metrics"),
    ("/message:send", "POST", "/message:send"),
    ("/message:stream", "POST", "/message:stream"),
    ("/extendedAgentCard", "GET", "/extendedAgentCard"),
    ("/tasks", "GET", "/tasks"),
    ("/tasks/{*rest}", "GET", "/tasks/TASK"),
    ("/tasks/{*rest}", "PUT", "/tasks/TASK"),
    ("/tasks/{*rest}", "DELETE", "/tasks/TASK"),
    ("/tasks/{*rest}", "POST", "/tasks/TASK:cancel"),
    ("/tasks/{*rest}", "GET", "/tasks/TASK:subscribe"),
    ("/tasks/{*rest}", "POST", "/tasks/TASK:subscribe"),
    (
        "/tasks/{*rest}",
        "GET",
        "/tasks/TASK/pushNotificationConfigs",
    ),
    (
        "/tasks/{*rest}",
        "POST",
        "/tasks/TASK/pushNotificationConfigs",
    ),
    (
        "/tasks/{*rest}",
        "GET",
        "/tasks/TASK/pushNotificationConfigs/c",
    ),
    (
        "/tasks/{*rest}",
        "DELETE",
        "/tasks/TASK/pushNotificationConfigs/c",
    ),
    ("/tasks/{*rest}", "GET", "/tasks/unknown"),
    ("/tasks/{*rest}", "GET", "/tasks/a/b/c"),
    ("(none)", "GET", "/unknown"),
    ("(none)", "POST", "/unknown"),
];

async fn send(
    server: &Server,
    method: &str,
    path: &str,
    task: &str,
    token: Option<&str>,
) -> Answer {
    let request = server.request(method, &path.replace("TASK", task));
    let request = match path {
        "/" => request.json(&json!({
            "jsonrpc": "2.0", "id": 1, "method": "message/send",
            "params": message_v03("basic_assistant", "hello"),
        })),
        _ => request.header("A2A-Version", "1.0"),
    };
    let request = match path {
        "/message:send" | "/message:stream" => {
            request.json(&message_v10("basic_assistant", "hello"))
        }
        _ if path.ends_with("Configs") && method == "POST" => {
            request.json(&json!({"url": "https://hooks.example/"}))
        }
        _ => request,
    };
    Answer::to(match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    })
    .await
}

/// What matters of an answer: the status, and how the protocol or the challenge puts it.
fn outcome(answer: &Answer) -> String {
    if let Some(text) = answer.header("www-authenticate") {
        let word = answer
            .challenge()
            .get("error")
            .map_or("bare challenge", |_| "");
        let word = answer.challenge().get("error").unwrap_or(word).to_owned();
        assert!(text.starts_with("Bearer realm="), "{text}");
        return format!("{} {word}", answer.status);
    }
    let body = match answer.header("content-type") {
        Some("text/event-stream") => answer.events().pop().unwrap_or_default(),
        _ => serde_json::from_str(&answer.body).unwrap_or_default(),
    };
    let states = [
        "/result",
        "/result/task",
        "/result/statusUpdate",
        "",
        "/task",
        "/statusUpdate",
    ];
    let state = states
        .iter()
        .find_map(|at| body.pointer(&format!("{at}/status/state")));
    let reason = [
        "/error/details/0/reason",
        "/error/data/0/reason",
        "/error/data/reason",
    ];
    let reason = reason.iter().find_map(|at| body.pointer(at));
    let code = body
        .pointer("/error/code")
        .filter(|code| **code != answer.status);
    match state.or(reason).or(code) {
        Some(Value::String(word)) => format!(
            "{} {}",
            answer.status,
            word.trim_start_matches("TASK_STATE_").to_lowercase()
        ),
        Some(other) => format!("{} {other}", answer.status),
        None => answer.status.to_string(),
    }
}

/// A table of texts, each column as wide as it must be.
fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    let rows: Vec<_> = std::iter::once(&head).chain(rows).collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            write!(line, "{cell:width$}  ").unwrap();
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[tokio::test]
async fn every_route_for_every_credential() {
    let server = Server::quick_start();
    let task = server
        .ask("public_echo", &token("owner", ""), "hi")
        .await
        .text_at("/result/id");
    let mut rows = Vec::new();
    for (route, method, path) in REQUESTS {
        let mut row = vec![(*route).to_owned(), format!("{method} {path}")];
        for state in CREDENTIALS {
            let token = credential(state);
            let answer = send(&server, method, path, &task, token.as_deref()).await;
            row.push(outcome(&answer));
        }
        rows.push(row);
    }
    let head = [&["route", "request"][..], &CREDENTIALS].concat();
    insta::assert_snapshot!("routes", table(&head, &rows));
}

/// Without a credential only the card, health and the metadata are answered. This does not depend
/// on anybody reading the table.
#[tokio::test]
async fn the_public_routes_are_these_and_no_others() {
    let public = [
        "/.well-known/agent-card.json",
        "/.well-known/agent.json",
        "/.well-known/oauth-protected-resource",
        "/healthz",
        "/readyz",
    ];
    let server = Server::quick_start();
    for (_, method, path) in REQUESTS {
        let answer = send(&server, method, path, "t", None).await;
        if public.contains(path) && *method == "GET" {
            assert_eq!(answer.status, 200, "{method} {path}");
        } else {
            assert!(
                [401, 404, 405].contains(&answer.status),
                "{method} {path}: {answer:?}"
            );
        }
    }
}

/// The routes, read where the server has them: a new one without a row in the table is a fault.
#[test]
fn no_route_is_missing_from_the_table() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/agentup-server/src");
    let mut found = Vec::new();
    let mut texts = vec![fs::read_to_string(sources.join("http.rs")).unwrap()];
    for entry in fs::read_dir(sources.join("http")).unwrap() {
        texts.extend(fs::read_to_string(entry.unwrap().path()).ok());
    }
    let all = texts.concat();
    for (_, after) in all
        .match_indices(".route(")
        .map(|(start, it)| all.split_at(start + it.len()))
    {
        let name = after.split(',').next().unwrap().trim();
        let constant = format!("const {name}: &str = ");
        let literal = match all.split_once(&constant) {
            Some((_, value)) => value.split(';').next().unwrap(),
            None => name,
        };
        found.push(literal.trim().trim_matches('"').to_owned());
    }
    assert!(found.len() > 10, "{found:?}");
    for route in &found {
        assert!(
            REQUESTS.iter().any(|(known, _, _)| known == route),
            "add {route} to REQUESTS"
        );
    }
    for (known, _, _) in REQUESTS.iter().filter(|(known, _, _)| *known != "(none)") {
        assert!(
            found.iter().any(|route| route == known),
            "{known} is no route any more"
        );
    }
}

/// Every method of both generations: whoever is not let in learns nothing of any of them.
#[tokio::test]
async fn every_method_for_every_credential() {
    let server = Server::quick_start();
    let task = server
        .ask("public_echo", &token("owner", ""), "hi")
        .await
        .text_at("/result/id");
    let mut rows = Vec::new();
    for generation in [Generation::V03, Generation::V10] {
        for kind in MethodKind::ALL {
            let Some(method) = kind.name(generation) else {
                continue;
            };
            let mut row = vec![generation.version().to_owned(), method.to_owned()];
            for state in CREDENTIALS {
                let params = params(kind, generation, &task);
                let body = json!({"jsonrpc": "2.0", "id": "1", "method": method, "params": params});
                let request = server
                    .post(body.to_string())
                    .header("A2A-Version", generation.version());
                let answer = Answer::to(match credential(state) {
                    Some(token) => request.bearer_auth(token),
                    None => request,
                })
                .await;
                row.push(outcome(&answer));
            }
            rows.push(row);
        }
    }
    let head = [&["version", "method"][..], &CREDENTIALS].concat();
    insta::assert_snapshot!("methods", table(&head, &rows));
}

fn params(kind: MethodKind, generation: Generation, task: &str) -> Value {
    match (kind, generation) {
        (MethodKind::SendMessage | MethodKind::SendStreamingMessage, Generation::V03) => {
            message_v03("basic_assistant", "hello")
        }
        (MethodKind::SendMessage | MethodKind::SendStreamingMessage, Generation::V10) => {
            message_v10("basic_assistant", "hello")
        }
        (MethodKind::CreatePushConfig, Generation::V03) => {
            json!({"taskId": task, "pushNotificationConfig": {"url": "https://hooks.example/"}})
        }
        (MethodKind::CreatePushConfig, Generation::V10) => {
            json!({"taskId": task, "url": "https://hooks.example/"})
        }
        (
            MethodKind::GetPushConfig | MethodKind::ListPushConfigs | MethodKind::DeletePushConfig,
            Generation::V10,
        ) => json!({"taskId": task, "id": "c"}),
        (MethodKind::ListTasks | MethodKind::GetExtendedCard, _) => json!({}),
        _ => json!({"id": task, "pushNotificationConfigId": "c"}),
    }
}

#[tokio::test]
async fn every_skill_for_every_scope() {
    let server = Server::quick_start();
    let mut rows = Vec::new();
    for skill in [
        "public_echo",
        "basic_assistant",
        "premium_analyzer",
        "admin_status",
        "unknown",
    ] {
        for scopes in [
            "",
            "public",
            "basic",
            "premium",
            "admin",
            "basic premium",
            "basic,premium,admin",
            "other",
            "basics",
            "Admin",
        ] {
            let token = token("u", scopes);
            let shown = if scopes.is_empty() { "(none)" } else { scopes };
            let rest = server
                .request("POST", "/message:send")
                .bearer_auth(&token)
                .header("A2A-Version", "1.0");
            rows.push(vec![
                skill.to_owned(),
                shown.to_owned(),
                outcome(&server.ask(skill, &token, "hi").await),
                outcome(&server.ask_v10(skill, &token, "hi").await),
                outcome(&Answer::to(rest.json(&message_v10(skill, "hi"))).await),
            ]);
        }
    }
    let head = ["skill", "scopes", "0.3", "1.0", "HTTP+JSON"];
    insta::assert_snapshot!("skills", table(&head, &rows));
}
