//! As whom the agent behind a skill is asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use agentup_tests::{
    Counterpart, Folder, QUICK_START, QUICK_START_ENV, Seen, Server, tokens::token,
};
use serde_json::json;

use super::{Tongue, said};

/// An agent, and an authorization server, whose first token is taken back at once.
fn other() -> Counterpart {
    let tongue = Tongue::Rpc10;
    let tokens = AtomicUsize::new(0);
    Counterpart::start(move |seen, caller| match seen.line.as_str() {
        "POST /token" => {
            let token = tokens.fetch_add(1, Ordering::Relaxed);
            let token = format!("granted-{token}");
            let granted =
                json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600});
            caller.json(200, &granted);
        }
        "POST /a2a" if seen.header("authorization") == Some("Bearer granted-0") => {
            caller.json(401, &json!({}));
        }
        "POST /a2a" => caller.json(200, &tongue.event(&json!({"message": said("done")}))),
        _ => {
            let url = format!("http://{}/", seen.header("host").unwrap());
            caller.json(200, &tongue.card(&url, false));
        }
    })
}

/// Asks twice for a caller, and gives the last call.
async fn asked(other: &Counterpart, user: &str, more: &str) -> Seen {
    let handler = format!("{{ type: a2a, url: \"{}\", {more} }}", other.url());
    let skill = format!("  - skill_id: remote\n    handler: {handler}\n");
    let folder = Folder::new(&format!("{QUICK_START}{skill}"), QUICK_START_ENV);
    folder.write("secret", "hunter2\n");
    let server = Server::start_in(folder);
    for _ in 0..2 {
        let answer = server.ask_v10("remote", user, "hi").await;
        assert_eq!(answer.reply(), "done", "{more}");
    }
    let log = server.stop().log;
    let is_clean = !log.contains("hunter2") && !log.contains("granted-");
    assert!(is_clean && !log.contains(&user[..40]), "{log}");
    other.seen().pop().expect("a call")
}

/// The effect of `skills[].handler.auth.type`, `skills[].handler.auth.token`,
/// `skills[].handler.auth.token_file`, `skills[].handler.auth.key`, `skills[].handler.auth.key_file`
/// and `skills[].handler.auth.header`.
#[tokio::test]
async fn the_agent_is_shown_what_is_configured() {
    let other = other();
    let user = token("alice", "basic");
    let caller = format!("Bearer {user}");
    let bearer = Some("Bearer hunter2");
    for (more, header, value) in [
        (
            "auth: { type: bearer, token: hunter2 }",
            "authorization",
            bearer,
        ),
        (
            "auth: { type: bearer, token_file: secret }",
            "authorization",
            bearer,
        ),
        (
            "auth: { type: api_key, key: hunter2 }",
            "x-api-key",
            Some("hunter2"),
        ),
        (
            "auth: { type: api_key, key_file: secret }",
            "x-api-key",
            Some("hunter2"),
        ),
        (
            "auth: { type: api_key, key: hunter2, header: X-Key }",
            "x-key",
            Some("hunter2"),
        ),
        (
            "forward_identity: token",
            "authorization",
            Some(caller.as_str()),
        ),
        ("forward_identity: none", "x-agentup-user", None),
        ("forward_identity: none", "authorization", None),
    ] {
        let seen = asked(&other, &user, more).await;
        assert_eq!(seen.header(header), value, "{more}");
    }
    // The card is public: of the caller it hears nothing.
    for seen in other
        .seen()
        .iter()
        .filter(|seen| seen.line.starts_with("GET "))
    {
        assert_ne!(seen.header("authorization"), Some(caller.as_str()));
        assert_eq!(seen.header("x-agentup-user"), None);
    }
}

/// The effect of `skills[].handler.auth.token_url`, `skills[].handler.auth.client_id`,
/// `skills[].handler.auth.client_secret`, `skills[].handler.auth.client_secret_file`,
/// `skills[].handler.auth.client_auth` and `skills[].handler.auth.scopes`.
#[tokio::test]
async fn a_token_is_had_once_and_again_when_it_is_refused() {
    let user = token("alice", "basic");
    for (more, authorization, body) in [
        (
            "client_secret: hunter2",
            Some("Basic bWU6aHVudGVyMg=="),
            "grant_type=client_credentials",
        ),
        (
            "client_secret_file: secret, client_auth: client_secret_post, scopes: [a, b]",
            None,
            "grant_type=client_credentials&scope=a+b&client_id=me&client_secret=hunter2",
        ),
    ] {
        let other = other();
        let url = other.url();
        let auth =
            format!("auth: {{ type: oauth2, token_url: \"{url}token\", client_id: me, {more} }}");
        let seen = asked(&other, &user, &auth).await;
        assert_eq!(seen.header("authorization"), Some("Bearer granted-1"));
        let seen = other.seen();
        let grants: Vec<_> = seen.iter().filter(|it| it.line == "POST /token").collect();
        assert_eq!(grants.len(), 2);
        for grant in grants {
            assert_eq!(grant.header("authorization"), authorization);
            assert_eq!(grant.text, body);
        }
    }
}
