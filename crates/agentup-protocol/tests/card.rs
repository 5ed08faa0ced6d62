//! The card in its three forms: pure 1.0, hybrid, and the 0.3 cards of others.

#![expect(clippy::unwrap_used, reason = "a test stops at its first fault")]

use std::collections::BTreeMap;

use agentup_protocol::{
    AgentCapabilities, AgentCard, AgentCardSignature, AgentExtension, AgentInterface,
    AgentProvider, AgentSkill, ApiKeyLocation, ErrorKind, Generation, JsonObject, OAuthFlow,
    ProtocolBinding, SecurityRequirement, SecurityScheme,
};
use serde_json::{Value, json};

fn v10() -> Value {
    serde_json::from_str(include_str!("golden/card_v10.json")).unwrap()
}

fn additions() -> Value {
    serde_json::from_str(include_str!("golden/card_v03_additions.json")).unwrap()
}

fn schemes() -> BTreeMap<String, SecurityScheme> {
    let token_url = "https://as.example/token".to_owned();
    let schemes = [
        (
            "bearer",
            SecurityScheme::Http {
                scheme: "Bearer".to_owned(),
                bearer_format: Some("JWT".to_owned()),
                description: None,
            },
        ),
        (
            "browser",
            SecurityScheme::OAuth2 {
                flow: OAuthFlow::AuthorizationCode {
                    authorization_url: "https://as.example/authorize".to_owned(),
                    token_url: token_url.clone(),
                    refresh_url: None,
                    scopes: BTreeMap::from([("basic".to_owned(), "Basic skills".to_owned())]),
                    pkce_required: true,
                },
                metadata_url: Some(
                    "https://as.example/.well-known/oauth-authorization-server".to_owned(),
                ),
                description: None,
            },
        ),
        (
            "certificate",
            SecurityScheme::MutualTls { description: None },
        ),
        (
            "device",
            SecurityScheme::OAuth2 {
                flow: OAuthFlow::DeviceCode {
                    device_authorization_url: "https://as.example/device".to_owned(),
                    token_url,
                    refresh_url: None,
                    scopes: BTreeMap::new(),
                },
                metadata_url: None,
                description: None,
            },
        ),
        (
            "key",
            SecurityScheme::ApiKey {
                location: ApiKeyLocation::Header,
                name: "X-API-Key".to_owned(),
                description: Some("Ask for one.".to_owned()),
            },
        ),
        (
            "openid",
            SecurityScheme::OpenIdConnect {
                url: "https://as.example/.well-known/openid-configuration".to_owned(),
                description: None,
            },
        ),
    ];
    schemes
        .into_iter()
        .map(|(name, scheme)| (name.to_owned(), scheme))
        .collect()
}

fn skills() -> Vec<AgentSkill> {
    let both = [
        ("certificate".to_owned(), vec![]),
        ("key".to_owned(), vec![]),
    ];
    vec![
        AgentSkill {
            id: "public_echo".to_owned(),
            name: "Echo".to_owned(),
            description: "Says it again.".to_owned(),
            tags: vec!["demo".to_owned()],
            examples: vec!["hello".to_owned()],
            ..AgentSkill::default()
        },
        AgentSkill {
            id: "basic_assistant".to_owned(),
            name: "Basic Assistant".to_owned(),
            description: "Answers.".to_owned(),
            tags: vec!["ai".to_owned()],
            input_modes: vec!["text/plain".to_owned()],
            output_modes: vec!["text/markdown".to_owned()],
            security_requirements: vec![
                SecurityRequirement::one("bearer", vec!["basic".to_owned()]),
                SecurityRequirement(BTreeMap::from(both)),
            ],
            ..AgentSkill::default()
        },
    ]
}

fn card() -> AgentCard {
    AgentCard {
        name: "JWT Test Agent".to_owned(),
        description: "Tests tokens.".to_owned(),
        version: "0.1.0".to_owned(),
        interfaces: AgentInterface::at("https://agent.example/"),
        provider: Some(AgentProvider {
            organization: "Example".to_owned(),
            url: "https://example.com".to_owned(),
        }),
        documentation_url: Some("https://agent.example/docs".to_owned()),
        icon_url: Some("https://agent.example/icon.png".to_owned()),
        capabilities: AgentCapabilities {
            streaming: true,
            push_notifications: false,
            extended_agent_card: true,
            extensions: vec![AgentExtension {
                uri: "https://ext.example/1".to_owned(),
                description: "One.".to_owned(),
                required: true,
                params: Some(JsonObject::from_iter([("a".to_owned(), json!(1))])),
            }],
        },
        default_input_modes: vec!["text/plain".to_owned()],
        default_output_modes: vec!["text/plain".to_owned(), "application/json".to_owned()],
        security_schemes: schemes(),
        security_requirements: vec![SecurityRequirement::one("bearer", vec![])],
        skills: skills(),
        signatures: vec![AgentCardSignature {
            protected: "eyJhbGciOiJFUzI1NiJ9".to_owned(),
            signature: "c2ln".to_owned(),
            header: None,
        }],
    }
}

/// `left` with the members of `right` beside its own, at every depth.
fn merge(left: &mut Value, right: Value) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            for (name, value) in right {
                merge(left.entry(name).or_insert(Value::Null), value);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (left, right) in left.iter_mut().zip(right) {
                merge(left, right);
            }
        }
        (left, right) => *left = right,
    }
}

