//! The requirement document's comprehensive integration test, and what its text promises beyond.

use agentup_tests::{
    Answer, Server,
    tokens::{token, token_but},
};
use serde_json::json;

#[tokio::test]
async fn the_agent_is_discovered() {
    let server = Server::quick_start();
    let card = server.get("/.well-known/agent.json").await;
    assert_eq!(card.status, 200);
    let skills = card.at("/skills");
    let ids: Vec<_> = skills
        .as_array()
        .unwrap()
        .iter()
        .map(|skill| &skill["id"])
        .collect();
    assert_eq!(
        ids,
        [
            "public_echo",
            "basic_assistant",
            "premium_analyzer",
            "admin_status"
        ]
    );
    assert!(card.at("/securitySchemes").is_object());
    assert!(card.at("/security").is_array());
}

/// The test cases of the document, in its order and notation.
#[tokio::test]
async fn the_documents_seven_cases_hold() {
    let server = Server::quick_start();
    for (scopes, skill, expected_success) in [
        ("", "public_echo", true),
        ("basic", "basic_assistant", true),
        ("", "basic_assistant", false),
        ("basic,premium", "premium_analyzer", true),
        ("basic", "premium_analyzer", false),
        ("basic,premium,admin", "admin_status", true),
        ("basic,premium", "admin_status", false),
    ] {
        let token = token(&format!("test-{skill}"), scopes);
        let answer = server.ask(skill, &token, &format!("test {skill}")).await;
        assert_eq!(
            is_success(&answer),
            expected_success,
            "{skill} with scopes {scopes:?}"
        );
    }
}

#[tokio::test]
async fn a_scope_includes_those_before_it() {
    let server = Server::quick_start();
    for (scopes, skill, expected_success) in [
        ("admin", "basic_assistant", true),
        ("admin", "premium_analyzer", true),
        ("premium", "basic_assistant", true),
        ("public", "basic_assistant", false),
        ("premium", "admin_status", false),
    ] {
        let answer = server.ask(skill, &token("u", scopes), "test").await;
        assert_eq!(
            is_success(&answer),
            expected_success,
            "{skill} with scopes {scopes:?}"
        );
    }
}

#[tokio::test]
async fn scopes_are_understood_in_every_form() {
    let server = Server::quick_start();
    for claims in [
        json!({"scope": "basic,premium"}),
        json!({"scope": "basic premium"}),
        json!({"scope": "basic, premium"}),
        json!({"scope": ["basic", "premium"]}),
        json!({"scp": "basic premium"}),
        json!({"scp": ["basic", "premium"]}),
        json!({"scopes": ["premium"]}),
        json!({"scope": "basic premium", "scp": ["premium", "basic"]}),
    ] {
        let answer = server
            .ask("premium_analyzer", &token_but("u", "", claims.clone()), "x")
            .await;
        assert!(is_success(&answer), "{claims}: {answer:?}");
    }
}

#[tokio::test]
async fn a_scope_is_a_whole_word_in_its_own_case() {
    let server = Server::quick_start();
    for scopes in [
        "basics", "Basic", "BASIC", "bas", "x:basic", "basic:x", "premium2", "ad min",
    ] {
        let answer = server
            .ask("basic_assistant", &token("u", scopes), "hello")
            .await;
        assert!(!is_success(&answer), "{scopes}: {answer:?}");
    }
}

#[tokio::test]
async fn a_token_without_scopes_reaches_the_echo_alone() {
    let server = Server::quick_start();
    let token = token("u", "");
    let answer = server.ask("public_echo", &token, "hi").await;
    assert_eq!(answer.reply(), "Echo: hi (from user u)");
    for skill in ["basic_assistant", "premium_analyzer", "admin_status"] {
        assert!(
            !is_success(&server.ask(skill, &token, "hi").await),
            "{skill}"
        );
    }
}

#[tokio::test]
async fn a_denial_has_the_documents_words() {
    let server = Server::quick_start();
    for (scopes, skill, words) in [
        (
            "",
            "basic_assistant",
            "❌ Access denied. This feature requires 'basic' scope. You have: none",
        ),
        (
            "basic",
            "premium_analyzer",
            "❌ Access denied. Premium analyzer requires 'premium' scope. Consider upgrading your access level.",
        ),
        (
            "reports",
            "premium_analyzer",
            "❌ Access denied. This feature requires 'premium' scope. You have: reports",
        ),
        (
            "basic,premium",
            "admin_status",
            "❌ Administrative access denied. Requires 'admin' scope. Current scopes: basic, premium",
        ),
    ] {
        let answer = server
            .ask(skill, &token("mallory", scopes), "show config data hello")
            .await;
        assert_eq!((answer.status, answer.reply().as_str()), (200, words));
        assert_eq!(answer.at("/result/status/state"), "rejected");
    }
}

#[tokio::test]
async fn both_outcomes_stand_in_the_log_as_documented() {
    let server = Server::quick_start();
    server
        .ask("basic_assistant", &token("basic-user", "basic"), "hello")
        .await;
    server
        .ask("premium_analyzer", &token("basic-user", "basic"), "hello")
        .await;
    let log = server.stop().log;
    for line in [
        "User basic-user accessing basic_assistant with scopes: ['basic']",
        "Authorization failed for premium_analyzer: missing premium scope",
    ] {
        assert!(log.contains(line), "{line:?} is not in:\n{log}");
    }
    assert!(!log.contains("accessing premium_analyzer"), "{log}");
}

/// As the document's program tells success from failure.
fn is_success(answer: &Answer) -> bool {
    assert_eq!(answer.status, 200, "{answer:?}");
    !answer.reply().starts_with('❌')
}
