//! Which skill a message is for: the one it names, in one of three places, or the default.

use agentup_tests::{Answer, QUICK_START, QUICK_START_ENV, Server, tokens::token};
use serde_json::{Value, json};

const NO_SUCH_SKILL: i64 = -32602;

/// Parameters that name a skill in up to three places.
fn naming(given: Option<&str>, metadata: Option<&str>, message: Option<&str>) -> Value {
    let mut params = json!({
        "message": {"role": "user", "messageId": "m", "parts": [{"kind": "text", "text": "hello"}]},
    });
    if let Some(skill) = given {
        params["skillId"] = skill.into();
    }
    if let Some(skill) = metadata {
        params["metadata"] = json!({"skillId": skill});
    }
    if let Some(skill) = message {
        params["message"]["metadata"] = json!({"skillId": skill});
    }
    params
}

async fn send(server: &Server, params: Value) -> Answer {
    server
        .call(&token("alice", "basic"), "message/send", params)
        .await
}

const GREETING: &str = "👋 Hello alice! I'm your basic AI assistant. How can I help you today?";
const ECHO: &str = "Echo: hello (from user alice)";

#[tokio::test]
async fn a_skill_is_named_in_any_of_three_places() {
    let server = Server::quick_start();
    let basic = Some("basic_assistant");
    for params in [
        naming(basic, None, None),
        naming(None, basic, None),
        naming(None, None, basic),
        naming(basic, basic, None),
        naming(basic, basic, basic),
    ] {
        let answer = send(&server, params.clone()).await;
        assert_eq!(answer.reply(), GREETING, "{params}");
    }
}

#[tokio::test]
async fn two_places_that_differ_are_refused() {
    let server = Server::quick_start();
    let (basic, echo) = (Some("basic_assistant"), Some("public_echo"));
    for params in [
        naming(basic, echo, None),
        naming(basic, None, echo),
        naming(None, basic, echo),
        naming(basic, basic, echo),
        naming(echo, basic, basic),
    ] {
        let answer = send(&server, params.clone()).await;
        assert_eq!(
            (answer.status, answer.error_code()),
            (200, NO_SUCH_SKILL.into()),
            "{params}"
        );
    }
}

#[tokio::test]
async fn a_message_that_names_none_is_for_the_first_open_skill() {
    let server = Server::quick_start();
    assert_eq!(send(&server, naming(None, None, None)).await.reply(), ECHO);
}

/// The effect of `agent.default_skill`.
#[tokio::test]
async fn the_default_skill_can_be_configured() {
    let config = QUICK_START.replace(
        "  version: 0.1.0\n",
        "  version: 0.1.0\n  default_skill: basic_assistant\n",
    );
    let server = Server::start(&config, QUICK_START_ENV);
    assert_eq!(
        send(&server, naming(None, None, None)).await.reply(),
        GREETING
    );
    // To be the default is no permission.
    let answer = server
        .call(
            &token("alice", ""),
            "message/send",
            naming(None, None, None),
        )
        .await;
    assert_eq!(answer.at("/result/status/state"), "rejected");
}

#[tokio::test]
async fn an_agent_without_an_open_skill_has_no_default() {
    let (head, _) = QUICK_START.split_once("  - skill_id: public_echo").unwrap();
    let (_, tail) = QUICK_START
        .split_once("  - skill_id: basic_assistant")
        .unwrap();
    let config = format!("{head}  - skill_id: basic_assistant{tail}");
    let server = Server::start(&config, QUICK_START_ENV);
    let answer = send(&server, naming(None, None, None)).await;
    assert_eq!(answer.error_code(), NO_SUCH_SKILL);
    assert_eq!(
        send(&server, naming(Some("basic_assistant"), None, None))
            .await
            .reply(),
        GREETING
    );
}

/// An error that lists the skills would tell a caller what there is beyond the card.
#[tokio::test]
async fn an_unknown_skill_is_refused_without_naming_another() {
    let server = Server::quick_start();
    for unknown in [
        "nosuch",
        "PUBLIC_ECHO",
        "public_echo ",
        "basic_assistan",
        "../admin_status",
    ] {
        let answer = send(&server, naming(Some(unknown), None, None)).await;
        assert_eq!(
            (answer.status, answer.error_code()),
            (200, NO_SUCH_SKILL.into()),
            "{unknown}"
        );
        let body = answer.body.replace(unknown, "");
        for skill in [
            "public_echo",
            "basic_assistant",
            "premium_analyzer",
            "admin_status",
        ] {
            assert!(!body.contains(skill), "{skill} in {body}");
        }
    }
}

#[tokio::test]
async fn a_skill_id_of_another_type_is_refused() {
    let server = Server::quick_start();
    for id in [
        json!(7),
        json!(["public_echo"]),
        json!({"id": "public_echo"}),
        json!(true),
    ] {
        let mut params = naming(None, None, None);
        params["skillId"] = id.clone();
        assert_eq!(
            send(&server, params).await.error_code(),
            NO_SUCH_SKILL,
            "{id}"
        );
    }
}
