//! Probes: for balancers and container platforms, without a token.

use agentup_tests::Server;

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
