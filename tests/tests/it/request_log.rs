//! The log as an operator reads it: one line for each request, in both forms, and the searches that
//! the requirement document shows.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use agentup_auth::issue::with_broken_signature;
use agentup_tests::{
    Answer, Folder, QUICK_START, QUICK_START_ENV, Server, Wire, message_v10, tokens::token,
};
use serde_json::Value;

/// What the document's chapter on log analysis searches the log with.
const DOCUMENTED: &str = "(authentication|authorization|JWT)";

/// The lines of a log that are about requests. Nothing of the machine is in them.
fn requests(log: &str) -> Vec<Value> {
    let parsed = log.lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
    });
    parsed
        .filter(|line| line["request_id"].is_string())
        .collect()
}

fn start_json(config: &str, env: &str) -> Server {
    Server::start_with(&["--log-format", "json"], Folder::new(config, env))
}

/// One good call, one of a skill that is denied, and three that are refused.
async fn callers(server: &Server) {
    let basic = token("basic-user", "basic");
    server.ask("basic_assistant", &basic, "hello").await;
    server.ask("premium_analyzer", &basic, "hello").await;
    server.ask_v10("premium_analyzer", &basic, "hello").await;
    let broken = with_broken_signature(&basic);
    server.ask("basic_assistant", &broken, "hello").await;
    Answer::to(server.post("{}")).await;
    Answer::to(
        server
            .post("{}")
            .header("authorization", format!("Bearer={basic}")),
    )
    .await;
}

#[tokio::test]
async fn the_searches_of_the_document_find_their_lines() {
    for format in ["text", "json"] {
        let server = Server::start_with(&["--log-format", format], Folder::quick_start());
        callers(&server).await;
        let log = server.stop().log;
        for (pattern, times) in [
            (
                "User basic-user accessing basic_assistant with scopes: \\['basic'\\]",
                1,
            ),
            (
                "Authorization failed for premium_analyzer: missing premium scope",
                2,
            ),
            ("JWT signature verification failed", 1),
            ("JWT mode detected", 1),
        ] {
            assert_eq!(
                grep(pattern, &log).lines().count(),
                times,
                "{pattern} in:\n{log}"
            );
        }
        let found = grep(DOCUMENTED, &log);
        for part in [
            "User basic-user accessing basic_assistant",
            "Authorization failed for premium_analyzer",
            "JWT signature verification failed",
            "Authentication required",
        ] {
            assert!(
                found.contains(part),
                "{part:?} is not found by {DOCUMENTED} in:\n{log}"
            );
        }
    }
}

/// Searches a text with the program that the document uses.
fn grep(pattern: &str, text: &str) -> String {
    let mut child = Command::new("grep")
        .args(["-E", pattern])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("grep");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[tokio::test]
async fn every_request_has_one_line_that_tells_all() {
    let server = start_json(QUICK_START, QUICK_START_ENV);
    callers(&server).await;
    server.get("/.well-known/agent-card.json").await;
    server.get("/no/such/path?token=x").await;
    Answer::to(
        server
            .request("POST", "/message:send")
            .json(&message_v10("public_echo", "x"))
            .bearer_auth(token("carol", ""))
            .header("A2A-Version", "1.0"),
    )
    .await;
    let lines = requests(&server.stop().log);
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
            let names = [
                "level",
                "method",
                "route",
                "operation",
                "version",
                "binding",
                "skill",
                "user",
                "outcome",
            ];
            let told: Vec<_> = names.into_iter().map(text).collect();
            format!("{} {}", told.join(" "), line["status"])
        })
        .collect();
    assert_eq!(
        told,
        [
            "INFO POST / SendMessage 0.3 jsonrpc basic_assistant basic-user ok 200",
            "WARN POST / SendMessage 0.3 jsonrpc premium_analyzer basic-user insufficient_scope 200",
            "WARN POST / SendMessage 1.0 jsonrpc premium_analyzer basic-user insufficient_scope 403",
            "WARN POST / - - - - - bad_signature 401",
            "WARN POST / - - - - - no_credential 401",
            "WARN POST / - - - - - not_bearer 401",
            "INFO GET /.well-known/agent-card.json - - - - - ok 200",
            "INFO GET (none) - - - - - not_found 404",
            "INFO POST /message:send SendMessage 1.0 rest public_echo carol ok 200",
        ]
    );
    for line in &lines {
        assert!(line["duration_us"].is_u64(), "{line}");
        assert!(
            line["timestamp"].is_string() && line["message"].is_string(),
            "{line}"
        );
    }
    assert!(
        lines[0]["task"].is_string() && lines[1]["task"].is_string(),
        "{lines:?}"
    );
    assert_eq!(lines[0]["issuer"], "test-issuer");
}

/// The trace that a caller names is in the line, so that both can be brought together.
#[tokio::test]
async fn a_line_names_the_trace_of_its_request() {
    let server = start_json(QUICK_START, QUICK_START_ENV);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let named = server
        .request("GET", "/.well-known/agent-card.json")
        .header("x-request-id", "named-7")
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    Answer::to(named).await;
    let lines = requests(&server.stop().log);
    assert_eq!(lines[0]["request_id"], "named-7");
    assert_eq!(lines[0]["trace_id"], trace);
}

/// A subject may be any text. In the log it stays one value in one line.
#[tokio::test]
async fn texts_of_tokens_are_escaped() {
    let subject = "eve\" outcome=ok user=forged\u{202e}";
    for format in ["text", "json"] {
        let server = Server::start_with(&["--log-format", format], Folder::quick_start());
        server.ask("public_echo", &token(subject, ""), "x").await;
        let log = server.stop().log;
        let line = log
            .lines()
            .find(|line| line.contains("accessing public_echo"));
        let line = line.unwrap_or_else(|| panic!("no line of the call in:\n{log}"));
        assert!(!log.contains('\u{202e}'), "{log}");
        assert!(line.contains("eve") && line.contains("forged"), "{line}");
        if format == "text" {
            let quoted = r#"User "eve\" outcome=ok user=forged\u{202e}" accessing"#;
            assert!(line.contains(quoted), "{line}");
        }
    }
}

