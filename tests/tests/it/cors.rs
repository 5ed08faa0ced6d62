//! Browsers: pages of the configured origins may call the agent, and no others.

use agentup_tests::{Answer, QUICK_START, QUICK_START_ENV, Server, tokens::token};

const PAGE: &str = "https://console.example";

/// What a browser asks before it sends a token.
async fn preflight(server: &Server, origin: &str) -> Answer {
    let request = server.request("OPTIONS", "/").header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    Answer::to(request.header(
        "access-control-request-headers",
        "authorization,content-type",
    ))
    .await
}

#[tokio::test]
async fn without_configuration_no_page_may_read_an_answer() {
    let server = Server::quick_start();
    for origin in [PAGE, "null", server.url()] {
        let answer = preflight(&server, origin).await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{answer:?}"
        );
    }
}

/// The effect of `server.cors.origins`.
#[tokio::test]
async fn pages_of_a_configured_origin_may_call() {
    let config = format!("server: {{cors: {{origins: [\"{PAGE}\"]}}}}\n{QUICK_START}");
    let server = Server::start(&config, QUICK_START_ENV);
    let answer = preflight(&server, PAGE).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    let allowed = answer.header("access-control-allow-headers").unwrap();
    assert!(
        allowed.contains("authorization") && allowed.contains("a2a-version"),
        "{allowed}"
    );
    // The browser's own credentials are never asked for: tokens come from the page.
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    for other in [
        "https://evil.example",
        "https://console.example.evil.example",
        "http://console.example",
        "null",
    ] {
        let answer = preflight(&server, other).await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{other}"
        );
    }
    // To be of the right origin is no credential; a page can read the refusal.
    let refused = Answer::to(server.post("{}").header("origin", PAGE)).await;
    assert_eq!(
        (
            refused.status,
            refused.header("access-control-allow-origin")
        ),
        (401, Some(PAGE))
    );
    let exposed = refused.header("access-control-expose-headers").unwrap();
    assert!(exposed.contains("www-authenticate"), "{exposed}");
    let request = server
        .post("{}")
        .header("origin", PAGE)
        .bearer_auth(token("alice", ""));
    assert_eq!(Answer::to(request).await.error_code(), -32600);
}
