//! `environment: production`: the good file is taken, and each refusal is one change away from it.

use super::*;

const GOOD: &str = include_str!("../../../../../config/production.agent_config.yaml");

/// What it is loaded with.
const VARIABLES: [(&str, &str); 4] = [
    ("JWT_SECRET", SECRET),
    ("JWT_ISSUER", "https://issuer.example"),
    ("JWT_AUDIENCE", "agent"),
    ("AGENT_URL", "https://agent.example"),
];

/// Loads the good file with one text in place of another one, and with these variables.
fn load_with(change: (&str, &str), variables: &[(&str, &str)]) -> Result<Loaded, Faults> {
    assert!(GOOD.contains(change.0), "{}", change.0);
    let folder = Folder::new("");
    folder.write("agent.yaml", GOOD.replacen(change.0, change.1, 1));
    folder.write("secret", SECRET);
    let usual = VARIABLES.iter();
    let usual = usual.filter(|(name, _)| !variables.iter().any(|(other, _)| other == name));
    let variables: Vec<_> = usual.chain(variables).copied().collect();
    folder.load(&variables)
}

/// The one fault that there is.
fn fault(change: (&str, &str), variables: &[(&str, &str)]) -> String {
    let faults = load_with(change, variables)
        .map(|_| ())
        .expect_err(change.1);
    let faults = faults.to_string();
    let only = "error: 1 setting cannot be used\n";
    assert!(faults.starts_with(only), "{change:?}: {faults}");
    faults
}

const NO_CHANGE: (&str, &str) = ("", "");
const BEARER: &str = "  bearer:\n";
const SERVER: &str = "  host: 0.0.0.0\n";
const STATE: &str = "\nstate:\n";

#[test]
fn the_good_file_is_good() {
    let loaded = load_with(NO_CHANGE, &[]).unwrap();
    assert_eq!(loaded.config.environment, Stage::Production);
    assert_eq!(loaded.warnings, []);
}

#[test]
fn secrets_that_can_be_guessed_are_refused() {
    for (secret, says) in [
        (
            "super-secret-jwt-key-for-testing-only-change-in-production",
            "printed in documentation",
        ),
        ("too-short", "has 9 bytes, and HS256 requires at least 32"),
        ("0123456789abcdefghijklmnopqrstuvwxyz", "is a sequence"),
        (
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "has few different characters",
        ),
        (
            "our-password-for-all-of-the-agents-4711",
            "reads like a placeholder",
        ),
    ] {
        for name in ["JWT_SECRET", "OTHER_JWT_SECRET"] {
            let said = fault(NO_CHANGE, &[(name, secret)]);
            assert!(
                said.contains(says) && said.contains("jwt_secret: the secret"),
                "{said}"
            );
            assert!(
                said.contains("openssl rand -base64 48") && !said.contains(secret),
                "{said}"
            );
        }
    }
}

#[test]
fn secrets_do_not_stand_in_the_file() {
    let written = "\"nUpqY0lRmU0KX2ePZ0mEoWzYBfbDdG7o3vTVRH6ctKc=\"";
    for secret in [
        written.to_owned(),
        format!("\"${{UNSET:{}}}\"", written.trim_matches('"')),
    ] {
        let said = fault(("\"${JWT_SECRET}\"", &secret), &[]);
        assert!(
            said.contains("security.bearer.jwt_secret: the secret stands in the configuration")
        );
        assert!(
            said.contains("`jwt_secret_file`") && !said.contains("nUpqY0"),
            "{said}"
        );
    }
    let said = fault(
        (
            "  - skill_id: public_echo\n",
            "  - skill_id: x\n    handler: { type: http, url: \"https://a.example\", \
          headers: { Authorization: Bearer-of-the-agent, X-Team: blue } }\n  - skill_id: public_echo\n",
        ),
        &[],
    );
    assert!(
        said.contains("headers.Authorization: the secret stands in"),
        "{said}"
    );
    assert!(
        load_with(
            ("jwt_secret: \"${JWT_SECRET}\"", "jwt_secret_file: secret"),
            &[]
        )
        .is_ok()
    );
}

/// A change of the file, what is said of it, and the change that says that it is meant or right.
#[test]
fn each_risk_is_refused_with_its_remedy() {
    for (change, says, meant) in [
        (
            ("  allow_plain_http: true\n", ""),
            "server.host: there is no TLS, and other machines may reach this address",
            Some(("  allow_plain_http: true\n", "  allow_plain_http: yes\n")),
        ),
        (
            (SERVER, "  host: 0.0.0.0\n  cors: { origins: \"*\" }\n"),
            "server.cors.origins: lets every web page call a production agent",
            Some((
                SERVER,
                "  host: 0.0.0.0\n  cors: { origins: \"https://a.example\" }\n",
            )),
        ),
        (
            (
                SERVER,
                "  host: 0.0.0.0\n  cors: { origins: \"http://a.example\" }\n",
            ),
            "server.cors.origins: has a page over plain http",
            None,
        ),
        (
            ("max_token_lifetime: 24h", "max_token_lifetime: none"),
            "security.bearer.max_token_lifetime: lets tokens live for ever",
            Some(("max_token_lifetime: 24h", "max_token_lifetime: 90d")),
        ),
        (
            ("enabled: true", "enabled: true\n  allow_insecure: true"),
            "security.allow_insecure: security cannot be disabled in production",
            None,
        ),
        (
            (
                STATE,
                "\npush_notifications: { allow_private_targets: true }\nstate:\n",
            ),
            "push_notifications.allow_private_targets: lets callers send requests into the network",
            Some((
                STATE,
                "\npush_notifications: { allow_hosts: [hooks.internal] }\nstate:\n",
            )),
        ),
        (
            ("issuer: \"${JWT_ISSUER}\"", "issuer: http://issuer.example"),
            "security.bearer.issuer: `http://issuer.example/` is not https",
            Some((BEARER, "  bearer:\n    # https://issuer.example\n")),
        ),
        (
            ("issuer: \"${JWT_ISSUER}\"", "issuer: http://localhost:9000"),
            "security.bearer.issuer: `http://localhost:9000/` is an issuer on this machine",
            None,
        ),
        (
            ("audience: \"${JWT_AUDIENCE}\"", "#"),
            "security.bearer.audience: is missing",
            None,
        ),
        (
            ("issuer: \"${JWT_ISSUER}\"", "#"),
            "security.bearer.issuer: is missing",
            None,
        ),
    ] {
        let said = fault(change, &[]);
        assert!(said.contains(says), "{said}");
        assert!(said.lines().count() == 3, "a remedy is named: {said}");
        if let Some(meant) = meant {
            assert!(load_with(meant, &[]).is_ok(), "{meant:?}");
        }
    }
}

