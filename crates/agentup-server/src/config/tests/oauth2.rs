//! Who is asked about tokens, and what is said of settings that cannot be used.

use std::time::Duration;

use agentup_auth::{BearerToken, introspection::SubjectMember};

use super::*;

const USUAL: &str = "introspection_endpoint: https://auth.example.com/introspect, \
     client_id: agent, client_secret: hunter2";

fn yaml(oauth2: &str) -> String {
    format!("security:\n  type: oauth2\n  oauth2: {{ {oauth2} }}\n")
}

fn read(oauth2: &str) -> Oauth2Config {
    config(&yaml(&format!("{USUAL}, {oauth2}")))
        .security
        .oauth2
        .expect("a server")
}

fn faults(oauth2: &str) -> String {
    Folder::new(&yaml(oauth2)).faults(&[])
}

#[test]
fn every_setting_has_its_effect() {
    let usual = read("audience: a");
    assert_eq!(usual.endpoint, "https://auth.example.com/introspect");
    assert_eq!(
        (usual.timeout, usual.concurrency),
        (Duration::from_secs(5), 64)
    );
    assert_eq!(usual.token_endpoint, None);
    let rules = usual.rules;
    assert_eq!(rules.authority, "https://auth.example.com/introspect");
    assert_eq!(
        (rules.issuer, rules.audiences, rules.client_ids),
        (None, vec!["a".to_owned()], vec![])
    );
    assert_eq!(
        (rules.ttl, rules.negative_ttl, rules.cached_tokens),
        (60, 10, 10_000)
    );
    assert_eq!(
        (rules.subject, rules.leeway.get()),
        (SubjectMember::Sub, 30)
    );

    let other = read(
        "audience: [a, b], issuer: https://auth.example.com, client_ids: app, subject: username, \
         leeway: 0, cache_ttl: 5m, negative_cache_ttl: 0, cached_tokens: 0, timeout: 2s, \
         concurrency: 3, token_endpoint: https://auth.example.com/token",
    );
    assert_eq!(
        (other.timeout, other.concurrency),
        (Duration::from_secs(2), 3)
    );
    assert_eq!(
        other.token_endpoint.as_deref(),
        Some("https://auth.example.com/token")
    );
    let rules = other.rules;
    assert_eq!(rules.issuer.as_deref(), Some("https://auth.example.com"));
    assert_eq!(
        (rules.audiences.len(), rules.client_ids.as_slice()),
        (2, &["app".to_owned()][..])
    );
    assert_eq!(
        (rules.ttl, rules.negative_ttl, rules.cached_tokens),
        (300, 0, 0)
    );
    assert_eq!(
        (rules.subject, rules.leeway.get()),
        (SubjectMember::Username, 0)
    );
    assert_eq!(
        read("audience: a, subject: client_id").rules.subject,
        SubjectMember::ClientId
    );
}

#[test]
fn the_secret_goes_where_it_is_configured_to_go() {
    let form = |oauth2: &str| read(oauth2).client.form(BearerToken::new("t"));
    assert!(form("audience: a").authorization.is_some());
    let post = form("audience: a, client_auth: client_secret_post");
    assert!(post.authorization.is_none() && post.body.contains("client_secret=hunter2"));
    let folder = Folder::new(&yaml(
        "introspection_endpoint: http://127.0.0.1:9/i, client_id: agent, audience: a, \
         client_secret_file: secret, client_auth: client_secret_post",
    ));
    folder.write("secret", "of the file\n");
    let loaded = folder.load(&[]).unwrap_or_else(|faults| panic!("{faults}"));
    let oauth2 = loaded.config.security.oauth2.expect("a server");
    let body = oauth2.client.form(BearerToken::new("t")).body;
    assert!(body.ends_with("&client_secret=of+the+file"), "{}", *body);
}

#[test]
fn settings_that_cannot_be_used_are_faults() {
    let endpoint = "introspection_endpoint: https://auth.example.com/introspect";
    for (oauth2, expected) in [
        (
            "client_id: a, client_secret: b".to_owned(),
            "security.oauth2.introspection_endpoint: is missing",
        ),
        (
            format!("{endpoint}, client_secret: b"),
            "security.oauth2.client_id: is missing",
        ),
        (
            format!("{endpoint}, client_id: a"),
            "security.oauth2.client_secret: must have `client_secret`",
        ),
        (
            format!("{endpoint}, client_id: a, client_secret: \"${{NONE}}\""),
            "variable NONE is not set",
        ),
        (
            format!("{endpoint}, client_id: a, client_secret: b, client_secret_file: c"),
            "stands beside `client_secret`",
        ),
        (
            "introspection_endpoint: http://auth.example.com/".to_owned(),
            "is not https",
        ),
        (
            "introspection_endpoint: https://user:hunter2@auth.example.com/".to_owned(),
            "is not an absolute https URL",
        ),
        (
            format!("{USUAL}, subject: email"),
            "is not `sub`, `username` or `client_id`",
        ),
        (
            format!("{USUAL}, client_auth: private_key_jwt"),
            "is not `client_secret_basic` or `client_secret_post`",
        ),
        (format!("{USUAL}, timeout: 0"), "is not a time from"),
        (format!("{USUAL}, cache_ttl: 2h"), "is not a time from"),
        (
            format!("{USUAL}, audiance: a"),
            "unknown key; did you mean `audience`?",
        ),
    ] {
        let faults = faults(&oauth2);
        assert!(faults.contains(expected), "{oauth2}\n{faults}");
        assert!(!faults.contains("hunter2"), "{faults}");
    }
}

#[test]
fn tokens_for_anybody_are_warned_of() {
    let says = |oauth2: &str| warnings(&loaded(&yaml(&format!("{USUAL}{oauth2}"))));
    assert!(says(", audience: a").is_empty() && says(", client_ids: [a]").is_empty());
    assert!(says("")[0].contains("accepts every active token of the server"));
}

#[test]
fn no_secret_is_shown() {
    let config = config(&yaml(&format!("{USUAL}, audience: a")));
    let shown = show(&config);
    assert!(
        shown.contains("client_id: agent") && shown.contains("client_secret: <set>"),
        "{shown}"
    );
    assert!(!shown.contains("hunter2") && !format!("{config:?}").contains("hunter2"));
}
