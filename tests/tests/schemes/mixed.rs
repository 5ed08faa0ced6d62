//! Several kinds of credentials at once: each alone is enough, and two are too many.

use agentup_auth::{Algorithm, issue::SigningKey};
use agentup_tests::{Answer, Server, tokens::token};

use super::{
    BEARER, KEY, KEY_HASH,
    authority::{Authority, Saying, active},
    challenges, declared, fault, hello, server,
};

fn everything(authority: &Authority) -> Server {
    server(&format!(
        "schemes: [{{ type: bearer, bearer: {{ {BEARER} }} }}, {{ type: oauth2, {} }}, \
         {{ type: api_key, api_key: {{ keys: [{{ name: service, hash: {KEY_HASH} }}] }} }}]",
        authority.settings("")
    ))
}

/// The effect of `security.schemes[].type`, `security.schemes[].bearer`,
/// `security.schemes[].api_key` and `security.schemes[].oauth2`.
#[tokio::test]
async fn each_kind_is_enough() {
    let authority = Authority::start();
    authority.says("opaque", Saying::Json(active("alice", "")));
    let server = everything(&authority);
    assert_eq!(declared(&server).await, ["bearer", "oauth2", "api_key"]);
    let jwt = token("alice", "basic");
    for request in [
        hello(&server).bearer_auth(&jwt),
        hello(&server).bearer_auth("opaque"),
        hello(&server).header("X-API-Key", KEY),
    ] {
        let answer = Answer::to(request).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let questions = authority.asked();
    assert_eq!(
        questions.len(),
        1,
        "nobody is asked about a token that is verified here"
    );
}

#[tokio::test]
async fn a_challenge_for_each_scheme() {
    let server = everything(&Authority::start());
    let answer = Answer::to(hello(&server)).await;
    assert_eq!(answer.status, 401);
    let schemes: Vec<String> = challenges(&answer)
        .iter()
        .map(|challenge| challenge.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(schemes, ["Bearer", "ApiKey"]);
    assert!(
        challenges(&answer)
            .iter()
            .all(|challenge| !challenge.contains("error"))
    );
}

#[tokio::test]
async fn two_credentials_are_a_bad_request_whatever_they_are_worth() {
    let authority = Authority::start();
    authority.says("opaque", Saying::Json(active("alice", "")));
    let server = everything(&authority);
    let jwt = token("alice", "");
    for token in [jwt.as_str(), "opaque", "worthless"] {
        for key in [KEY, "worthless-key"] {
            let both = hello(&server).bearer_auth(token).header("X-API-Key", key);
            let answer = Answer::to(both).await;
            assert_eq!(answer.status, 400, "{answer:?}");
            assert!(fault(&answer).contains("error=\"invalid_request\""));
        }
    }
    let two = hello(&server)
        .bearer_auth(&jwt)
        .header("Authorization", format!("Bearer {jwt}"));
    assert_eq!(Answer::to(two).await.status, 400);
    assert!(authority.asked().is_empty());
}

#[tokio::test]
async fn what_one_judge_refuses_no_other_is_asked_about() {
    let authority = Authority::start();
    let server = everything(&authority);
    let forged = agentup_auth::issue::with_broken_signature(&token("alice", ""));
    authority.says(&forged, Saying::Json(active("alice", "admin")));
    let answer = Answer::to(hello(&server).bearer_auth(&forged)).await;
    assert_eq!(answer.status, 401);
    assert!(fault(&answer).contains("JWT signature verification failed"));
    assert!(authority.asked().is_empty());
}

#[tokio::test]
async fn a_token_of_another_issuer_is_asked_about() {
    let authority = Authority::start();
    let server = everything(&authority);
    let key = SigningKey::hmac(Algorithm::HS256, b"a secret of somebody else, and long").unwrap();
    let mut claims = agentup_tests::tokens::claims("alice", "");
    claims.insert("iss".to_owned(), "https://elsewhere.example".into());
    let foreign = agentup_auth::issue::sign(&serde_json::Map::new(), &claims, &key).unwrap();
    let refused = Answer::to(hello(&server).bearer_auth(&foreign)).await;
    assert_eq!(refused.status, 401);
    assert!(fault(&refused).contains("Token is not active"));
    assert_eq!(authority.asked().len(), 1);
}
