//! The files of the requirement document, as they stand there, and the project's own.

use super::*;

const QUICK_START: &str = include_str!("../../../../../tests/document/quick-start.yaml");
const HS256: &str = include_str!("document/hs256.yaml");
const RS256: &str = include_str!("document/rs256.yaml");
const PRODUCTION: &str = include_str!("document/production.agent_config.yaml");
const TROUBLESHOOTING: &str = include_str!("document/troubleshooting.yaml");

const ISSUER: &str = "https://your-production-app.com";
const AUDIENCE: &str = "your-production-agent-id";
const JWKS_URL: &str = "https://your-auth-provider.com/.well-known/jwks.json";

fn load_text(text: &str, variables: &[(&str, &str)]) -> Result<Loaded, Faults> {
    let folder = Folder::new("");
    folder.write("agent.yaml", text);
    folder.load(variables)
}

#[test]
fn the_quick_start_loads_without_any_variable() {
    let loaded = load_text(QUICK_START, &[("JWT_SECRET", "-")]).unwrap();
    let config = &loaded.config;
    assert_eq!(config.agent.name, "JWT Test Agent");
    assert_eq!(config.agent.version, "0.1.0");
    assert!(config.security.enabled);
    let [issuer] = config.security.issuers.as_slice() else {
        panic!()
    };
    assert_eq!(issuer.issuer.as_deref(), Some("test-issuer"));
    assert_eq!(issuer.audiences, ["agentup-jwt-test"]);
    assert_eq!(issuer.keys.len(), 1);
    let ids = config.skills.iter().map(|skill| skill.skill_id.as_str());
    assert!(ids.eq([
        "public_echo",
        "basic_assistant",
        "premium_analyzer",
        "admin_status"
    ]));
    let assistant = &config.skills[1];
    assert_eq!(assistant.tags, ["ai", "assistant", "scoped"]);
    assert_eq!(assistant.input_modes, ["text/plain"]);
    assert_eq!(assistant.output_modes, ["text/plain"]);
    assert_eq!(assistant.required_scopes, None);
    assert_eq!(
        warnings(&loaded),
        [
            "13:17: security.bearer.jwt_secret: the secret is printed in documentation: whoever reads it \
         can sign tokens; before production, generate one with `openssl rand -base64 48`"
        ]
    );
}

#[test]
fn the_quick_start_takes_effect_with_its_variables() {
    let text = include_str!("../../../../../tests/document/quick-start.env");
    let folder = Folder::new("");
    let file = folder.write("quick-start.env", text);
    folder.write("agent.yaml", QUICK_START);
    let variables = Environment::load(Some(&file), &[]).unwrap();
    let config = load(&folder.0.path().join("agent.yaml"), &variables)
        .unwrap()
        .config;
    let process = ProcessConfig {
        log_level: tracing::Level::INFO,
        debug: true,
        reload: true,
    };
    assert_eq!(config.process, process);
    assert_eq!(config.process.level(), tracing::Level::DEBUG);
}

#[test]
fn the_file_of_this_project_is_the_quick_start() {
    let ours = include_str!("../../../../../config/agent_config.yaml");
    let ours = ours.lines().skip(1);
    assert!(ours.eq(QUICK_START.lines().map(str::trim_end)));
}

#[test]
fn hs256_loads() {
    let variables = [("JWT_ISSUER", ISSUER), ("JWT_AUDIENCE", AUDIENCE)];
    let security = load_text(HS256, &variables).unwrap().config.security;
    assert_eq!(security.algorithms, [Algorithm::HS256]);
    assert_eq!(security.issuers[0].issuer.as_deref(), Some(ISSUER));
    assert!(security.remote_keys.is_empty());
}

#[test]
fn rs256_loads_with_either_option_or_both() {
    let pem = sources::rsa_pem();
    for (jwks_url, public_key) in [(JWKS_URL, "-"), ("-", pem.as_str()), (JWKS_URL, &pem)] {
        let variables = [
            ("JWT_SECRET", "-"),
            ("JWT_ISSUER", ISSUER),
            ("JWT_AUDIENCE", AUDIENCE),
            ("JWKS_URL", jwks_url),
            ("JWT_PUBLIC_KEY", public_key),
        ];
        let security = load_text(RS256, &variables).unwrap().config.security;
        assert_eq!(security.algorithms, [Algorithm::RS256]);
        assert_eq!(security.remote_keys.len(), usize::from(jwks_url != "-"));
        assert_eq!(
            security.issuers[0].keys.len(),
            usize::from(public_key != "-")
        );
        assert_eq!(security.issuers[0].keys.is_available(), public_key != "-");
    }
}

