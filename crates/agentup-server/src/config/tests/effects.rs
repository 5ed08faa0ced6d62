//! Every key, and what it changes.

use agentup_auth::{Leeway, TokenTypes};
use tracing::Level;

use super::*;

#[test]
fn a_configuration_without_settings_has_the_defaults() {
    let config = config("");
    assert_eq!(config.agent.name, "agentup");
    assert_eq!(config.agent.version, "0.1.0");
    assert!(!config.agent.description.is_empty());
    assert_eq!(config.agent.url, None);
    assert!(config.agent.provider.is_none());
    assert_eq!(config.agent.documentation_url, None);
    assert_eq!(config.agent.icon_url, None);
    assert_eq!(config.agent.default_skill, None);
    assert_eq!(
        (config.server.host.as_str(), config.server.port),
        ("127.0.0.1", 8000)
    );
    assert_eq!(config.server.limits.body, 1 << 20);
    assert_eq!(config.server.limits.request_timeout, Duration::from_mins(1));
    assert_eq!(config.server.limits.task_timeout, Duration::from_mins(10));
    assert_eq!(config.security.policy.cached_tokens, 4096);
    assert_eq!(config.server.limits.concurrency, 1024);
    assert_eq!(config.server.shutdown_grace, Duration::from_secs(10));
    assert!(config.security.enabled);
    assert!(!config.security.allow_insecure);
    assert_eq!(config.security.realm, "agentup");
    assert_eq!(config.security.denial, Denial::Auto);
    assert_eq!(config.security.algorithms, [Algorithm::HS256]);
    assert!(config.security.remote_keys.is_empty());
    let policy = Policy::default();
    assert_eq!(config.security.policy.leeway, policy.leeway);
    assert_eq!(
        config.security.policy.max_token_lifetime,
        policy.max_token_lifetime
    );
    assert_eq!(
        config.security.policy.required_claims,
        policy.required_claims
    );
    assert_eq!(config.security.policy.token_types, policy.token_types);
    assert_eq!(config.security.policy.scope_claims, policy.scope_claims);
    assert_eq!(config.scopes, ScopeGraph::standard());
    assert_eq!(config.state.ttl, Duration::from_hours(1));
    assert_eq!(config.state.max_tasks, 100_000);
    assert_eq!(config.state.max_tasks_per_owner, 10_000);
    assert_eq!(config.state.history_limit, 100);
    assert_eq!(config.environment, Stage::Development);
    let process = ProcessConfig {
        log_level: Level::INFO,
        debug: false,
        reload: true,
    };
    assert_eq!(config.process, process);
}

#[test]
fn agent() {
    let agent = config(
        "agent:\n  name: N\n  description: D\n  version: 1.10\n  url: https://agent.example.com/a\n  \
         provider: { organization: O, url: https://example.com }\n  \
         documentation_url: https://example.com/docs\n  icon_url: http://example.com/i.png\n  \
         default_skill: public_echo\n",
    )
    .agent;
    assert_eq!(
        (agent.name.as_str(), agent.description.as_str()),
        ("N", "D")
    );
    // A text stays as it was written, even if YAML would see a number in it.
    assert_eq!(agent.version, "1.10");
    assert_eq!(agent.url.as_deref(), Some("https://agent.example.com/a"));
    let provider = agent.provider.unwrap();
    assert_eq!(
        (provider.organization.as_str(), provider.url.as_str()),
        ("O", "https://example.com")
    );
    assert_eq!(
        agent.documentation_url.as_deref(),
        Some("https://example.com/docs")
    );
    assert_eq!(agent.icon_url.as_deref(), Some("http://example.com/i.png"));
    assert_eq!(agent.default_skill.as_deref(), Some("public_echo"));
}

#[test]
fn server() {
    let server = config(
        "server:\n  host: agent.internal\n  port: \"9000\"\n  shutdown_grace: 0\n  limits:\n    \
         body: 64 KiB\n    request_timeout: 2m\n    task_timeout: 3m\n    concurrency: 16\n",
    )
    .server;
    assert_eq!(
        (server.host.as_str(), server.port),
        ("agent.internal", 9000)
    );
    assert_eq!(server.shutdown_grace, Duration::ZERO);
    assert_eq!(server.limits.body, 65_536);
    assert_eq!(server.limits.request_timeout, Duration::from_mins(2));
    assert_eq!(server.limits.task_timeout, Duration::from_mins(3));
    assert_eq!(server.limits.concurrency, 16);
}

#[test]
fn disabled_security_asks_for_nothing() {
    let loaded = loaded("security: { enabled: false, bearer: { jwt_secret: \"${UNSET}\" } }\n");
    assert!(!loaded.config.security.enabled);
    assert!(loaded.config.security.issuers.is_empty());
    let yaml = "server: { host: 0.0.0.0 }\nsecurity: { enabled: \"no\", allow_insecure: true }\n";
    assert!(config(yaml).security.allow_insecure);
}

