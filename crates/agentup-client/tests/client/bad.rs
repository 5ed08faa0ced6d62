//! Servers that are dead, slow, senseless or hostile, and command lines that cannot be carried out.

use serde_json::json;

use crate::{
    agent,
    fake::{Answer, Asked, Fake},
    run::Run,
};

/// An agent with a good card that answers all requests in this way.
fn answering(answer: impl Fn(&Asked) -> Answer + Clone + Send + Sync + 'static) -> Fake {
    Fake::start(move |url, asked| {
        Some(if asked.method == "POST" {
            answer(asked)
        } else {
            Answer::json(&agent::card(url))
        })
    })
}

fn send(agent: &Fake) -> crate::run::Outcome {
    Run::new(&[
        "send",
        "--url",
        &agent.url,
        "--token",
        &agent::token("basic"),
        "public_echo",
        "hi",
    ])
    .go()
}

#[test]
fn a_dead_server() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for command in [
        &["send", "x", "hi"][..],
        &["discovery"],
        &["get", "t"],
        &["test", "--token", "a.b.c"],
    ] {
        let run = Run::new(&[command, &["--url", &url]].concat()).go();
        run.expect(
            4,
            &[
                &format!("cannot connect to {url}: "),
                "onnection refused",
                "--url",
            ],
        );
        assert_eq!(run.out, "");
    }
}

#[test]
fn a_slow_server() {
    let agent = Fake::start(|_, _| None);
    let run = Run::new(&["card", "--timeout", "1", "--url", &agent.url]).go();
    run.expect(4, &["no answer within 1 s"]);
}

#[test]
fn garbage() {
    for (body, text) in [
        (&b"<html>"[..], "the answer is not JSON"),
        (b"", "the answer is not JSON"),
        (b"\xff\xfe\x00", "the answer is not JSON"),
        (b"[]", "not a JSON-RPC response"),
        (b"{}", "not a JSON-RPC response"),
        (
            br#"{"jsonrpc":"2.0","id":1,"result":"hello"}"#,
            "not a task or a message",
        ),
        (
            br#"{"jsonrpc":"2.0","id":1,"result":null}"#,
            "not a task or a message",
        ),
        (
            br#"{"jsonrpc":"2.0","id":1,"error":"no"}"#,
            "answered with an error: no code",
        ),
    ] {
        let agent = answering(move |_| Answer::bytes(body));
        send(&agent).expect(4, &[text]);
    }
    // Brackets all the way down.
    let agent = answering(|_| Answer::bytes("[".repeat(100_000)));
    send(&agent).expect(4, &["the answer is not JSON"]);
    let agent = Fake::start(|_, _| Some(Answer::bytes("[]")));
    Run::new(&["card", "--url", &agent.url])
        .go()
        .expect(4, &["not an agent card"]);
}

#[test]
fn a_status_that_makes_no_sense() {
    for status in [204, 302, 400, 404, 418, 500, 503] {
        let agent =
            answering(move |_| Answer::status(status, &json!({"error": {"message": "it says"}})));
        send(&agent).expect(4, &[&format!("HTTP status {status}")]);
    }
    let agent = Fake::start(|_, _| Some(Answer::status(403, &json!({}))));
    Run::new(&["card", "--url", &agent.url])
        .go()
        .expect(4, &["HTTP status 403"]);
}

#[test]
fn a_redirect_is_not_followed() {
    let thief = Fake::start(|_, asked| Some(agent::task(asked, "completed", "thanks")));
    let place = thief.url.clone();
    let agent = answering(move |_| Answer(307, vec![("location", place.clone())], Vec::new()));
    let run = send(&agent);
    run.expect(
        4,
        &[
            "HTTP status 307",
            &format!("this one leads to {}", thief.url),
        ],
    );
    assert!(thief.asked().is_empty());
}

#[test]
fn an_answer_of_10_megabytes() {
    let agent = answering(|asked| agent::task(asked, "completed", &"a".repeat(10_000_000)));
    let run = send(&agent);
    run.expect(4, &["larger than 4 MiB"]);
    assert_eq!(run.out, "");
    let agent = Fake::start(|_, _| Some(Answer::json(&json!({"name": "a".repeat(10_000_000)}))));
    Run::new(&["card", "--url", &agent.url])
        .go()
        .expect(4, &["larger than 4 MiB"]);
}

/// Clears the screen, sets the title, overwrites a line, turns the text around.
const HOSTILE: &str = "a\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\rb\u{8}\u{202e}c\u{0}\u{7f}";

