//! What does the work of a skill, and what is said of settings that cannot be used.

use agentup_handlers::{
    a2a::{self, Credential},
    http::{self, Identity},
};

use super::*;

fn yaml(handler: &str) -> String {
    format!("skills:\n  - skill_id: s\n    handler: {{ {handler} }}\n")
}

fn http(handler: &str) -> http::Settings {
    match config(&yaml(&format!("type: http, {handler}"))).skills[0].handler {
        Some(HandlerConfig::Http(ref settings)) => settings.clone(),
        ref other => panic!("{other:?}"),
    }
}

fn a2a(handler: &str) -> a2a::Settings {
    match config(&yaml(&format!("type: a2a, {handler}"))).skills[0].handler {
        Some(HandlerConfig::A2a(ref settings)) => settings.clone(),
        ref other => panic!("{other:?}"),
    }
}

fn faults(handler: &str) -> String {
    Folder::new(&yaml(handler)).faults(&[])
}

#[test]
fn every_setting_of_a_service_has_its_effect() {
    let usual = http("url: https://service.example/skill");
    assert_eq!(usual.url.as_str(), "https://service.example/skill");
    assert!(usual.headers.is_empty());
    assert_eq!(usual.identity, Identity::Headers);
    let seconds = |count| Duration::from_secs(count);
    let limits = usual.limits;
    assert_eq!(
        (limits.connect, limits.read, limits.whole),
        (seconds(5), seconds(30), seconds(60))
    );
    assert_eq!((limits.reply, limits.event), (4 << 20, 4 << 20));

    let other = http(
        "url: http://127.0.0.1:9/, headers: { X-Key: k, Authorization: Basic eDp5 }, \
         forward_identity: none, timeout: 5m, connect_timeout: 2s, read_timeout: 1m, \
         max_reply: 64KiB",
    );
    assert_eq!(other.headers.len(), 2);
    assert_eq!(other.headers.get("x-key").unwrap(), "k");
    assert_eq!(other.identity, Identity::None);
    let limits = other.limits;
    assert_eq!(
        (limits.connect, limits.read, limits.whole, limits.reply),
        (seconds(2), seconds(60), seconds(300), 64 << 10)
    );
    let token = http("url: https://service.example/, forward_identity: token");
    assert_eq!(token.identity, Identity::Token);
}

#[test]
fn every_setting_of_another_agent_has_its_effect() {
    let usual = a2a("url: https://agent.example/");
    assert_eq!(usual.url.as_str(), "https://agent.example/");
    assert_eq!((usual.skill_id, usual.credential.is_none()), (None, true));
    assert_eq!(usual.identity, Identity::Headers);
    assert!(usual.headers.is_empty() && usual.allow_hosts.is_empty());
    let seconds = |count| Duration::from_secs(count);
    let limits = usual.limits;
    assert_eq!(
        (limits.connect, limits.read, limits.whole, limits.reply),
        (seconds(5), seconds(120), seconds(600), 4 << 20)
    );

    let other = a2a(
        "url: http://127.0.0.1:9/, skill_id: theirs, allow_hosts: [a.example, \"[::1]\"], \
         headers: { X-Key: k }, forward_identity: none, timeout: 5m, connect_timeout: 2s, \
         read_timeout: 1m, max_reply: 64KiB",
    );
    assert_eq!(other.skill_id.as_deref(), Some("theirs"));
    assert_eq!(other.allow_hosts, ["a.example", "[::1]"]);
    assert_eq!(other.headers.get("x-key").unwrap(), "k");
    assert_eq!(other.identity, Identity::None);
    let limits = other.limits;
    assert_eq!(
        (limits.connect, limits.read, limits.whole, limits.reply),
        (seconds(2), seconds(60), seconds(300), 64 << 10)
    );
}

