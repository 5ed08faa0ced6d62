//! The agent card: what it promises is what the running agent does.

use agentup_tests::{Answer, Client, QUICK_START, QUICK_START_ENV, Server, tokens::token};
use serde_json::json;

const PLACES: [&str; 2] = ["/.well-known/agent-card.json", "/.well-known/agent.json"];

#[tokio::test]
async fn both_places_have_one_card() {
    let server = Server::quick_start();
    let cards = [server.get(PLACES[0]).await, server.get(PLACES[1]).await];
    assert_eq!(cards[0].body, cards[1].body);
    for card in cards {
        assert_eq!(
            (card.status, card.header("content-type")),
            (200, Some("application/json"))
        );
        assert_eq!(card.at("/name"), "JWT Test Agent");
        assert_eq!(card.at("/version"), "0.1.0");
        assert_eq!(
            card.at("/description"),
            "Agent demonstrating JWT authentication and scope-based authorization"
        );
    }
}

/// The address is that of the port the system chose: whoever reads the card reaches the agent.
#[tokio::test]
async fn every_address_of_the_card_is_answered() {
    let server = Server::quick_start();
    let card = server.get(PLACES[0]).await;
    let url = card.text_at("/url");
    assert_eq!(url, format!("{}/", server.url()));
    let old = Client::new(url.trim_end_matches('/').to_owned());
    assert_eq!(
        old.ask("public_echo", &token("u", ""), "hi").await.status,
        200
    );
    let interfaces = card.at("/supportedInterfaces");
    let interfaces = interfaces.as_array().unwrap();
    assert_eq!(
        interfaces[0]["protocolVersion"], "1.0",
        "A2A §8.3.1: the preferred one first"
    );
    for interface in interfaces {
        let client = Client::new(
            interface["url"]
                .as_str()
                .unwrap()
                .trim_end_matches('/')
                .to_owned(),
        );
        let binding = interface["protocolBinding"].as_str().unwrap();
        let version = interface["protocolVersion"].as_str().unwrap();
        let answer = match (binding, version) {
            ("JSONRPC", "1.0") => client.ask_v10("public_echo", &token("u", ""), "hi").await,
            ("JSONRPC", "0.3") => client.ask("public_echo", &token("u", ""), "hi").await,
            ("HTTP+JSON", "1.0") => {
                let request = client.request("GET", "/tasks").bearer_auth(token("u", ""));
                Answer::to(request.header("A2A-Version", "1.0")).await
            }
            other => panic!("the card promises {other:?}"),
        };
        assert_eq!(answer.status, 200, "{interface}: {answer:?}");
    }
}

#[tokio::test]
async fn the_scheme_is_told_to_both_generations() {
    let server = Server::quick_start();
    let card = server.get(PLACES[0]).await;
    let scheme = card.at("/securitySchemes/bearer");
    assert_eq!(
        (&scheme["type"], &scheme["bearerFormat"]),
        (&json!("http"), &json!("JWT"))
    );
    assert_eq!(
        scheme["scheme"].as_str().unwrap().to_ascii_lowercase(),
        "bearer"
    );
    assert_eq!(scheme["httpAuthSecurityScheme"]["bearerFormat"], "JWT");
    assert_eq!(card.at("/security"), json!([{"bearer": []}]));
    assert_eq!(
        card.at("/securityRequirements/0/schemes/bearer"),
        json!({"list": []})
    );
}

#[tokio::test]
async fn every_skill_names_the_scopes_that_it_asks_for() {
    let server = Server::quick_start();
    let card = server.get(PLACES[0]).await;
    let skills = card.at("/skills");
    for (skill, scopes) in skills.as_array().unwrap().iter().zip([
        json!([]),
        json!(["basic"]),
        json!(["premium"]),
        json!(["admin"]),
    ]) {
        assert_eq!(skill["security"], json!([{"bearer": scopes}]), "{skill}");
        let required = &skill["securityRequirements"][0]["schemes"]["bearer"];
        assert_eq!(required, &json!({"list": scopes}), "{skill}");
        assert!(!skill["name"].as_str().unwrap().is_empty());
        assert!(!skill["tags"].as_array().unwrap().is_empty());
    }
}

