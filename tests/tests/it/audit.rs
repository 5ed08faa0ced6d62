//! The audit: what is recorded, that it can be trusted, and what becomes of its files.

use std::{fs, path::Path};

use agentup_auth::issue::with_broken_signature;
use agentup_tests::{
    Answer, Folder, Outcome, QUICK_START, QUICK_START_ENV, Server, Stopped, run,
    tokens::{expired, token},
};
use serde_json::{Value, json};

mod files;
mod floods;
mod writing;

const SCHEMA: &str = include_str!("../../../docs/audit.schema.json");

/// The Quick Start with this under `observability.audit`.
fn config(audit: &str) -> String {
    format!("{QUICK_START}\nobservability: {{ audit: {{ {audit} }} }}\n")
}

fn folder(audit: &str) -> Folder {
    // Reloads are asked for here.
    let env = QUICK_START_ENV.replace("RELOAD=true", "RELOAD=false");
    Folder::new(&config(audit), &env)
}

/// The events of a text, each of which the schema describes.
fn events(text: &str) -> Vec<Value> {
    let events = text.lines().map(|line| {
        let event = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
        check_schema(&event);
        event
    });
    events.collect()
}

fn of(stopped: &Stopped) -> Vec<Value> {
    events(&stopped.audit)
}

/// Whether an event has what the schema says, no more, and in the form that it says.
fn check_schema(event: &Value) {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let name = event["event"]
        .as_str()
        .unwrap_or_else(|| panic!("{event} has no name"));
    let variants = schema["oneOf"].as_array().unwrap();
    let variant = variants
        .iter()
        .find(|variant| variant["properties"]["event"]["const"] == name)
        .unwrap_or_else(|| panic!("the schema has no {name}"));
    let required = |of: &Value| of["required"].as_array().cloned().unwrap_or_default();
    for member in [required(&schema), required(variant)].concat() {
        assert!(
            event.get(member.as_str().unwrap()).is_some(),
            "{member} is missing: {event}"
        );
    }
    for (member, value) in event.as_object().unwrap() {
        let own = &variant["properties"][member];
        let rule = if own.is_null() {
            &schema["properties"][member]
        } else {
            own
        };
        let is_fit = match rule["type"].as_str() {
            Some("integer") => value.is_u64(),
            Some("array") => value
                .as_array()
                .is_some_and(|all| all.iter().all(Value::is_string)),
            Some("string") => value.is_string(),
            _ => rule["const"] == *value,
        };
        assert!(
            !rule.is_null() && is_fit,
            "{member} is not in the schema so: {event}"
        );
    }
}

/// `event code skill subject`, with what is not there left out.
fn told(events: &[Value]) -> Vec<String> {
    let told = events.iter().map(|event| {
        let members = ["event", "code", "skill", "subject"].map(|name| event[name].as_str());
        members.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    told.collect()
}

fn verify(folder: &Path, files: &[&str]) -> Outcome {
    run(
        "agentup-server",
        folder,
        ["audit", "verify"].iter().chain(files),
    )
}

/// The effect of `observability.audit.file`.
#[tokio::test]
async fn what_matters_to_security_is_recorded() {
    let limit = "\nmiddleware: [{ name: rate_limited, requests_per_minute: 1, burst_size: 3 }]\n";
    let folder = folder("file: audit.jsonl");
    folder.write(
        "agent_config.yaml",
        &format!("{}{limit}", config("file: audit.jsonl")),
    );
    let server = Server::start_in(folder);
    let basic = token("alice", "basic");
    Answer::to(server.post("{}")).await;
    server
        .ask("public_echo", &with_broken_signature(&basic), "x")
        .await;
    server
        .ask("public_echo", &expired("alice", "basic"), "x")
        .await;
    server.ask("premium_analyzer", &basic, "x").await;
    server.ask_v10("premium_analyzer", &basic, "x").await;
    server.ask("basic_assistant", &basic, "x").await;
    server
        .ask("admin_status", &token("root", "admin"), "status")
        .await;
    for _ in 0..4 {
        server.ask("public_echo", &token("eve", ""), "x").await;
    }
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration reloaded");
    server.folder().replace_config("agent: [");
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration not reloaded");
    let events = of(&server.stop());
    assert_eq!(
        told(&events),
        [
            "audit.opened",
            "server.started",
            "authentication.refused no_credential",
            "authentication.refused bad_signature",
            "authentication.refused expired",
            "authorization.denied insufficient_scope premium_analyzer alice",
            "authorization.denied insufficient_scope premium_analyzer alice",
            "skill.called ok admin_status root",
            "rate.limited rate_limited public_echo eve",
            "config.reloaded",
            "config.refused",
            "server.stopped",
        ]
    );
    let refused = &events[3];
    assert_eq!(refused["scheme"], "bearer");
    assert_eq!(refused["client"], "127.0.0.1");
    assert_eq!(
        (refused.get("subject"), refused.get("issuer")),
        (None, None),
        "nobody vouches"
    );
    assert_eq!(events[5]["missing_scopes"], json!(["premium"]));
    assert_eq!(events[5]["issuer"], "test-issuer");
    assert_eq!(events[6]["status"], 403);
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["seq"], number + 1);
        assert_eq!(event["schema"], 1);
    }
}

