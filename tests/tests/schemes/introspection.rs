//! Opaque tokens: an authorization server that answers, and one that does anything else.

use agentup_tests::{Answer, Server, nobody};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    ask,
    authority::{Authority, Saying, active},
    declared, fault, hello, server,
};

fn agent(authority: &Authority, more: &str) -> Server {
    server(&format!("type: oauth2, {}", authority.settings(more)))
}

async fn bring(server: &Server, token: &str) -> Answer {
    Answer::to(hello(server).bearer_auth(token)).await
}

/// A good answer with changes; null takes a member away.
fn changed(changes: &Value) -> Saying {
    let mut answer = active("alice", "basic");
    for (name, change) in changes.as_object().unwrap() {
        answer[name] = change.clone();
    }
    Saying::Json(answer)
}

#[tokio::test]
async fn the_server_is_asked_once_as_rfc_7662_says() {
    let authority = Authority::start();
    authority.says("good-token", Saying::Json(active("alice", "basic premium")));
    let server = agent(&authority, "");
    assert_eq!(declared(&server).await, ["oauth2"]);
    for skill in ["public_echo", "premium_analyzer"] {
        let answer = Answer::to(ask(&server, skill).bearer_auth("good-token")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let asked = authority.asked();
    let [question] = &asked[..] else {
        panic!("one question: {asked:?}")
    };
    assert_eq!(question.path, "/introspect");
    assert_eq!(
        question.form,
        "token=good-token&token_type_hint=access_token"
    );
    assert_eq!(
        question.headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(question.headers["accept"], "application/json");
    let basic = format!("Basic {}", STANDARD.encode("agent:the-secret-of-the-agent"));
    assert_eq!(question.headers["authorization"], basic.as_str());
    let log = server.stop().log;
    assert!(
        !log.contains("good-token") && !log.contains("the-secret-of-the-agent"),
        "{log}"
    );
}

/// The effect of `security.oauth2.client_auth` and `security.oauth2.client_secret`.
#[tokio::test]
async fn the_secret_may_stand_in_the_form() {
    let authority = Authority::start();
    authority.says("good-token", Saying::Json(active("alice", "")));
    let server = agent(&authority, ", client_auth: client_secret_post");
    assert_eq!(bring(&server, "good-token").await.status, 200);
    let [question] = &authority.asked()[..] else {
        panic!("one question")
    };
    assert!(question.headers.get("authorization").is_none());
    assert!(
        question
            .form
            .ends_with("&client_id=agent&client_secret=the-secret-of-the-agent")
    );
}

/// The effect of `security.oauth2.audience`.
#[tokio::test]
async fn what_the_server_refuses_is_refused() {
    let authority = Authority::start();
    let server = agent(&authority, "");
    for _ in 0..3 {
        let answer = bring(&server, "unknown").await;
        assert_eq!(answer.status, 401);
        assert!(fault(&answer).contains("error=\"invalid_token\""));
        assert!(fault(&answer).contains("Token is not active"));
    }
    assert_eq!(
        authority.asked().len(),
        1,
        "a refusal is believed for a while"
    );
    for (token, changes, told) in [
        (
            "other-audience",
            json!({"aud": "other"}),
            "Token audience does not match",
        ),
        (
            "no-audience",
            json!({"aud": null}),
            "Token is missing a required claim",
        ),
        (
            "no-subject",
            json!({"sub": null}),
            "Token is missing a required claim",
        ),
        (
            "expired",
            json!({"exp": 1_000_000_000}),
            "Token has expired",
        ),
        (
            "future",
            json!({"nbf": 9_000_000_000_u64}),
            "Token is not yet valid",
        ),
        (
            "bound",
            json!({"cnf": {"jkt": "x"}}),
            "Token type is not accepted",
        ),
        (
            "dpop",
            json!({"token_type": "DPoP"}),
            "Token type is not accepted",
        ),
    ] {
        authority.says(token, changed(&changes));
        let answer = bring(&server, token).await;
        assert_eq!(answer.status, 401, "{token}");
        assert!(fault(&answer).contains(told), "{token}: {answer:?}");
    }
}

#[tokio::test]
async fn scopes_are_those_that_the_server_tells() {
    let authority = Authority::start();
    authority.says("plain", Saying::Json(active("alice", "basic")));
    let server = agent(&authority, "");
    let denied = Answer::to(ask(&server, "premium_analyzer").bearer_auth("plain")).await;
    assert_eq!(denied.status, 403);
    assert!(fault(&denied).contains("scope=\"premium\""));
}

#[tokio::test]
async fn a_server_that_does_not_say_opens_nothing_and_blames_nobody() {
    let authority = Authority::start();
    let server = agent(&authority, "");
    let mut huge = active("alice", "admin");
    huge["padding"] = "x".repeat(5_000_000).into();
    for (token, saying) in [
        (
            "garbage",
            Saying::Text("<html>active: true</html>".to_owned()),
        ),
        ("nothing", Saying::Text(String::new())),
        (
            "twice",
            Saying::Text(r#"{"active":false,"active":true,"sub":"a"}"#.to_owned()),
        ),
        (
            "silent",
            Saying::Json(json!({"sub": "alice", "aud": "agent"})),
        ),
        ("texted", changed(&json!({"active": "true"}))),
        ("ill-typed", changed(&json!({"exp": "tomorrow"}))),
        ("huge", Saying::Json(huge)),
        ("failing", Saying::Status(500)),
        ("refusing", Saying::Status(401)),
        ("empty", Saying::Status(204)),
        ("elsewhere", Saying::Redirect),
    ] {
        authority.says(token, saying);
        let answer = bring(&server, token).await;
        assert_eq!(answer.status, 503, "{token}: {answer:?}");
        assert!(answer.header("retry-after").is_some(), "{token}");
        assert!(answer.header("www-authenticate").is_none(), "{token}");
    }
    assert!(
        authority
            .asked()
            .iter()
            .all(|asked| asked.path == "/introspect")
    );
    // None of it is remembered, and none of it counts against another token.
    authority.says("garbage", Saying::Json(active("alice", "")));
    assert_eq!(bring(&server, "garbage").await.status, 200);
}

#[tokio::test]
async fn a_server_that_is_down_is_not_open() {
    let address = nobody();
    let server = server(&format!(
        "type: oauth2, oauth2: {{ introspection_endpoint: \"http://{address}/\", client_id: a, \
         client_secret: s, audience: agent }}"
    ));
    for token in ["one", "two", "one"] {
        let answer = bring(&server, token).await;
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.header("retry-after").is_some());
    }
    assert_eq!(server.get("/healthz").await.status, 200);
}

/// The effect of `security.oauth2.timeout`.
#[tokio::test]
async fn a_slow_server_is_waited_for_as_long_as_configured() {
    let authority = Authority::start();
    authority.says("slow", Saying::Hold);
    let server = agent(&authority, ", timeout: 1s");
    let answer = bring(&server, "slow").await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(
        server
            .log()
            .wait_for("introspection_timeout")
            .contains("does not answer in time")
    );
}

#[tokio::test]
async fn one_question_serves_all_who_wait_for_it() {
    let authority = Authority::start();
    authority.says("popular", Saying::Hold);
    let server = agent(&authority, ", timeout: 60s");
    let all = join_all((0..20).map(|_| bring(&server, "popular")));
    let release = async {
        // Whoever comes after the answer finds it remembered.
        while authority.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        authority.release();
    };
    let (answers, ()) = tokio::join!(all, release);
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(authority.asked().len(), 1);
}