#[test]
fn the_1_0_card_has_1_0_members_only() {
    assert_eq!(Value::Object(card().to_v10_json()), v10());
}

#[test]
fn the_hybrid_card_has_the_members_of_both() {
    let mut expected = v10();
    merge(&mut expected, additions());
    assert_eq!(Value::Object(card().to_hybrid_json()), expected);
}

#[test]
fn the_hybrid_card_of_an_agent_without_0_3_is_its_1_0_card() {
    let mut card = card();
    card.interfaces
        .retain(|interface| interface.generation() == Some(Generation::V10));
    assert_eq!(card.to_hybrid_json(), card.to_v10_json());
}

#[test]
fn other_0_3_interfaces_are_additional() {
    let mut card = card();
    let url = "https://agent.example/v1".to_owned();
    card.interfaces.push(AgentInterface::new(
        url,
        ProtocolBinding::HttpJson,
        Generation::V03,
    ));
    let interfaces = &card.to_hybrid_json()["additionalInterfaces"];
    assert_eq!(
        *interfaces,
        json!([{"url": "https://agent.example/v1", "transport": "HTTP+JSON"}])
    );
}

#[test]
fn empty_values_are_left_out() {
    let card = AgentCard {
        name: "a".to_owned(),
        provider: Some(AgentProvider::default()),
        icon_url: Some(String::new()),
        interfaces: AgentInterface::at("https://agent.example"),
        ..AgentCard::default()
    };
    let names: Vec<String> = card.to_v10_json().keys().cloned().collect();
    assert_eq!(names, ["name", "supportedInterfaces", "capabilities"]);
    let capabilities =
        json!({"streaming": false, "pushNotifications": false, "extendedAgentCard": false});
    assert_eq!(card.to_v10_json()["capabilities"], capabilities);
    for name in [
        "security",
        "securitySchemes",
        "supportsAuthenticatedExtendedCard",
    ] {
        assert!(!card.to_hybrid_json().contains_key(name), "{name}");
    }
}

#[test]
fn lists_that_0_3_requires_stay_in_the_hybrid_card() {
    let mut card = card();
    card.default_input_modes.clear();
    card.default_output_modes.clear();
    card.skills[0].tags.clear();
    let hybrid = card.to_hybrid_json();
    assert_eq!(hybrid["skills"][0]["tags"], json!([]));
    for name in ["defaultInputModes", "defaultOutputModes"] {
        assert_eq!(hybrid[name], json!([]), "{name}");
        assert!(!card.to_v10_json().contains_key(name), "{name}");
    }
    card.skills.clear();
    assert_eq!(card.to_hybrid_json()["skills"], json!([]));
}

#[test]
fn cards_of_1_0_and_hybrid_cards_are_read_back() {
    for json in [card().to_v10_json(), card().to_hybrid_json()] {
        let read = AgentCard::parse(&serde_json::to_vec(&json).unwrap()).unwrap();
        assert_eq!(read, card());
    }
}

#[test]
fn a_card_of_0_3_is_read_as_one_with_0_3_interfaces() {
    let mut json = additions();
    let device = json["securitySchemes"]
        .as_object_mut()
        .unwrap()
        .remove("device");
    assert!(device.is_some(), "0.3 has no device flow to read back");
    merge(
        &mut json,
        json!({
            "name": "old", "description": "d", "version": "1", "capabilities": {"streaming": true, "stateTransitionHistory": false},
            "additionalInterfaces": [
                {"url": "https://agent.example/", "transport": "JSONRPC"},
                {"url": "https://agent.example/v1", "transport": "HTTP+JSON"}
            ],
            "skills": [{"id": "public_echo", "name": "e", "description": "d", "tags": []}, {"id": "basic_assistant", "tags": null}]
        }),
    );
    let read = AgentCard::parse(json.to_string().as_bytes()).unwrap();
    let urls: Vec<(&str, &str)> = read
        .interfaces
        .iter()
        .map(|it| (it.url.as_str(), it.binding.name()))
        .collect();
    let expected = [
        ("https://agent.example/", "JSONRPC"),
        ("https://agent.example/v1", "HTTP+JSON"),
    ];
    assert_eq!(urls, expected);
    assert!(
        read.interfaces
            .iter()
            .all(|it| it.generation() == Some(Generation::V03))
    );
    assert!(read.capabilities.streaming && read.capabilities.extended_agent_card);
    let mut expected = schemes();
    expected.remove("device");
    assert_eq!(read.security_schemes, expected);
    assert_eq!(read.security_requirements, card().security_requirements);
    assert_eq!(
        read.skills[1].security_requirements,
        skills()[1].security_requirements
    );
}

#[test]
fn what_is_not_known_in_a_card_is_left_out() {
    let json = json!({
        "name": "a", "surprise": 1, "url": "https://agent.example/",
        "securitySchemes": {
            "odd": {"type": "quantum"},
            "implicit": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "u", "scopes": {}}}},
            "none": 5
        }
    });
    let read = AgentCard::parse(json.to_string().as_bytes()).unwrap();
    assert_eq!(read.security_schemes, BTreeMap::new());
}

#[test]
fn what_is_no_card_is_refused() {
    for json in [
        "",
        "[]",
        "{}",
        r#"{"name": "no interface"}"#,
        r#"{"name": 5, "url": "u"}"#,
    ] {
        let error = AgentCard::parse(json.as_bytes()).expect_err(json);
        assert_eq!(error.kind(), ErrorKind::InvalidAgentResponse, "{json}");
    }
}
