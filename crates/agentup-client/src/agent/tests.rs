//! Tests of which addresses are taken and to which of them the token goes.

use std::time::Duration;

use super::*;
use crate::tls::Tls;

fn agent(base: &str, direct: bool) -> Agent {
    let http = Http::new(Duration::from_secs(1), Tls::default()).unwrap();
    Agent::new(
        BaseUrl::parse(base).unwrap(),
        http,
        Token::parse("a.b.c").ok(),
        direct,
    )
}

/// Where requests go, and what is noted, when the card of the agent at `base` names `url`.
fn chosen(base: &str, url: &str, direct: bool) -> (String, String) {
    let mut agent = agent(base, direct);
    let card = Card::new(json!({"url": url})).unwrap();
    let endpoint = agent.endpoint_of(&card);
    let endpoint = agent.use_endpoint(endpoint);
    (endpoint.to_string(), agent.take_notes().join(" "))
}

#[test]
fn an_address_ends_with_a_slash() {
    for (text, base) in [
        ("http://localhost:8000", "http://localhost:8000/"),
        ("https://agent.example/a2a", "https://agent.example/a2a/"),
        ("HTTPS://Agent.Example:443/", "https://agent.example/"),
    ] {
        assert_eq!(BaseUrl::parse(text).unwrap().0.as_str(), base);
    }
}

#[test]
fn an_address_of_no_use_is_refused() {
    for text in [
        "",
        "localhost:8000",
        "agent.example",
        "ftp://agent.example",
        "http://",
        "http://user:password@agent.example",
        "http://agent.example/?token=x",
        "http://agent.example/#x",
    ] {
        assert!(BaseUrl::parse(text).is_err(), "{text}");
    }
}

#[test]
fn the_card_says_where_requests_go() {
    for (base, url, endpoint) in [
        (
            "http://localhost:8000",
            "http://localhost:8000/",
            "http://localhost:8000/",
        ),
        (
            "http://localhost:8000",
            "http://127.0.0.1:8000/",
            "http://127.0.0.1:8000/",
        ),
        (
            "http://[::1]:8000",
            "http://127.0.0.1:8000/rpc",
            "http://127.0.0.1:8000/rpc",
        ),
        (
            "https://agent.example",
            "https://agent.example/a2a",
            "https://agent.example/a2a",
        ),
        (
            "https://agent.example",
            "not an address",
            "https://agent.example/",
        ),
    ] {
        assert_eq!(
            chosen(base, url, false),
            (endpoint.to_owned(), String::new()),
            "{base} {url}"
        );
    }
}

#[test]
fn another_place_is_noted() {
    let (endpoint, notes) = chosen("http://localhost:8000", "https://agent.example/", false);
    assert_eq!(endpoint, "https://agent.example/");
    assert!(
        notes.contains("Requests go to https://agent.example, which the card names"),
        "{notes}"
    );

    let (endpoint, notes) = chosen("http://localhost:8000", "https://agent.example/", true);
    assert_eq!(
        (endpoint.as_str(), notes.as_str()),
        ("http://localhost:8000/", "")
    );
}

#[test]
fn tls_is_not_given_up_for_a_card() {
    let (endpoint, notes) = chosen("https://agent.example", "http://agent.example/", false);
    assert_eq!(endpoint, "https://agent.example/");
    assert!(notes.contains("without TLS"), "{notes}");
}

#[test]
fn a_token_in_the_clear_is_noted_once() {
    let mut agent = agent("http://agent.example", false);
    let base = agent.base.clone();
    agent.use_endpoint(base.clone());
    assert_eq!(
        agent.take_notes(),
        ["The token travels unencrypted to http://agent.example."]
    );
    agent.use_endpoint(base);
    assert!(agent.take_notes().is_empty());
}
