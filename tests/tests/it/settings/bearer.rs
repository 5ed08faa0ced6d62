//! `security.bearer`: which tokens are accepted.

use agentup_auth::{Algorithm, issue, issue::SigningKey, test_support};
use agentup_server::{Agent, Clock};
use agentup_tests::{
    Folder, QUICK_START_ENV,
    tokens::{AUDIENCE, ISSUER, SECRET, claims, now, sign_with, token, token_but},
};
use chrono::DateTime;
use serde_json::{Map, json};

use super::config;
use crate::local::Local;

/// What a token is answered by an agent with these settings beside the usual ones.
async fn verdict(settings: &str, token: &str) -> u16 {
    verdict_in(&Folder::new("", QUICK_START_ENV), settings, token).await
}

/// The same for settings that name files of this folder.
async fn verdict_in(folder: &Folder, settings: &str, token: &str) -> u16 {
    let usual = [
        ("jwt_secret", "\"${JWT_SECRET}\""),
        ("issuer", ISSUER),
        ("audience", AUDIENCE),
    ];
    let has = |name: &str| {
        let mut settings = settings.split(", ");
        settings.any(|setting| setting.starts_with(&format!("{name}:")))
    };
    let is_public = settings.contains("public_key");
    let usual = usual
        .iter()
        .filter(|(name, _)| !has(name) && (!is_public || *name != "jwt_secret"))
        .map(|(name, value)| format!("{name}: {value}, "));
    let usual: String = usual.collect();
    let config = config(&format!("security: {{ bearer: {{ {usual}{settings} }} }}"));
    folder.write("agent_config.yaml", &config);
    let agent = Agent::from_config(folder.config()).unwrap_or_else(|error| panic!("{error}"));
    // The time stands still, so that tokens are as old as their test says.
    let time = DateTime::from_timestamp(i64::try_from(now()).unwrap(), 0).unwrap();
    let local = Local::serve(&agent.clock(Clock::fixed(time))).await;
    local.ask_v10("public_echo", token, "hi").await.status
}

/// The effect of `security.bearer.jwt_secret`, `security.bearer.issuer` and
/// `security.bearer.audience`.
#[tokio::test]
async fn tokens_are_of_the_issuer_for_this_agent_and_signed_with_the_secret() {
    let secret = "another-secret-of-the-tests-0123456789-0123456789";
    let of_secret = sign_with(Algorithm::HS256, secret, &claims("alice", ""));
    let of_issuer = token_but("alice", "", json!({"iss": "other"}));
    let for_agent = token_but("alice", "", json!({"aud": ["one", "other"]}));
    let usual = token("alice", "");
    assert_ne!(secret, SECRET);
    for (settings, good) in [
        (format!("jwt_secret: {secret}"), &of_secret),
        ("issuer: other".to_owned(), &of_issuer),
        ("issuer: [another, other]".to_owned(), &of_issuer),
        ("audience: other".to_owned(), &for_agent),
        ("audience: [another, other]".to_owned(), &for_agent),
    ] {
        assert_eq!(verdict(&settings, good).await, 200, "{settings}");
        assert_eq!(verdict(&settings, &usual).await, 401, "{settings}");
        assert_eq!(verdict("", good).await, 401, "without {settings}");
    }
}

/// The effect of `security.bearer.other_jwt_secret` and `security.bearer.other_jwt_secret_file`.
#[tokio::test]
async fn tokens_may_be_signed_with_another_secret_too() {
    let secret = "another-secret-of-the-tests-0123456789-0123456789";
    let of_other = sign_with(Algorithm::HS256, secret, &claims("alice", ""));
    let folder = Folder::new("", QUICK_START_ENV);
    folder.write("other", &format!("{secret}\n"));
    for (settings, status) in [
        (format!("other_jwt_secret: {secret}"), 200),
        ("other_jwt_secret_file: other".to_owned(), 200),
        ("leeway: 30".to_owned(), 401),
    ] {
        assert_eq!(verdict_in(&folder, &settings, &of_other).await, status);
        assert_eq!(
            verdict_in(&folder, &settings, &token("alice", "")).await,
            200
        );
    }
}

/// The effect of `security.bearer.public_key` and `security.bearer.public_key_file`.
#[tokio::test]
async fn tokens_are_verified_with_the_public_key() {
    let pair = |pem: Option<&str>| {
        SigningKey::from_pem(Algorithm::ES256, pem.unwrap().as_bytes()).unwrap()
    };
    let one = pair(test_support::private_pem(Algorithm::ES256));
    let other = pair(test_support::other_private_pem(Algorithm::ES256));
    let jwk = json!(one.public_jwk(None).unwrap()).to_string();
    let folder = Folder::new("", QUICK_START_ENV);
    folder.write("key.jwk", &jwk);
    for settings in [
        format!("algorithm: ES256, public_key: '{jwk}'"),
        "algorithm: ES256, public_key_file: key.jwk".to_owned(),
    ] {
        for (key, status) in [(&one, 200), (&other, 401)] {
            let token = issue::sign(&Map::new(), &claims("alice", ""), key).unwrap();
            assert_eq!(
                verdict_in(&folder, &settings, &token).await,
                status,
                "{settings}"
            );
        }
    }
}

/// The effect of `security.bearer.leeway`.
#[tokio::test]
async fn clocks_may_differ_as_much_as_configured() {
    let late = token_but("alice", "", json!({"exp": now() - 20}));
    assert_eq!(verdict("", &late).await, 200, "30 seconds are usual");
    assert_eq!(verdict("leeway: 0", &late).await, 401);
    let later = token_but("alice", "", json!({"exp": now() - 200}));
    assert_eq!(verdict("", &later).await, 401);
    assert_eq!(verdict("leeway: 5m", &later).await, 200);
}

/// The effect of `security.bearer.max_token_lifetime`.
#[tokio::test]
async fn a_token_may_live_as_long_as_configured() {
    let token = token_but("alice", "", json!({"exp": now() + 2 * 60 * 60}));
    for (settings, status) in [
        ("", 200),
        ("max_token_lifetime: 1h", 401),
        ("max_token_lifetime: 3h", 200),
    ] {
        assert_eq!(verdict(settings, &token).await, status, "{settings}");
    }
}

/// The effect of `security.bearer.scope_claims`.
#[tokio::test]
async fn scopes_stand_in_the_configured_claims() {
    let folder = Folder::new("", QUICK_START_ENV);
    for (settings, status) in [("scope_claims: [permissions]", 200), ("leeway: 30", 403)] {
        let config = config(&format!(
            "security: {{ bearer: {{ jwt_secret: \"${{JWT_SECRET}}\", issuer: {ISSUER}, audience: \
             {AUDIENCE}, {settings} }} }}"
        ));
        folder.write("agent_config.yaml", &config);
        let local = Local::serve(&Agent::from_config(folder.config()).unwrap()).await;
        let token = token_but("alice", "", json!({"permissions": ["basic"]}));
        let answer = local.ask_v10("basic_assistant", &token, "hi").await;
        assert_eq!(answer.status, status, "{settings}");
    }
}