/// A client that goes away is told of like any other.
#[tokio::test]
async fn a_request_that_nobody_waits_for_has_its_line() {
    let server = start_json(QUICK_START, QUICK_START_ENV);
    let mut wire = Wire::connect(server.authority());
    wire.send_head(&[
        "X-Request-Id: gone-1",
        &format!("Authorization: Bearer {}", token("alice", "")),
        "Content-Type: application/json",
        "Content-Length: 100",
    ]);
    drop(wire);
    let _ = server.log().wait_for("gone-1");
    let lines = requests(&server.stop().log);
    let line = lines
        .iter()
        .find(|line| line["request_id"] == "gone-1")
        .unwrap();
    assert_eq!(
        (&line["user"], &line["method"]),
        (&"alice".into(), &"POST".into())
    );
}

/// The Quick Start's variables but for those of its log.
fn quiet_env() -> String {
    let of_log = ["LOG_LEVEL=", "DEBUG="];
    let lines = QUICK_START_ENV.lines();
    let kept = lines.filter(|line| !of_log.iter().any(|name| line.starts_with(name)));
    kept.flat_map(|line| [line, "\n"]).collect()
}

/// The log of an agent with these settings that has answered one call and denied another.
async fn log_of(logging: &str, env: &str) -> String {
    let config = format!("{QUICK_START}\nlogging: {{ {logging} }}\n");
    let server = Server::start(&config, env);
    callers(&server).await;
    server.stop().log
}

/// The effect of `logging.level`.
#[tokio::test]
async fn a_level_says_what_is_logged() {
    let answered = "User basic-user accessing";
    let denied = "Authorization failed";
    let log = log_of("level: WARN", &quiet_env()).await;
    assert!(!log.contains(answered) && log.contains(denied), "{log}");
    let log = log_of("level: ERROR", &quiet_env()).await;
    assert!(!log.contains(answered) && !log.contains(denied), "{log}");
    // What the environment says is said last.
    let env = format!("{}LOG_LEVEL=INFO\n", quiet_env());
    let log = log_of("level: ERROR", &env).await;
    assert!(log.contains(answered) && log.contains(denied), "{log}");
}

/// The effect of `logging.format`.
#[tokio::test]
async fn a_format_says_what_a_line_looks_like() {
    let log = log_of("format: json", &quiet_env()).await;
    assert_eq!(requests(&log).len(), 6, "{log}");
    let log = log_of("format: text", &quiet_env()).await;
    assert!(log.lines().all(|line| !line.starts_with('{')), "{log}");
    // What the command line says is said last.
    let config = format!("{QUICK_START}\nlogging: {{ format: text }}\n");
    let server = start_json(&config, &quiet_env());
    callers(&server).await;
    assert_eq!(requests(&server.stop().log).len(), 6);
}

/// The effect of `logging.modules`.
#[tokio::test]
async fn a_module_has_a_level_of_its_own() {
    let answered = "User basic-user accessing";
    let modules = "modules: { \"agentup_server::authorization\": OFF }";
    let log = log_of(modules, &quiet_env()).await;
    assert!(
        !log.contains(answered) && log.contains("authentication refused"),
        "{log}"
    );
    let env = format!(
        "{}LOG_LEVEL=WARN,agentup_server::authorization=INFO\n",
        quiet_env()
    );
    let log = log_of("level: INFO", &env).await;
    assert!(
        log.contains(answered) && !log.contains("listening"),
        "{log}"
    );
    for (modules, words) in [
        ("{ hyper: DEBUG }", "may hold tokens and secrets"),
        ("{ \"a b\": WARN }", "is not the name of a module"),
        ("{ agentup_auth: LOUD }", "is not `INFO`"),
    ] {
        let config = format!("{QUICK_START}\nlogging: {{ modules: {modules} }}\n");
        let folder = Folder::new(&config, QUICK_START_ENV);
        let outcome = agentup_tests::run("agentup-server", folder.path(), ["check"]);
        assert_eq!(outcome.code, Some(78), "{outcome:?}");
        assert!(outcome.stderr.contains(words), "{outcome:?}");
    }
}

/// The effect of `logging.requests`.
#[tokio::test]
async fn requests_that_went_well_may_have_no_line() {
    let answered = "User basic-user accessing";
    let log = log_of("requests: true", &quiet_env()).await;
    assert!(log.contains(answered), "{log}");
    let log = log_of("requests: false", &quiet_env()).await;
    assert!(!log.contains(answered), "{log}");
    for part in [
        "Authorization failed",
        "authentication refused",
        "listening",
    ] {
        assert!(log.contains(part), "{part} is not in {log}");
    }
}

#[tokio::test]
async fn a_reload_changes_what_is_logged() {
    let server = Server::start(QUICK_START, &quiet_env());
    server.ask("public_echo", &token("alice", ""), "x").await;
    let _ = server.log().wait_for("User alice accessing");
    let config = format!("{QUICK_START}\nlogging: {{ requests: false, format: json }}\n");
    server.folder().replace_config(&config);
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration reloaded");
    server.ask("public_echo", &token("bob", ""), "x").await;
    let log = server.stop().log;
    assert!(!log.contains("User bob accessing"), "{log}");
    assert!(log.lines().last().unwrap().starts_with('{'), "{log}");
}
