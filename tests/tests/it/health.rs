//! Probes: for balancers and container platforms, without a token.

use agentup_tests::{Outcome, Server, run};

#[tokio::test]
async fn a_running_server_is_alive_and_ready() {
    let server = Server::quick_start();
    for (path, word) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let answer = server.get(path).await;
        assert_eq!(
            (answer.status, answer.at("/status")),
            (200, word.into()),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}

/// As the document's container checks do.
#[tokio::test]
async fn the_card_serves_as_a_probe_too() {
    let server = Server::quick_start();
    assert_eq!(server.get("/.well-known/agent.json").await.status, 200);
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let server = Server::quick_start();
    let named = server.get("/healthz").await;
    assert!(!named.header("x-request-id").unwrap().is_empty());
    let brought = server
        .request("GET", "/healthz")
        .header("x-request-id", "trace-7");
    let answer = agentup_tests::Answer::to(brought).await;
    assert_eq!(answer.header("x-request-id"), Some("trace-7"));
    let _ = server.log().wait_for("trace-7");
    let forged = server
        .request("GET", "/healthz")
        .header("x-request-id", "a b\t{}");
    let answer = agentup_tests::Answer::to(forged).await;
    assert_ne!(answer.header("x-request-id"), Some("a b\t{}"));
}

/// As the health check of a container does, whose image has no other client.
fn ask(server: &Server, more: &[&str]) -> Outcome {
    let (_, port) = server.authority().rsplit_once(':').unwrap();
    let flags = [&["health", "--port", port], more].concat();
    run("agentup-server", server.folder().path(), flags)
}

#[test]
fn the_command_tells_how_the_agent_is() {
    let server = Server::quick_start();
    for (flags, word) in [(&[][..], "ok"), (&["--ready"], "ready")] {
        let outcome = ask(&server, flags);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let status = format!("\"status\":\"{word}\"");
        assert!(outcome.stdout.contains(&status), "{outcome:?}");
        assert_eq!(outcome.stderr, "");
    }
    // What listens on every address is asked on this machine.
    let outcome = ask(&server, &["--host", "0.0.0.0"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

/// An issuer that never answered makes an agent that lives, and wants no requests.
#[test]
fn the_command_tells_life_from_readiness() {
    let config = "\
security:
  bearer: { algorithm: RS256, issuer: nobody, audience: a, jwks_url: 'http://127.0.0.1:9/keys' }
skills: [{ skill_id: public_echo, name: Echo, description: Echoes, tags: [text] }]
";
    let server = Server::start(config, "");
    assert_eq!(ask(&server, &[]).code, Some(0));
    let unready = ask(&server, &["--ready"]);
    assert_eq!(unready.code, Some(1), "{unready:?}");
    assert!(unready.stderr.contains("waiting for keys"), "{unready:?}");
}

#[test]
fn the_command_tells_that_nobody_answers() {
    let folder = agentup_tests::Folder::quick_start();
    let number = agentup_tests::nobody().port().to_string();
    let flags = ["health", "--port", &number];
    let outcome = run("agentup-server", folder.path(), flags);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .starts_with("error: no answer from http://127.0.0.1:")
    );
    assert_eq!(outcome.stdout, "");

    folder.write("agent_config.yaml", "agent: [");
    assert_eq!(run("agentup-server", folder.path(), flags).code, Some(78));
}