#[test]
fn another_agent_is_shown_what_is_configured() {
    let folder = |auth: &str| {
        let folder = Folder::new(&yaml(&format!(
            "type: a2a, url: https://agent.example/, auth: {{ {auth} }}"
        )));
        folder.write("secret", "hunter2\n");
        folder
    };
    let credential = |auth: &str| {
        let loaded = folder(auth).load(&[("SECRET", "hunter1")]).unwrap();
        let shown = format!("{loaded:?}{}", show(&loaded.config));
        assert!(!shown.contains("hunter"), "{shown}");
        match &loaded.config.skills[0].handler {
            Some(HandlerConfig::A2a(settings)) => settings.credential.clone().unwrap(),
            other => panic!("{other:?}"),
        }
    };
    for (auth, header, expected) in [
        (
            "type: bearer, token: \"${SECRET}\"",
            "authorization",
            "Bearer hunter1",
        ),
        (
            "type: bearer, token_file: secret",
            "authorization",
            "Bearer hunter2",
        ),
        ("type: api_key, key: \"${SECRET}\"", "x-api-key", "hunter1"),
        (
            "type: api_key, key_file: secret, header: X-Key",
            "x-key",
            "hunter2",
        ),
    ] {
        let Credential::Header(name, value) = credential(auth) else {
            panic!("{auth}")
        };
        assert_eq!((name.as_str(), value.to_str().unwrap()), (header, expected));
        assert!(value.is_sensitive());
    }
    let client = "type: oauth2, token_url: https://as.example/token, client_id: me";
    for (more, has_header, body) in [
        (
            "client_secret: \"${SECRET}\"",
            true,
            "grant_type=client_credentials",
        ),
        (
            "client_secret_file: secret, client_auth: client_secret_post, scopes: [a, b]",
            false,
            "grant_type=client_credentials&scope=a+b&client_id=me&client_secret=hunter2",
        ),
    ] {
        let Credential::Grant(grant) = credential(&format!("{client}, {more}")) else {
            panic!("{more}")
        };
        assert_eq!(grant.url.as_str(), "https://as.example/token");
        let form = grant.client.grant(&grant.scopes);
        assert_eq!(form.authorization.is_some(), has_header);
        assert_eq!(*form.body, body);
    }
}

#[test]
fn headers_are_secrets() {
    let folder = Folder::new(&yaml(
        "type: http, url: https://service.example/, headers: { X-One: \"${ONE}\" }, \
         header_files: { Authorization: token }",
    ));
    folder.write("token", "Bearer hunter2\n");
    let loaded = folder.load(&[("ONE", "hunter1")]).unwrap();
    let Some(HandlerConfig::Http(settings)) = &loaded.config.skills[0].handler else {
        panic!()
    };
    assert_eq!(settings.headers.get("x-one").unwrap(), "hunter1");
    assert_eq!(
        settings.headers.get("authorization").unwrap(),
        "Bearer hunter2"
    );
    for shown in [format!("{loaded:?}"), show(&loaded.config)] {
        assert!(!shown.contains("hunter"), "{shown}");
    }
}

#[test]
fn what_cannot_be_used_is_refused() {
    for (handler, fault) in [
        ("url: https://a.example/", "type: is missing"),
        ("type: gopher", "type: `gopher` is not `http`"),
        ("type: http", "url: is missing"),
        ("type: http, url: ftp://a.example/", "url: the value is not"),
        (
            "type: http, url: https://u:p@a.example/",
            "url: the value is not",
        ),
        (
            "type: http, url: https://a.example/, tiemout: 3s",
            "timeout",
        ),
        (
            "type: http, url: https://a.example/, headers: { Host: b }",
            "headers.Host: is a header that the agent sets itself",
        ),
        (
            "type: http, url: https://a.example/, headers: { X-Agentup-User: b }",
            "headers.X-Agentup-User: is a header that the agent sets itself",
        ),
        (
            "type: http, url: https://a.example/, headers: { \"a b\": b }",
            "is not the name of a header",
        ),
        (
            "type: http, url: https://a.example/, headers: { X-A: \"b\\nc\" }",
            "has what a header cannot have",
        ),
        (
            "type: http, url: https://a.example/, headers: { X-A: b, x-a: c }",
            "stands here a second time",
        ),
        (
            "type: http, url: https://a.example/, headers: { X-A: \"${NOT_SET}\" }",
            "variable NOT_SET is not set",
        ),
        (
            "type: http, url: https://a.example/, headers: [X-A]",
            "expected a mapping of headers",
        ),
        (
            "type: http, url: https://a.example/, header_files: { X-A: missing }",
            "cannot read missing",
        ),
        (
            "type: http, url: https://a.example/, forward_identity: token, \
             headers: { Authorization: b }",
            "would send two credentials",
        ),
    ] {
        let faults = faults(handler);
        assert!(faults.contains(fault), "{handler}\n{faults}");
    }
}

