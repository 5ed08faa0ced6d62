//! What a card declares, for each way of configuring credentials.

use agentup_auth::{Requirement, Scope};
use agentup_protocol::SecurityRequirement;

use super::Declared;
use crate::config;

const BEARER: &str =
    "bearer: { jwt_secret: 0123456789abcdef0123456789abcdef, issuer: i, audience: a";
const API_KEY: &str = "api_key: { keys: [{ name: n, hash: \
     5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9 }]";
const OAUTH2: &str = "oauth2: { introspection_endpoint: https://auth.example.com/introspect, \
     client_id: agent, client_secret: s, audience: a";

fn declared(security: &str) -> Declared {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.yaml");
    std::fs::write(&path, format!("security: {{ {security} }}\n")).unwrap();
    let loaded = config::load(&path, &agentup_env::Environment::from_pairs([("", ""); 0]));
    let config = loaded.unwrap_or_else(|faults| panic!("{faults}")).config;
    Declared::of(&config, &["basic".to_owned()])
}

fn named(requirements: &[SecurityRequirement]) -> Vec<String> {
    let entries = requirements.iter().flat_map(|requirement| &requirement.0);
    entries
        .map(|(name, scopes)| format!("{name}: {}", scopes.join(" ")))
        .collect()
}

#[test]
fn each_kind_is_declared_as_what_it_is() {
    for (security, expected) in [
        (format!("{BEARER} }}"), vec!["bearer: "]),
        (
            format!("{BEARER}, dpop: {{ mode: optional }} }}"),
            vec!["bearer: ", "dpop: "],
        ),
        (
            format!("{BEARER}, dpop: {{ mode: required }} }}"),
            vec!["dpop: "],
        ),
        (format!("type: api_key, {API_KEY} }}"), vec!["api_key: "]),
        (
            format!("type: api_key, {API_KEY}, allow_query: true }}"),
            vec!["api_key: ", "api_key_query: "],
        ),
        (format!("type: oauth2, {OAUTH2} }}"), vec!["oauth2: "]),
        ("enabled: false".to_owned(), vec![]),
    ] {
        let declared = declared(&security);
        assert_eq!(named(&declared.any()), expected, "{security}");
        assert_eq!(declared.schemes().len(), expected.len(), "{security}");
    }
}

#[test]
fn any_kind_is_enough_and_each_needs_the_scopes() {
    let schemes =
        format!("schemes: [{{ type: bearer, {BEARER} }} }}, {{ type: api_key, {API_KEY} }} }}]");
    let declared = declared(&schemes);
    let scopes = || {
        ["basic", "premium"]
            .map(|name| Scope::parse(name).unwrap())
            .to_vec()
    };
    let all = declared.needs(&Requirement::all_of(scopes()));
    assert_eq!(
        named(&all),
        ["bearer: basic premium", "api_key: basic premium"]
    );
    let any = declared.needs(&Requirement::any_of(scopes()));
    assert_eq!(
        named(&any),
        [
            "bearer: basic",
            "bearer: premium",
            "api_key: basic",
            "api_key: premium"
        ]
    );
}

#[test]
fn a_known_token_endpoint_makes_a_flow() {
    let declared = declared(&format!(
        "type: oauth2, {OAUTH2}, token_endpoint: https://auth.example.com/token }}"
    ));
    let shown = format!("{:?}", declared.schemes());
    assert!(
        shown.contains("ClientCredentials") && shown.contains("https://auth.example.com/token"),
        "{shown}"
    );
    assert!(shown.contains("\"basic\""), "{shown}");
}