/// The effect of `observability.audit.skills`.
#[tokio::test]
async fn every_call_of_the_named_skills_is_recorded() {
    let server = Server::start_in(folder("file: audit.jsonl, skills: [public_echo]"));
    server.ask("public_echo", &token("alice", ""), "x").await;
    server
        .ask("admin_status", &token("root", "admin"), "x")
        .await;
    let events = of(&server.stop());
    assert_eq!(
        told(&events)[2..],
        ["skill.called ok public_echo alice", "server.stopped"]
    );
    let server = folder("file: audit.jsonl, skills: [nosuch]");
    let outcome = run("agentup-server", server.path(), ["check"]);
    assert_eq!(outcome.code, Some(78), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("observability.audit.skills"),
        "{}",
        outcome.stderr
    );
}

/// The effect of `observability.audit.hash_chain`.
#[tokio::test]
async fn whoever_changes_an_event_is_found_out() {
    let server = Server::start_in(folder("file: audit.jsonl, hash_chain: true"));
    for user in ["alice", "bob", "carol"] {
        server.ask("premium_analyzer", &token(user, ""), "x").await;
    }
    let stopped = server.stop();
    let lines: Vec<_> = stopped.audit.lines().collect();
    let folder = Folder::new("", "");
    let broken = |text: String, line: usize, what: &str| {
        folder.write("a.jsonl", &text);
        let outcome = verify(folder.path(), &["a.jsonl"]);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        let expected = format!("a.jsonl:{line}: {what}");
        assert!(
            outcome.stderr.contains(&expected),
            "{} is not {expected}",
            outcome.stderr
        );
    };
    folder.write("a.jsonl", &stopped.audit);
    let outcome = verify(folder.path(), &["a.jsonl"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let last: Value = serde_json::from_str(lines[lines.len() - 1]).unwrap();
    assert!(
        outcome.stdout.contains(last["hash"].as_str().unwrap()),
        "{outcome:?}"
    );
    broken(
        stopped.audit.replace("\"bob\"", "\"rob\""),
        4,
        "was changed",
    );
    let but = |left_out: usize| {
        let kept = lines
            .iter()
            .enumerate()
            .filter(|(number, _)| *number != left_out);
        kept.flat_map(|(_, line)| [*line, "\n"]).collect::<String>()
    };
    broken(but(3), 4, "does not follow");
    let mut moved = lines.clone();
    moved.swap(2, 3);
    broken(format!("{}\n", moved.join("\n")), 3, "does not follow");
    let mut twice = lines.clone();
    twice.insert(3, lines[2]);
    broken(format!("{}\n", twice.join("\n")), 4, "does not follow");
    broken(
        format!("{}\nnot an event\n", stopped.audit.trim_end()),
        7,
        "is not an event",
    );
    let server = Server::start_in(super::audit::folder("file: audit.jsonl, hash_chain: false"));
    let unchained = server.stop().audit;
    assert!(!unchained.contains("\"hash\""), "{unchained}");
    broken(unchained, 1, "has no hash");
}

#[tokio::test]
async fn every_flipped_byte_is_found() {
    let server = Server::start_in(folder("file: audit.jsonl"));
    server
        .ask("premium_analyzer", &token("alice", ""), "x")
        .await;
    let audit = server.stop().audit.into_bytes();
    let folder = Folder::new("", "");
    // Every twenty-third byte is enough: a process for each takes its time.
    for place in (0..audit.len())
        .step_by(23)
        .filter(|place| audit[*place] != b'\n')
    {
        let mut bytes = audit.clone();
        bytes[place] ^= 1;
        fs::write(folder.path().join("a.jsonl"), bytes).unwrap();
        let outcome = verify(folder.path(), &["a.jsonl"]);
        // What is no text any more cannot be read.
        assert!(
            matches!(outcome.code, Some(1 | 2)),
            "byte {place}: {outcome:?}"
        );
    }
}

#[test]
fn there_must_be_something_to_verify() {
    let folder = Folder::new("", "");
    folder.write("empty.jsonl", "");
    for files in [&["nosuch.jsonl"][..], &["empty.jsonl"], &[]] {
        let outcome = verify(folder.path(), files);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
    }
}
