//! Skills for some callers only: conditions on claims, beside the scopes.

use agentup_tests::{
    Answer, QUICK_START_ENV, Server, message_v10,
    tokens::{token, token_but},
};
use serde_json::{Value, json};

const CONFIG: &str = r#"
agent: { name: Claims, description: d, version: 0.1.0 }
security:
  bearer: { jwt_secret: "${JWT_SECRET}", issuer: "${JWT_ISSUER}", audience: "${JWT_AUDIENCE}" }
skills:
  - skill_id: public_echo
    required_scopes: []
    claims: { department: [engineering-7, research], realm_access: { roles: auditor } }
  - skill_id: basic_assistant
    claims: { department: engineering-7 }
"#;

fn server() -> Server {
    Server::start(CONFIG, QUICK_START_ENV)
}

fn good() -> Value {
    json!({"department": "engineering-7", "realm_access": {"roles": ["user", "auditor"]}})
}

/// The effect of `skills[].claims`.
#[tokio::test]
async fn every_condition_must_be_met() {
    let server = server();
    for (claims, allowed) in [
        (good(), true),
        (
            json!({"department": ["research", "x"], "realm_access": {"roles": "auditor"}}),
            true,
        ),
        (
            json!({"department": "sales", "realm_access": {"roles": "auditor"}}),
            false,
        ),
        (
            json!({"department": "research", "realm_access": {"roles": ["user"]}}),
            false,
        ),
        (json!({"department": "research"}), false),
        (json!({}), false),
    ] {
        let token = token_but("alice", "admin", claims.clone());
        let old = server.ask("public_echo", &token, "hi").await;
        assert_eq!(!old.reply().starts_with('❌'), allowed, "{claims}: {old:?}");
        let new = server.ask_v10("public_echo", &token, "hi").await;
        assert_eq!(new.status == 200, allowed, "{claims}: {new:?}");
    }
}

/// Neither the claim nor what is expected of it is told: it would tell who else may.
#[tokio::test]
async fn a_denial_names_no_scope_and_no_claim() {
    let server = server();
    let token = token_but("mallory", "basic", json!({"department": "sales"}));
    let words =
        "❌ Access denied. This feature is not available to this caller, whatever its scopes.";

    let old = server.ask("basic_assistant", &token, "hi").await;
    assert_eq!((old.status, old.reply().as_str()), (200, words));
    assert_eq!(old.at("/result/status/state"), "rejected");

    let new = server.ask_v10("basic_assistant", &token, "hi").await;
    assert_eq!((new.status, new.at("/error/message")), (403, words.into()));
    let challenge = new.challenge();
    assert_eq!(challenge.get("error"), Some("insufficient_scope"));
    assert_eq!(challenge.get("scope"), None);

    let params = message_v10("basic_assistant", "hi");
    let stream = server
        .call_v10(&token, "SendStreamingMessage", params)
        .await;
    assert_eq!(stream.status, 403);

    for answer in [&old, &new, &stream] {
        let told = format!("{answer:?}");
        for secret in ["engineering-7", "department", "sales"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
    }
    // Those who run the agent find the name of the claim, and no value of anybody.
    let log = server.stop().log;
    let line = "Authorization failed for basic_assistant: unmet condition on claims: department";
    assert!(log.contains(line), "{log}");
    assert!(
        !log.contains("engineering-7") && !log.contains("sales"),
        "{log}"
    );
}

/// A caller who lacks a scope too hears of that first: it is what can be asked for.
#[tokio::test]
async fn a_missing_scope_is_told_as_ever() {
    let server = server();
    let answer = server
        .ask_v10("basic_assistant", &token("mallory", ""), "hi")
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.challenge().get("scope"), Some("basic"));
    let words = "❌ Access denied. This feature requires 'basic' scope. You have: none";
    assert_eq!(answer.at("/error/message"), words);
}

#[tokio::test]
async fn the_extended_card_has_the_skills_that_the_claims_allow() {
    let server = server();
    let skills = async |claims: Value| {
        let token = token_but("alice", "basic", claims);
        let request = server.request("GET", "/extendedAgentCard");
        let card = Answer::to(request.header("A2A-Version", "1.0").bearer_auth(token)).await;
        let skills = card.at("/skills");
        let ids = skills
            .as_array()
            .unwrap()
            .iter()
            .map(|skill| skill["id"].clone());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(skills(good()).await, ["public_echo", "basic_assistant"]);
    assert_eq!(
        skills(json!({"department": "engineering-7"})).await,
        ["basic_assistant"]
    );
    assert!(skills(json!({})).await.is_empty());
    // The public card says nothing of the conditions.
    let card = server.get("/.well-known/agent-card.json").await;
    assert!(!card.body.contains("engineering-7") && !card.body.contains("department"));
}

/// A skill for some callers only is not what a message gets that names none.
#[tokio::test]
async fn a_skill_with_conditions_is_no_default() {
    let server = server();
    let mut params = message_v10("public_echo", "hi");
    params.as_object_mut().unwrap().remove("metadata");
    let token = token_but("alice", "admin", good());
    let answer = server.call_v10(&token, "SendMessage", params).await;
    assert_eq!(answer.error_code(), -32602, "{answer:?}");
}

/// Whoever runs the agent sees what is asked, for they have written it.
#[test]
fn the_table_of_skills_tells_the_conditions() {
    let folder = agentup_tests::Folder::new(CONFIG, QUICK_START_ENV);
    let printed = agentup_tests::run("agentup-server", folder.path(), ["skills"]);
    assert_eq!(printed.code, Some(0), "{printed:?}");
    for part in [
        "department: engineering-7 or research",
        "realm_access.roles: auditor",
        "department: engineering-7 ",
        "whose token has these claims",
    ] {
        assert!(
            printed.stdout.contains(part),
            "{part} in {}",
            printed.stdout
        );
    }
}
