//! Tests of what is read from the cards of both generations.

use serde_json::json;

use super::*;

fn endpoint(card: Value) -> Option<String> {
    Card::new(card).unwrap().endpoint().map(String::from)
}

#[test]
fn the_endpoint_is_found_in_every_generation() {
    let expected = Some("https://agent.example/rpc".to_owned());
    for card in [
        json!({"url": "https://agent.example/rpc"}),
        json!({"url": "https://agent.example/rpc", "preferredTransport": "JSONRPC"}),
        json!({
            "url": "https://agent.example/rest", "preferredTransport": "HTTP+JSON",
            "additionalInterfaces": [
                {"url": "https://agent.example/rest", "transport": "HTTP+JSON"},
                {"url": "https://agent.example/rpc", "transport": "JSONRPC"},
            ],
        }),
        json!({"supportedInterfaces": [
            {"url": "https://agent.example/v1", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"},
            {"url": "https://agent.example/rpc", "protocolBinding": "JSONRPC", "protocolVersion": "0.3"},
        ]}),
        json!({"supportedInterfaces": [
            {"url": "https://agent.example/rpc", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"},
        ]}),
    ] {
        assert_eq!(endpoint(card.clone()), expected, "{card}");
    }
}

#[test]
fn an_endpoint_that_cannot_be_called_is_none() {
    for card in [
        json!({}),
        json!({"url": 7}),
        json!({"url": "/rpc"}),
        json!({"url": "file:///etc/passwd"}),
        json!({"url": "https://user:password@agent.example/"}),
        json!({"url": "grpc.example:443", "preferredTransport": "GRPC"}),
        json!({"supportedInterfaces": [{"url": "https://agent.example", "protocolBinding": "HTTP+JSON"}]}),
    ] {
        assert_eq!(endpoint(card.clone()), None, "{card}");
    }
}

#[test]
fn skills_without_needs_of_their_own_have_the_agents() {
    let card = Card::new(json!({
        "security": [{"bearer": ["public"]}],
        "skills": [
            {"id": "own", "name": "Own", "security": [{"bearer": ["basic"]}]},
            {"id": "agents"},
            {"id": "none", "security": []},
            {"name": "cannot be called"},
            "senseless",
        ],
    }))
    .unwrap();
    let skills: Vec<_> = card
        .skills()
        .into_iter()
        .map(|skill| (skill.id, skill.name, skill.needs.unwrap().to_string()))
        .collect();
    let expected = [
        ("own", "Own", "basic"),
        ("agents", "", "public"),
        ("none", "", "-"),
    ];
    assert_eq!(
        skills,
        expected.map(|(id, name, needs)| (id.to_owned(), name.to_owned(), needs.to_owned()))
    );
}

#[test]
fn what_is_no_card_has_nothing() {
    assert!(Card::new(json!([])).is_none());
    assert!(
        Card::new(json!({"skills": {}}))
            .unwrap()
            .skills()
            .is_empty()
    );
    let many: Vec<_> = (0..1000).map(|id| json!({"id": id.to_string()})).collect();
    assert_eq!(
        Card::new(json!({"skills": many})).unwrap().skills().len(),
        MAX_SKILLS
    );
}