#[test]
fn what_cannot_be_used_of_another_agent_is_refused() {
    for (handler, fault) in [
        ("type: a2a", "url: is missing"),
        (
            "type: a2a, url: https://a.example/, provider: ollama",
            "provider: has no effect for a handler of type a2a",
        ),
        (
            "type: http, url: https://a.example/, skill_id: b",
            "skill_id: has no effect for a handler of type http",
        ),
        (
            "type: a2a, url: https://a.example/, allow_hosts: [\"https://b.example\"]",
            "allow_hosts[0]: ",
        ),
        (
            "type: a2a, url: https://a.example/, auth: {}",
            "auth.type: is missing",
        ),
        (
            "type: a2a, url: https://a.example/, auth: { type: bearer }",
            "auth.token: must have `token`",
        ),
        (
            "type: a2a, url: https://a.example/, auth: { type: bearer, token: \"${NOT_SET}\" }",
            "variable NOT_SET is not set",
        ),
        (
            "type: a2a, url: https://a.example/, auth: { type: bearer, token: a b }",
            "auth.token: has spaces",
        ),
        (
            "type: a2a, url: https://a.example/, auth: { type: bearer, token: a, key: b }",
            "auth.key: has no effect for `type: bearer`",
        ),
        (
            "type: a2a, url: https://a.example/, auth: { type: bearer, token: a, token_file: b }",
            "auth.token_file: stands beside `token`",
        ),
        (
            "type: a2a, url: https://a.example/, auth: { type: oauth2 }",
            "auth.token_url: is missing",
        ),
        (
            "type: a2a, url: https://a.example/, forward_identity: token, \
             auth: { type: bearer, token: a }",
            "would send two credentials",
        ),
        (
            "type: a2a, url: https://a.example/, headers: { X-API-Key: b }, \
             auth: { type: api_key, key: a }",
            "would send two credentials",
        ),
    ] {
        let faults = faults(handler);
        assert!(faults.contains(fault), "{handler}\n{faults}");
    }
}

#[test]
fn secrets_in_plain_text_are_warned_of_and_refused_in_production() {
    for handler in [
        "type: http, url: http://a.example/, forward_identity: token",
        "type: http, url: http://a.example/, headers: { X-Key: k }",
        "type: a2a, url: http://a.example/, forward_identity: token",
        "type: a2a, url: http://a.example/, headers: { X-Key: k }",
        "type: a2a, url: http://a.example/, auth: { type: bearer, token: t }",
        "type: a2a, url: https://a.example/, auth: { type: oauth2, client_id: c, client_secret: s, \
         token_url: http://b.example/ }",
    ] {
        let development = loaded(&yaml(handler));
        let warnings = warnings(&development).join("\n");
        assert!(warnings.contains("is not https"), "{warnings}");
        let production = format!("environment: production\n{}", yaml(handler));
        let faults = Folder::new(&production).faults(&[]);
        assert!(faults.contains("is not https"), "{faults}");
    }
    for handler in [
        "type: http, url: http://a.example/",
        "type: http, url: http://127.0.0.1:1/, forward_identity: token",
    ] {
        assert_eq!(warnings(&loaded(&yaml(handler))), Vec::<String>::new());
    }
}