#[test]
fn hostile_text_is_made_harmless() {
    let agent = Fake::start(|url, asked| {
        let mut card = agent::card(url);
        for member in ["name", "version", "description", "protocolVersion"] {
            card[member] = json!(HOSTILE);
        }
        card["skills"][0] =
            json!({"id": HOSTILE, "name": HOSTILE, "security": [{HOSTILE: [HOSTILE]}]});
        card["securitySchemes"] = json!({HOSTILE: {}});
        card["security"] = json!([{HOSTILE: []}]);
        card["provider"] = json!({"organization": HOSTILE});
        Some(match asked.text("/params/skillId") {
            _ if asked.method == "GET" => Answer::json(&card),
            "error" => agent::error(
                asked,
                &json!({"code": -1, "message": HOSTILE, "data": [HOSTILE]}),
            ),
            "status" => Answer::status(500, &json!({"error": {"message": HOSTILE}})),
            "header" => Answer::status(429, &json!({})).with("retry-after", "\u{9b}31m"),
            "state" => agent::task(asked, HOSTILE, HOSTILE),
            "task" => Answer::json(
                &json!({"result": {"id": HOSTILE, "contextId": HOSTILE, "status": {"state": "working"}}}),
            ),
            "denied" => agent::task(asked, "rejected", HOSTILE),
            "failed" => agent::task(asked, "failed", HOSTILE),
            _ => agent::task(asked, "completed", HOSTILE),
        })
    });
    let token = agent::token("");
    let skills = [
        "error", "status", "header", "state", "task", "denied", "failed", "other",
    ];
    let mut commands: Vec<Vec<&str>> = vec![vec!["card"], vec!["test"], vec!["get", "t"]];
    commands.extend(skills.map(|skill| vec!["send", skill, "hi"]));
    let mut outcomes = vec![Run::new(&[&token, "--url", &agent.url]).go()];
    for command in commands {
        for format in ["text", "json"] {
            let rest = ["--url", &agent.url, "--token", &token, "--format", format];
            outcomes.push(Run::new(&[&command[..], &rest].concat()).go());
        }
    }
    let orders = skills.map(|skill| format!("skill {skill}\n")).concat();
    let script = format!("discovery\ntest\n\u{1b}[2J\nskill \u{1b}[2J\n{orders}");
    outcomes.push(
        Run::new(&["--url", &agent.url, "--token", &token])
            .stdin(&script)
            .go(),
    );
    for outcome in outcomes {
        let mut printed = outcome.out.chars().chain(outcome.err.chars());
        let bad = printed.find(|&c| (c.is_control() && c != '\n') || c == '\u{202e}');
        assert_eq!(bad, None, "{outcome:?}");
    }
}

#[test]
fn a_command_line_that_cannot_be_carried_out_ends_with_2() {
    let token = agent::token("basic");
    for (arguments, text) in [
        (&["send", "x"][..], "MESSAGE"),
        (&["send"], "SKILL"),
        (&["--nonsense"], "--nonsense"),
        (&["card", "--url", "localhost:8000"], "http://"),
        (&["card", "--url", "ftp://localhost"], "http://"),
        (
            &["card", "--url", "http://user:secret@localhost"],
            "user name",
        ),
        (&["card", "--timeout", "0"], "1 to 86400"),
        (&["card", "--format", "yaml"], "json"),
        (&["tset"], "neither a command nor a JWT"),
        (&["hunter2"], "neither a command nor a JWT"),
        (&["test"], "a test needs a token"),
        (&["--token", "-"], "standard input has the commands"),
        (&["card", "--token", ""], "the token is empty"),
        (&["card", "--token", "a b"], "cannot be sent"),
        (
            &["card", "--token-file", "/nonexistent/token"],
            "/nonexistent/token",
        ),
        (
            &["card", "--token", &token, "--token-file", "x"],
            "cannot be used with",
        ),
        (&[&token, "card"], "needs --token"),
        (&[&token, &token], "error:"),
        (&["get", "t", &token], "error:"),
        (&["card", &token], "error:"),
    ] {
        let run = Run::new(arguments).go();
        run.expect(2, &[text]);
        assert_eq!(run.out, "");
        assert!(!run.err.contains("secret@"), "{run:?}");
    }
    let run = Run::new(&["card"]).env("AGENTUP_URL", "nonsense").go();
    run.expect(2, &["http://localhost:8000"]);
}

#[test]
fn help_tells_the_exit_codes_and_the_danger_of_an_argument() {
    for flag in ["--help", "-h"] {
        let run = Run::new(&[flag]).go();
        run.expect(0, &[]);
        for text in [
            "Exit codes:",
            "3  not authenticated",
            "`ps`",
            "AGENTUP_TOKEN",
            "AGENTUP_URL",
        ] {
            assert!(run.out.contains(text), "{text}: {}", run.out);
        }
    }
}