#[test]
fn production_loads_with_a_secret() {
    let variables = [
        ("JWT_ISSUER", ISSUER),
        ("JWT_AUDIENCE", AUDIENCE),
        ("JWKS_URL", JWKS_URL),
    ];
    let loaded = load_text(PRODUCTION, &variables).unwrap();
    assert_eq!(loaded.config.agent.name, "agentup");
    assert!(loaded.config.security.remote_keys.is_empty());
    assert_eq!(
        warnings(&loaded),
        [
            "13:5: security.bearer.jwks_url: not used: HS256 tokens are verified with a secret",
            "2:1: skills: the agent has no skill; name some under `skills`, such as `- skill_id: public_echo`",
        ]
    );
}

#[test]
fn production_loads_with_fetched_keys() {
    let variables = [
        ("JWT_SECRET", "-"),
        ("JWT_ALGORITHM", "RS256"),
        ("JWT_ISSUER", ISSUER),
        ("JWT_AUDIENCE", AUDIENCE),
        ("JWKS_URL", JWKS_URL),
        ("JWKS_CACHE_TTL", "3600"),
    ];
    let security = load_text(PRODUCTION, &variables).unwrap().config.security;
    let source = &security.remote_keys[0];
    assert_eq!(remote::url(source), Some(JWKS_URL));
    assert_eq!(source.timing.ttl, Duration::from_hours(1));
}

#[test]
fn fragments_load_beside_a_security_section() {
    for (fragment, holder, included) in [
        (include_str!("document/scopes.yaml"), "admin", "basic"),
        (include_str!("document/scopes-good.yaml"), "admin", "read"),
        (
            include_str!("document/scopes-bad.yaml"),
            "super_admin",
            "user_read",
        ),
    ] {
        let graph = config(fragment).scopes;
        assert!(
            graph.effective(&scopes(&[holder])).contains(included),
            "{fragment}"
        );
        assert!(
            !graph.effective(&scopes(&[included])).contains(holder),
            "{fragment}"
        );
    }
    let skills = config(include_str!("document/skills.yaml")).skills;
    assert_eq!(skills.len(), 4);
    assert!(skills.iter().all(|skill| skill.required_scopes.is_none()));
}

#[test]
fn the_secret_of_the_troubleshooting_section_must_be_replaced() {
    load_text(TROUBLESHOOTING, &[]).unwrap();
    let faults = load_text(TROUBLESHOOTING, &[("JWT_SECRET", "-")])
        .unwrap_err()
        .to_string();
    let said = "6:17: security.bearer.jwt_secret: the secret has 14 bytes, and HS256 requires at least 32\n";
    assert!(faults.contains(said), "{faults}");
}

#[test]
fn the_production_example_loads_with_its_variables_and_a_secret() {
    let example = include_str!("../../../../../config/production.agent_config.yaml");
    let folder = Folder::new("");
    let file = folder.write(
        "variables",
        include_str!("../../../../../config/.env.example"),
    );
    let path = folder.write("agent.yaml", example);
    let environment = Environment::load(Some(&file), &[]).unwrap();
    let says = load(&path, &environment).unwrap_err().to_string();
    assert!(
        says.contains("variable JWT_SECRET is set to nothing"),
        "{says}"
    );
    assert!(
        says.starts_with("error: 1 setting cannot be used"),
        "{says}"
    );

    let set = fs::read_to_string(&file)
        .unwrap()
        .replace("\nJWT_SECRET=", &format!("\nJWT_SECRET={SECRET}"));
    fs::write(&file, set).unwrap();
    let loaded = load(&path, &Environment::load(Some(&file), &[]).unwrap()).unwrap();
    assert_eq!(loaded.config.environment, Stage::Production);
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.config.skills.len(), 4);
}
