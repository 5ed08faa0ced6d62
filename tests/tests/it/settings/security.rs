//! `security` and `environment`: who must say who they are.

use agentup_tests::{Answer, QUICK_START_ENV};
use serde_json::json;

use super::{check, server};

const TOKENS: &str = "bearer: { jwt_secret: \"${JWT_SECRET}\", issuer: test-issuer, audience: a }";

/// The effect of `security.enabled`.
#[tokio::test]
async fn without_security_no_credential_is_asked_for() {
    for (enabled, status) in [(false, 200), (true, 401)] {
        let server = server(&format!("security: {{ enabled: {enabled}, {TOKENS} }}"));
        let body = json!({
            "jsonrpc": "2.0", "id": 1, "method": "message/send",
            "params": agentup_tests::message_v03("public_echo", "hi"),
        });
        let answer = Answer::to(server.post(body.to_string())).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

/// The effect of `security.allow_insecure`.
#[test]
fn an_open_agent_on_an_open_address_must_be_meant() {
    let open = |more: &str| {
        check(&format!(
            "server: {{ host: 0.0.0.0 }}\nsecurity: {{ enabled: false{more} }}"
        ))
    };
    let (code, said) = open("");
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("security.allow_insecure: true"), "{said}");
    assert_eq!(open(", allow_insecure: true").0, Some(0));
}

/// The effect of `security.realm`.
#[tokio::test]
async fn a_challenge_names_the_realm() {
    let server = server(&format!("security: {{ realm: My agents, {TOKENS} }}"));
    let answer = Answer::to(server.post("{}")).await;
    assert_eq!(answer.challenge().get("realm"), Some("My agents"));
}

/// The effect of `environment`.
#[test]
fn production_refuses_what_development_warns_of() {
    assert!(QUICK_START_ENV.contains("change-in-production"));
    let (code, said) = check("environment: development");
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = check("environment: production");
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("security.bearer.jwt_secret"), "{said}");
}

/// The effect of `server.allow_plain_http`.
#[test]
fn plain_http_for_all_must_be_meant_in_production() {
    let bearer = "bearer: { algorithm: RS256, jwks_url: https://issuer.example/keys, issuer: i, audience: a }";
    let with = |server: &str| {
        check(&format!(
            "environment: production\nserver: {{ {server} }}\nsecurity: {{ {bearer} }}\n"
        ))
    };
    let env_is_loud = "variable DEBUG: debug messages";
    let (code, said) = with("host: 0.0.0.0");
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("server.allow_plain_http: true"), "{said}");
    // What is left is a matter of the document's `.env`.
    let (_, said) = with("host: 0.0.0.0, allow_plain_http: true");
    assert!(
        !said.contains("server.") && said.contains(env_is_loud),
        "{said}"
    );
}
