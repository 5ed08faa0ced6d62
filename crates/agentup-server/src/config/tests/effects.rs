//! Every key, and what it changes.

use agentup_auth::{Leeway, Requirement, TokenTypes};
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
    assert_eq!(config.server.limits.concurrency, 1024);
    assert_eq!(config.server.shutdown_grace, Duration::from_secs(10));
    assert!(config.security.enabled);
    assert!(!config.security.allow_insecure);
    assert_eq!(config.security.realm, "agentup");
    assert_eq!(config.security.denial, Denial::Auto);
    assert_eq!(config.security.algorithms, [Algorithm::HS256]);
    assert_eq!(config.security.remote_keys, []);
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
        reload: false,
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
         body: 64 KiB\n    request_timeout: 2m\n    concurrency: 16\n",
    )
    .server;
    assert_eq!(
        (server.host.as_str(), server.port),
        ("agent.internal", 9000)
    );
    assert_eq!(server.shutdown_grace, Duration::ZERO);
    assert_eq!(server.limits.body, 65_536);
    assert_eq!(server.limits.request_timeout, Duration::from_mins(2));
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
fn remote_keys() {
    let keys = |keys: &str| {
        let usual = "algorithm: ES256, issuer: i, audience: a";
        config(&format!("security: {{ bearer: {{ {usual}, {keys} }} }}\n")).security
    };
    let source = |url: &str, seconds| KeySource::JwksUrl {
        url: url.to_owned(),
        ttl: Duration::from_secs(seconds),
    };
    let security = keys("jwks_url: https://a.example/keys");
    assert_eq!(
        security.remote_keys,
        [source("https://a.example/keys", 300)]
    );
    assert!(!security.issuers[0].keys.is_available());
    for url in [
        "http://localhost:9/k",
        "http://127.0.0.1/k",
        "http://[::1]:9/k",
    ] {
        let security = keys(&format!("jwks_url: \"{url}\", jwks_cache_ttl: 1h"));
        assert_eq!(security.remote_keys, [source(url, 3600)]);
    }
}

#[test]
fn scopes_as_a_graph() {
    let graph =
        config("scopes: { admin: [premium, \"users:*\"], premium: basic, basic: }\n").scopes;
    let admin = graph.effective(&scopes(&["admin"]));
    assert!(
        ["premium", "basic", "users:read"]
            .iter()
            .all(|scope| admin.contains(scope))
    );
    assert!(
        !graph
            .effective(&scopes(&["premium"]))
            .contains("users:read")
    );
    assert!(config("scopes: []\n").scopes.entries().is_empty());
}

#[test]
fn skills() {
    let config = config(
        "skills:\n  - skill_id: one\n    name: N\n    description: D\n    tags: [a, b]\n    \
         examples: [do it]\n    input_modes: [text, application/json]\n    output_mode: image/png\n  \
         - skill_id: two\n",
    );
    let [one, two] = config.skills.as_slice() else {
        panic!()
    };
    assert_eq!(
        (
            one.skill_id.as_str(),
            one.name.as_str(),
            one.description.as_str()
        ),
        ("one", "N", "D")
    );
    assert_eq!(
        (one.tags.len(), one.examples.as_slice()),
        (2, ["do it".to_owned()].as_slice())
    );
    assert_eq!(one.input_modes, ["text/plain", "application/json"]);
    assert_eq!(one.output_modes, ["image/png"]);
    assert_eq!(
        (two.name.as_str(), two.tags.len(), two.input_modes.len()),
        ("", 0, 0)
    );
}

#[test]
fn required_scopes() {
    let all = |names: &[&str]| Requirement::AllOf(scopes(names).iter().cloned().collect());
    for (written, requirement) in [
        ("[basic, premium]", all(&["basic", "premium"])),
        ("basic", all(&["basic"])),
        ("[]", Requirement::none()),
        ("{ all_of: [basic] }", all(&["basic"])),
        (
            "{ any_of: [basic, admin] }",
            Requirement::AnyOf(all(&["basic", "admin"]).scopes().to_vec()),
        ),
    ] {
        let yaml = format!("skills: [{{ skill_id: s, required_scopes: {written} }}]\n");
        assert_eq!(
            config(&yaml).skills[0].required_scopes,
            Some(requirement),
            "{written}"
        );
    }
}

#[test]
fn a_scope_that_is_almost_known_is_doubted() {
    let loaded = loaded("skills:\n  - skill_id: s\n    required_scopes: [premum, reports]\n");
    assert_eq!(
        warnings(&loaded),
        [
            "3:23: skills[0].required_scopes[0]: `premum` is not in `scopes`; did you mean `premium`?"
        ]
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
}

#[test]
fn environment_of_the_agent() {
    assert_eq!(
        config("environment: Production\n").environment,
        Stage::Production
    );
    let folder = Folder::new("environment: \"${STAGE:development}\"\n");
    assert_eq!(
        folder
            .load(&[("STAGE", "production")])
            .unwrap()
            .config
            .environment,
        Stage::Production
    );
}

#[test]
fn environment_of_the_process() {
    let process =
        |variables: &[(&str, &str)]| Folder::new("").load(variables).unwrap().config.process;
    for (word, level) in [
        ("INFO", Level::INFO),
        ("debug", Level::DEBUG),
        ("Trace", Level::TRACE),
        ("WARNING", Level::WARN),
        ("warn", Level::WARN),
        ("ERROR", Level::ERROR),
        ("CRITICAL", Level::ERROR),
        ("", Level::INFO),
    ] {
        assert_eq!(process(&[("LOG_LEVEL", word)]).level(), level, "{word}");
    }
    for (word, is_on) in [
        ("true", true),
        ("1", true),
        ("YES", true),
        ("0", false),
        ("no", false),
        ("", false),
    ] {
        let process = process(&[("LOG_LEVEL", "ERROR"), ("DEBUG", word), ("RELOAD", word)]);
        assert_eq!((process.debug, process.reload), (is_on, is_on), "{word}");
        assert_eq!(
            process.level(),
            if is_on { Level::DEBUG } else { Level::ERROR },
            "{word}"
        );
    }
    assert_eq!(
        process(&[("LOG_LEVEL", "TRACE"), ("DEBUG", "1")]).level(),
        Level::TRACE
    );
}

#[test]
fn variables_stand_for_values_of_every_type() {
    let folder = Folder::new(
        "agent: { name: \"${NAME}\", description: \"${EMPTY}\", url: \"${UNSET}\" }\n\
         server: { port: \"${PORT:8000}\" }\nskills: [{ skill_id: s, tags: \"${UNSET:}\" }]\n",
    );
    let variables = [
        ("NAME", "a: [1, 2] # ${PORT}"),
        ("EMPTY", ""),
        ("PORT", "81"),
    ];
    let config = folder.load(&variables).unwrap().config;
    assert_eq!(config.agent.name, "a: [1, 2] # ${PORT}");
    assert!(!config.agent.description.is_empty());
    assert_eq!(config.agent.url, None);
    assert_eq!(config.server.port, 81);
    assert!(config.skills[0].tags.is_empty());
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