#[test]
fn refusals() {
    let security = |keys: &str| {
        let bearer = "bearer: { jwt_secret: \"${JWT_SECRET}\", issuer: i, audience: a }";
        config(&format!("security: {{ type: bearer, {keys}, {bearer} }}\n")).security
    };
    assert_eq!(security("realm: My agents").realm, "My agents");
    assert_eq!(security("denial: artifact").denial, Denial::Artifact);
    assert_eq!(security("denial: HTTP").denial, Denial::Http);
}

#[test]
fn policy() {
    let policy = |key: &str| {
        let usual = "jwt_secret: \"${JWT_SECRET}\", issuer: i, audience: a";
        config(&format!("security: {{ bearer: {{ {usual}, {key} }} }}\n"))
            .security
            .policy
    };
    assert_eq!(policy("leeway: 5").leeway, Leeway::try_from(5).unwrap());
    assert_eq!(policy("leeway: 5m").leeway.get(), 300);
    assert_eq!(policy("cached_tokens: 7").cached_tokens, 7);
    assert_eq!(policy("cached_tokens: 0").cached_tokens, 0);
    assert_eq!(
        policy("max_token_lifetime: 1h").max_token_lifetime,
        Some(3600)
    );
    assert_eq!(policy("max_token_lifetime: none").max_token_lifetime, None);
    assert_eq!(
        policy("required_claims: [jti, email]").required_claims,
        ["jti", "email"]
    );
    assert_eq!(
        policy("token_types: at+jwt").token_types,
        TokenTypes::only(["at+jwt"])
    );
    assert_eq!(
        policy("scope_claims: [permissions]").scope_claims,
        ["permissions"]
    );
}

#[test]
fn state() {
    let state =
        config("state: { ttl: 90, max_tasks: 1_000, max_tasks_per_owner: 10, history_limit: 0 }\n")
            .state;
    assert_eq!(state.ttl, Duration::from_secs(90));
    assert_eq!(
        (
            state.max_tasks,
            state.max_tasks_per_owner,
            state.history_limit
        ),
        (1000, 10, 0)
    );
    assert_eq!(
        config("state: { max_tasks: 7 }\n")
            .state
            .max_tasks_per_owner,
        7
    );
    let told = config("state: { conversation: { max_messages: 20, max_bytes: 64KiB } }\n");
    let told = told.state.conversation;
    assert_eq!((told.max_messages, told.max_bytes), (20, 65_536));
}

#[test]
fn metrics() {
    let listen = |keys: &str| {
        let yaml = format!("observability: {{ metrics: {{ {keys} }} }}\n");
        config(&yaml).metrics.listen
    };
    let own = |address: &str| Some(MetricsListen::Own(address.parse().unwrap()));
    assert_eq!(config("").metrics.listen, None);
    assert_eq!(listen("enabled: true"), own("127.0.0.1:9464"));
    assert_eq!(listen("enabled: true, listen: \"[::1]:0\""), own("[::1]:0"));
    let by_name = listen("enabled: true, listen: \"localhost:99\"");
    assert_eq!(by_name, own("127.0.0.1:99"));
    assert_eq!(
        listen("enabled: true, listen: same"),
        Some(MetricsListen::Same)
    );
    // Said to be off, the address waits to be needed.
    assert_eq!(listen("enabled: false, listen: same"), None);
}

#[test]
fn metrics_in_production_are_not_for_everybody() {
    let yaml = |listen: &str| {
        format!(
            "environment: production\nobservability: {{ metrics: {{ enabled: true, listen: \"{listen}\" }} }}\n"
        )
    };
    let warned = |listen| {
        let warnings = warnings(&loaded(&yaml(listen)));
        warnings
            .iter()
            .any(|warning| warning.contains("without a token"))
    };
    assert!(warned("same"));
    assert!(!warned("127.0.0.1:9464"));
}

#[test]
fn aliases_repeat_what_they_stand_for() {
    let config = config(
        "skills:\n  - { skill_id: a, tags: &tags [x, y] }\n  - { skill_id: b, tags: *tags }\n",
    );
    assert_eq!(config.skills[1].tags, ["x", "y"]);
}

#[test]
fn the_address_can_be_changed() {
    let mut config = config("");
    config.listen_on(Some("0.0.0.0"), Some(0)).unwrap();
    assert_eq!(
        (config.server.host.as_str(), config.server.port),
        ("0.0.0.0", 0)
    );
    assert!(show(&config).contains("host: 0.0.0.0\n"));

    let mut open = super::config("security: { enabled: false }\n");
    open.listen_on(Some("::1"), None).unwrap();
    assert_eq!(
        open.listen_on(Some("0.0.0.0"), None)
            .unwrap_err()
            .to_string(),
        "error: 1 setting cannot be used\n  --host: security is disabled, and other machines may reach this \
         address: all of them could use every skill\n      listen on 127.0.0.1, enable security, or say that \
         you mean it: `security.allow_insecure: true`"
    );
    assert_eq!(open.server.host, "::1");
}
