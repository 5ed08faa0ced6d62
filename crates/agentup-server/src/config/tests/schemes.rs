//! Which kinds are accepted, and what is said of settings that would have no effect.

use super::*;

const BEARER: &str = "bearer: { jwt_secret: \"${JWT_SECRET}\", issuer: i, audience: a }";
const API_KEY: &str = "api_key: { keys: [{ name: n, hash: \
     5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9 }] }";
const OAUTH2: &str = "oauth2: { introspection_endpoint: https://auth.example.com/introspect, \
     client_id: agent, client_secret: hunter2, audience: a }";

fn kinds(security: &str) -> Vec<SchemeKind> {
    config(&format!("security: {security}\n")).security.schemes
}

fn faults(security: &str) -> String {
    Folder::new(&format!("security: {security}\n")).faults(&[])
}

#[test]
fn one_kind_is_accepted_or_several() {
    use SchemeKind::{ApiKey, Bearer, Oauth2};
    assert_eq!(kinds(&format!("{{ {BEARER} }}")), [Bearer]);
    assert_eq!(kinds(&format!("{{ type: bearer, {BEARER} }}")), [Bearer]);
    assert_eq!(kinds(&format!("{{ type: api_key, {API_KEY} }}")), [ApiKey]);
    assert_eq!(kinds(&format!("{{ type: oauth2, {OAUTH2} }}")), [Oauth2]);
    let all = format!(
        "{{ schemes: [{{ type: oauth2, {OAUTH2} }}, {{ type: bearer, {BEARER} }}, \
         {{ type: api_key, {API_KEY} }}] }}"
    );
    assert_eq!(kinds(&all), [Oauth2, Bearer, ApiKey]);
    let security = config(&format!("security: {all}\n")).security;
    assert_eq!(security.issuers.len(), 1);
    assert!(security.api_key.is_some() && security.oauth2.is_some());
}

#[test]
fn disabled_security_accepts_no_kind() {
    assert_eq!(
        kinds(&format!("{{ enabled: false, type: api_key, {API_KEY} }}")),
        []
    );
    assert_eq!(
        kinds(&format!(
            "{{ enabled: false, schemes: [{{ type: bearer, {BEARER} }}] }}"
        )),
        []
    );
}

#[test]
fn what_would_have_no_effect_is_a_fault() {
    for (security, expected) in [
        (
            format!("{{ {BEARER}, {API_KEY} }}"),
            "security.api_key: has no effect: the type is `bearer`",
        ),
        (
            format!("{{ type: oauth2, {OAUTH2}, {BEARER} }}"),
            "security.bearer: has no effect: the type is `oauth2`",
        ),
        (
            format!("{{ schemes: [{{ type: bearer, {BEARER} }}], {API_KEY} }}"),
            "security.api_key: has no effect beside `schemes`",
        ),
        (
            format!("{{ type: bearer, schemes: [{{ type: bearer, {BEARER} }}] }}"),
            "security.type: stands beside `schemes`",
        ),
        (
            format!("{{ schemes: [{{ type: bearer, {BEARER}, {OAUTH2} }}] }}"),
            "security.schemes[0].oauth2: has no effect: the type is `bearer`",
        ),
        (
            format!("{{ schemes: [{{ type: bearer, {BEARER} }}, {{ type: bearer, {BEARER} }}] }}"),
            "security.schemes[1].type: stands in the list twice",
        ),
    ] {
        assert!(
            faults(&security).contains(expected),
            "{}",
            faults(&security)
        );
    }
}

#[test]
fn an_entry_says_its_kind_and_has_what_the_kind_needs() {
    for (security, expected) in [
        ("{ schemes: [] }", "security.schemes: must not be empty"),
        (
            "{ schemes: bearer }",
            "security.schemes: expected a list, found a single value",
        ),
        ("{ schemes: [{}] }", "security.schemes[0].type: is missing"),
        (
            "{ schemes: [{ type: basic }] }",
            "is not `bearer`, `api_key` or `oauth2`",
        ),
        (
            "{ schemes: [{ type: bearer }] }",
            "security.schemes[0].bearer.issuer: is missing",
        ),
        (
            "{ schemes: [{ type: api_key }] }",
            "security.schemes[0].api_key: must have `keys` or `keys_file`",
        ),
        (
            "{ schemes: [{ type: oauth2 }] }",
            "security.schemes[0].oauth2.introspection_endpoint: is missing",
        ),
        (
            "{ type: api_key }",
            "security.api_key: must have `keys` or `keys_file`",
        ),
        (
            "{ schemes: [{ type: bearer, barer: {} }] }",
            "unknown key; did you mean `bearer`?",
        ),
        (
            "{ schemes: [{ type: bearer, bearer: { jwt_secrt: x } }] }",
            "unknown key; did you mean `jwt_secret`?",
        ),
    ] {
        assert!(faults(security).contains(expected), "{}", faults(security));
    }
}
