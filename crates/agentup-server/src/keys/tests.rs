//! What is read from a token whose key is not there, and when nothing is fetched.

use std::fs;

use agentup_env::Environment;

use super::*;
use crate::{config, testing::no_audit};

#[test]
fn the_name_of_the_key_that_a_token_wants() {
    let cases = [
        // {"kid":"one"}
        ("eyJraWQiOiJvbmUifQ.e30.", Some("one")),
        // {"alg":"ES256"}
        ("eyJhbGciOiJFUzI1NiJ9.e30.", None),
        // {"kid":7}
        ("eyJraWQiOjd9.e30.", None),
        ("nothing", None),
    ];
    for (token, expected) in cases {
        assert_eq!(kid(BearerToken::new(token)).as_deref(), expected, "{token}");
    }
}

fn security(keys: &str) -> SecurityConfig {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.yaml");
    let bearer = format!("{{ issuer: i, audience: a, {keys} }}");
    fs::write(&path, format!("security: {{ bearer: {bearer} }}\n")).unwrap();
    let environment = Environment::from_pairs(Vec::<(&str, &str)>::new());
    let loaded = config::load(&path, &environment);
    loaded
        .unwrap_or_else(|faults| panic!("{faults}"))
        .config
        .security
}

fn start(security: &SecurityConfig) -> Result<Option<Keys>, TryCurrentError> {
    let verifier = Verifier::new(security.issuers.clone(), security.policy.clone());
    Keys::start(security, &Arc::new(verifier), None, &no_audit())
}

#[test]
fn there_is_nothing_to_fetch_for_a_secret() {
    let secret = security("jwt_secret: a-secret-of-these-tests-and-of-nothing-else");
    assert!(start(&secret).unwrap().is_none());
}

#[test]
fn nothing_can_be_fetched_without_a_runtime() {
    let url = security("algorithm: ES256, jwks_url: https://a.example/keys");
    assert!(start(&url).is_err());
}

#[tokio::test]
async fn keys_are_missing_until_they_are_fetched() {
    // A port that nobody listens on.
    let url = security("algorithm: ES256, jwks_url: \"http://127.0.0.1:1/keys\"");
    let keys = start(&url).unwrap().unwrap();
    let shortages = keys.shortages();
    assert_eq!(shortages.len(), 1);
    assert!(!shortages[0].is_bearable());
    assert_eq!(
        (shortages[0].issuer.as_str(), shortages[0].keys),
        ("i", "missing")
    );
}