#[test]
fn security_cannot_be_switched_off() {
    let change = (
        "  host: 0.0.0.0\n  allow_plain_http: true\n",
        "  host: 127.0.0.1\n",
    );
    assert!(load_with(change, &[]).is_ok());
    let local = Folder::new("environment: production\nsecurity: { enabled: false }\n");
    let said = local.faults(&[]);
    let says = "security.enabled: security cannot be disabled in production";
    assert!(said.contains(says), "{said}");
}

#[test]
fn the_public_address_is_https_unless_tls_ends_elsewhere() {
    let http = [("AGENT_URL", "http://agent.example")];
    let bare = ("  host: 0.0.0.0\n  allow_plain_http: true\n", "");
    let said = fault(bare, &http);
    assert!(
        said.contains("agent.url: is not https: clients would send their tokens"),
        "{said}"
    );
    assert!(load_with(NO_CHANGE, &http).is_ok());
    assert!(load_with(bare, &[]).is_ok());
}

#[test]
fn tokens_of_other_services_are_refused() {
    let oauth2 = |more: &str| {
        format!(
            "security:\n  type: oauth2\n  oauth2: {{ introspection_endpoint: https://as.example/i, \
             client_id: a, client_secret: \"${{JWT_SECRET}}\"{more} }}\nenvironment: production\n"
        )
    };
    let said = Folder::new(&oauth2("")).faults(&[]);
    assert!(
        said.contains("security.oauth2: accepts every active token of the server"),
        "{said}"
    );
    assert!(Folder::new(&oauth2(", audience: agent")).load(&[]).is_ok());
    assert!(
        Folder::new(&oauth2(", client_ids: [app]"))
            .load(&[])
            .is_ok()
    );
}

#[test]
fn the_log_tells_no_more_than_it_must() {
    for (name, value) in [
        ("DEBUG", "true"),
        ("LOG_LEVEL", "DEBUG"),
        ("LOG_LEVEL", "TRACE"),
    ] {
        let said = fault(NO_CHANGE, &[(name, value)]);
        assert!(said.contains(&format!(
            "variable {name}: debug messages are not for production"
        )));
    }
    assert!(load_with(NO_CHANGE, &[("LOG_LEVEL", "WARNING")]).is_ok());
    let logging = |logging: &str| format!("\nlogging: {{ {logging} }}\nstate:\n");
    let said = fault((STATE, &logging("level: DEBUG")), &[]);
    assert!(
        said.contains("logging.level: debug messages are not for production"),
        "{said}"
    );
    let modules = logging("modules: { agentup_auth: DEBUG }");
    assert!(load_with((STATE, &modules), &[]).is_ok());
}

/// All of it at once, as every other fault.
#[test]
fn an_operator_hears_of_everything_at_once() {
    let change = (
        "max_token_lifetime: 24h",
        "max_token_lifetime: none\n    lewway: 5",
    );
    let variables = [("DEBUG", "true"), ("JWT_ISSUER", "http://issuer.example")];
    let faults = load_with(change, &variables).unwrap_err().to_string();
    assert!(
        faults.starts_with("error: 4 settings cannot be used\n"),
        "{faults}"
    );
}

/// The command line is no way around it.
#[test]
fn the_address_of_the_command_line_must_be_meant_too() {
    let bare = ("  host: 0.0.0.0\n  allow_plain_http: true\n", "");
    let mut config = load_with(bare, &[]).unwrap().config;
    let said = config
        .listen_on(Some("0.0.0.0"), None)
        .unwrap_err()
        .to_string();
    assert!(said.contains("--host: there is no TLS"), "{said}");
    config.listen_on(Some("127.0.0.1"), None).unwrap();
}

/// While developing, none of it is in the way.
#[test]
fn development_takes_it() {
    let development = GOOD.replace("environment: production", "environment: development");
    let development = development.replace("max_token_lifetime: 24h", "max_token_lifetime: none");
    let folder = Folder::new("");
    folder.write(
        "agent.yaml",
        development.replace("  allow_plain_http: true\n", ""),
    );
    let variables = [
        ("JWT_ISSUER", "http://localhost:9000"),
        ("JWT_AUDIENCE", "a"),
        ("DEBUG", "true"),
    ];
    folder.load(&variables).unwrap();
}
