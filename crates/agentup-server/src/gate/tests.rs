//! What a gate keeps.

use std::fs;

use agentup_auth::{
    Algorithm,
    issue::{self, SigningKey},
};
use agentup_env::Environment;
use http::Request;
use serde_json::{Map, Value, json};

use super::Gate;
use crate::{clock::Clock, config, testing::no_audit};

const SECRET: &str = "a secret of the tests, which is long enough";

fn token(subject: usize) -> String {
    let Value::Object(claims) = json!({
        "iss": "i", "aud": "a", "sub": subject.to_string(), "exp": u32::MAX,
    }) else {
        panic!("claims are an object")
    };
    let key = SigningKey::hmac(Algorithm::HS256, SECRET.as_bytes()).unwrap();
    issue::sign(&Map::new(), &claims, &key).unwrap()
}

/// The effect of `security.bearer.cached_tokens`.
#[tokio::test]
async fn so_many_good_tokens_are_remembered() {
    for (setting, remembered) in [
        ("cached_tokens: 0", "cache: None"),
        ("cached_tokens: 2", "TokenCache(2 tokens)"),
        ("leeway: 30", "TokenCache(20 tokens)"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.yaml");
        let yaml = format!(
            "security: {{ bearer: {{ jwt_secret: {SECRET:?}, issuer: i, audience: a, {setting}, \
             max_token_lifetime: none }} }}\nskills: [{{ skill_id: public_echo }}]\n"
        );
        fs::write(&path, yaml).unwrap();
        let loaded = config::load(&path, &Environment::default()).unwrap();
        let config = loaded.config;
        let gate = Gate::new(
            &config.security,
            &config.scopes,
            "http://localhost/",
            &no_audit(),
            &std::sync::Arc::default(),
        )
        .unwrap();
        for subject in 0..20 {
            let value = format!("Bearer {}", token(subject));
            let request = Request::builder().header("authorization", value);
            let (head, ()) = request.body(()).unwrap().into_parts();
            assert!(gate.admit(&head, None, &Clock::system()).await.is_ok());
        }
        let kept = format!("{gate:?}");
        assert!(kept.contains(remembered), "{setting}: {kept}");
    }
}
