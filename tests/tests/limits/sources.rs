//! Addresses: whose credentials are looked at, and who is believed to say for whom it asks.

use agentup_tests::{Answer, Server, message_v03, tokens::token};
use serde_json::json;

use crate::server;

const BAD: &str = "a.b.c";

/// Asks with a token, with a header line of a proxy.
async fn ask(server: &Server, token: &str, proxy: Option<(&str, &str)>) -> Answer {
    let params = message_v03("public_echo", "hi");
    let body = json!({"jsonrpc": "2.0", "id": "1", "method": "message/send", "params": params});
    let mut request = server.post(body.to_string()).bearer_auth(token);
    if let Some((name, value)) = proxy {
        request = request.header(name, value);
    }
    Answer::to(request).await
}

/// The effect of `server.limits.refusals_per_minute`.
#[tokio::test]
async fn credentials_of_an_address_that_guesses_are_not_looked_at() {
    // Clients come by themselves, so that this address is one of them.
    let server = server("trusted_proxies: [], limits: { refusals_per_minute: 3 }");
    let (known, new) = (token("alice", ""), token("bob", ""));
    assert_eq!(ask(&server, &known, None).await.status, 200);
    for _ in 0..3 {
        assert_eq!(ask(&server, BAD, None).await.status, 401);
    }
    let refused = ask(&server, BAD, None).await;
    assert_eq!(refused.status, 429, "{refused:?}");
    let pause: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&pause), "{refused:?}");
    assert_eq!(refused.header("www-authenticate"), None);
    assert_eq!(
        ask(&server, &new, None).await.status,
        429,
        "it was never seen here"
    );
    // A token that was found good is no guess.
    assert_eq!(ask(&server, &known, None).await.status, 200);
    assert_eq!(server.get("/.well-known/agent-card.json").await.status, 200);
    let log = server.log().wait_for("no more are looked at for now");
    assert_eq!(
        log.matches("no more are looked at for now").count(),
        1,
        "{log}"
    );
}

/// A caller without a credential does not guess.
#[tokio::test]
async fn requests_without_a_credential_are_not_counted() {
    let server = server("trusted_proxies: [], limits: { refusals_per_minute: 1 }");
    for _ in 0..3 {
        let answer = Answer::to(server.post("{}")).await;
        assert_eq!(answer.status, 401);
    }
    assert_eq!(ask(&server, &token("alice", ""), None).await.status, 200);
}

/// Behind an address of this machine there may be many, as behind a proxy that nobody named.
#[tokio::test]
async fn an_address_that_may_be_many_is_not_refused() {
    let server = server("limits: { refusals_per_minute: 1 }");
    for _ in 0..3 {
        assert_eq!(ask(&server, BAD, None).await.status, 401);
    }
    assert_eq!(ask(&server, &token("alice", ""), None).await.status, 200);
}

/// The effect of `server.trusted_proxies`.
#[tokio::test]
async fn a_trusted_proxy_says_for_whom_it_asks() {
    let server =
        server("trusted_proxies: [127.0.0.1, \"10.0.0.0/8\"], limits: { refusals_per_minute: 1 }");
    let good = token("alice", "");
    let by = |address| Some(("x-forwarded-for", address));
    assert_eq!(ask(&server, BAD, by("198.51.100.1")).await.status, 401);
    assert_eq!(ask(&server, BAD, by("198.51.100.1")).await.status, 429);
    let forged = by("198.51.100.2, 198.51.100.1, 10.1.1.1");
    assert_eq!(
        ask(&server, &good, forged).await.status,
        429,
        "only proxies are believed"
    );
    assert_eq!(ask(&server, &good, by("198.51.100.2")).await.status, 200);
    // The log has the client, not the proxy.
    let _ = server.log().wait_for("client=198.51.100.1");
    let _ = server.log().wait_for("client=198.51.100.2");
}

/// The effect of `server.forwarded_header`.
#[tokio::test]
async fn only_the_header_that_the_proxy_writes_is_read() {
    let server = server(
        "trusted_proxies: [127.0.0.1], forwarded_header: forwarded, \
         limits: { refusals_per_minute: 1 }",
    );
    let good = token("alice", "");
    let by = |value| Some(("forwarded", value));
    assert_eq!(ask(&server, BAD, by("for=198.51.100.1")).await.status, 401);
    assert_eq!(
        ask(&server, &good, by("for=\"198.51.100.1:80\""))
            .await
            .status,
        429
    );
    let other = Some(("x-forwarded-for", "198.51.100.1"));
    assert_eq!(ask(&server, &good, other).await.status, 200);
}