/// The effect of `agent.url`.
#[tokio::test]
async fn a_configured_address_stands_in_the_card() {
    let config = QUICK_START.replace(
        "  version: 0.1.0\n",
        "  version: 0.1.0\n  url: https://agent.example/a2a\n",
    );
    let server = Server::start(&config, QUICK_START_ENV);
    let card = server.get(PLACES[0]).await;
    assert_eq!(card.at("/url"), "https://agent.example/a2a/");
    let refused = Answer::to(server.post("{}")).await;
    assert_eq!(
        refused.challenge().get("resource_metadata"),
        Some("https://agent.example/a2a/.well-known/oauth-protected-resource")
    );
}

/// A forged `Host` must not get into a document that others may read from a cache.
#[tokio::test]
async fn the_card_takes_nothing_from_the_request() {
    let server = Server::quick_start();
    let honest = server.get(PLACES[0]).await;
    for header in ["host", "x-forwarded-host", "x-forwarded-proto", "forwarded"] {
        let request = server
            .request("GET", PLACES[0])
            .header(header, "evil.example");
        assert_eq!(Answer::to(request).await.body, honest.body, "{header}");
    }
}

#[tokio::test]
async fn the_card_is_not_sent_to_those_who_have_it() {
    let server = Server::quick_start();
    for place in PLACES {
        let card = server.get(place).await;
        let etag = card.header("etag").unwrap().to_owned();
        assert!(card.header("cache-control").unwrap().contains("max-age="));
        for (known, status) in [
            (etag.clone(), 304),
            (format!("W/{etag}"), 304),
            (format!("\"other\", {etag}"), 304),
            ("*".to_owned(), 304),
            ("\"other\"".to_owned(), 200),
        ] {
            let request = server.request("GET", place).header("if-none-match", &known);
            let answer = Answer::to(request).await;
            assert_eq!(answer.status, status, "{known}");
            assert_eq!(answer.header("etag"), Some(etag.as_str()));
            assert_eq!(answer.body.is_empty(), status == 304);
        }
    }
}

#[tokio::test]
async fn the_card_has_an_age_for_those_who_know_no_tag() {
    let server = Server::quick_start();
    let card = server.get(PLACES[0]).await;
    let modified = card.header("last-modified").unwrap().to_owned();
    let long_ago = "Thu, 01 Jan 1970 00:00:00 GMT";
    let ask = async |headers: &[(&str, &str)]| {
        let mut request = server.request("GET", PLACES[0]);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::to(request).await.status
    };
    assert_eq!(ask(&[("if-modified-since", &modified)]).await, 304);
    assert_eq!(ask(&[("if-modified-since", long_ago)]).await, 200);
    assert_eq!(ask(&[("if-modified-since", "yesterday")]).await, 200);
    // A tag counts for more than an age (RFC 9110 §13.1.3).
    let both = [
        ("if-modified-since", modified.as_str()),
        ("if-none-match", "\"other\""),
    ];
    assert_eq!(ask(&both).await, 200);
}

#[tokio::test]
async fn the_metadata_of_the_resource_says_how_tokens_are_sent() {
    let server = Server::quick_start();
    let metadata = server.get("/.well-known/oauth-protected-resource").await;
    assert_eq!(metadata.at("/resource"), format!("{}/", server.url()));
    assert_eq!(metadata.at("/bearer_methods_supported"), json!(["header"]));
    assert_eq!(
        metadata.at("/scopes_supported"),
        json!(["admin", "basic", "premium"])
    );
}

/// `agentup-server card` prints what the server would say.
#[tokio::test]
async fn the_command_prints_the_card() {
    let server = Server::quick_start();
    let port = server.authority().rsplit_once(':').unwrap().1;
    let args = ["card", "--port", port];
    let printed = agentup_tests::run("agentup-server", server.folder().path(), args);
    assert_eq!(printed.code, Some(0), "{printed:?}");
    let printed: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    assert_eq!(printed, server.get(PLACES[0]).await.json());
}
