//! The commands of the documentation and every flag that has to do with claims or the header.

use serde_json::{Value, json};

use crate::{
    run::{decoded, sandbox, token, words},
    sandbox::Sandbox,
};

/// 2026-01-01T00:00:00Z.
const NEW_YEAR: u64 = 1_767_225_600;
const AT_NEW_YEAR: [&str; 2] = ["--issued-at", "1767225600"];

/// The claims of a token that was issued at the new year.
fn claims(arguments: &[&str]) -> Value {
    claims_in(&sandbox(), arguments)
}

fn claims_in(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let outcome = sandbox.run(AT_NEW_YEAR.iter().chain(arguments));
    decoded(token(&outcome)).1
}

#[test]
fn the_payload_is_that_of_the_documentation() {
    let claims = claims(&[]);
    let expected = json!({
        "sub": "test-user-123",
        "iss": "test-issuer",
        "aud": "agentup-jwt-test",
        "iat": NEW_YEAR,
        "exp": NEW_YEAR + 3600,
        "nbf": NEW_YEAR,
    });
    assert_eq!(claims.to_string(), expected.to_string(), "the order counts");
}

#[test]
fn the_header_names_the_algorithm_and_the_type() {
    let outcome = sandbox().run(words("--scopes basic"));
    assert_eq!(
        decoded(token(&outcome)).0,
        json!({"alg": "HS256", "typ": "JWT"})
    );
}

#[test]
fn the_commands_of_the_documentation_work() {
    for (line, subject, scope) in [
        (
            "--scopes basic --user-id basic-user",
            "basic-user",
            json!("basic"),
        ),
        (
            "--scopes basic,premium --user-id premium-user",
            "premium-user",
            json!("basic,premium"),
        ),
        (
            "--scopes basic --user-id basic-user --expires-in 3600",
            "basic-user",
            json!("basic"),
        ),
        (
            "--scopes basic,premium,admin --user-id admin-user --expires-in 7200",
            "admin-user",
            json!("basic,premium,admin"),
        ),
        (
            "--scopes basic --user-id test-user --expired",
            "test-user",
            json!("basic"),
        ),
        (
            "--scopes basic --user-id test-user --invalid-signature",
            "test-user",
            json!("basic"),
        ),
        (
            "--scopes basic --user-id test --format token-only",
            "test",
            json!("basic"),
        ),
        (
            "--scopes basic,premium --format token-only",
            "test-user-123",
            json!("basic,premium"),
        ),
    ] {
        let outcome = sandbox().run(words(line));
        let (_, claims) = decoded(token(&outcome));
        assert_eq!(
            (&claims["sub"], &claims["scope"]),
            (&json!(subject), &scope),
            "{line}"
        );
    }
}

#[test]
fn the_integration_script_gets_a_token_for_no_scopes() {
    let arguments = [
        "--scopes",
        "",
        "--user-id",
        "test-user",
        "--expires-in",
        "3600",
        "--format",
        "token-only",
    ];
    let outcome = sandbox().run(arguments);
    let (_, claims) = decoded(token(&outcome));
    assert_eq!(claims.get("scope"), None);
    assert_eq!(outcome.stderr, "");
}

#[test]
fn scopes_may_be_separated_by_spaces_and_repeated() {
    for (arguments, scope) in [
        (&["--scopes", "basic premium"][..], "basic,premium"),
        (&["--scopes", "basic, premium"], "basic,premium"),
        (&["--scopes=basic", "--scopes", "premium"], "basic,premium"),
        (&["--scopes", "users:read"], "users:read"),
    ] {
        assert_eq!(claims(arguments)["scope"], scope, "{arguments:?}");
    }
}

#[test]
fn lifetimes_are_seconds_or_durations() {
    for (lifetime, seconds) in [("3600", 3600), ("2h", 7200), ("1h 30m", 5400), ("0", 0)] {
        assert_eq!(
            claims(&["--expires-in", lifetime])["exp"],
            NEW_YEAR + seconds,
            "{lifetime}"
        );
    }
}

#[test]
fn times_can_be_chosen_one_by_one() {
    let claims = claims(&[
        "--not-before",
        "2026-01-01T00:10:00Z",
        "--expires-in",
        "20m",
    ]);
    assert_eq!(
        (&claims["iat"], &claims["nbf"], &claims["exp"]),
        (
            &json!(NEW_YEAR),
            &json!(NEW_YEAR + 600),
            &json!(NEW_YEAR + 1200)
        )
    );
}

#[test]
fn offsets_count_from_now() {
    let outcome = sandbox().run(words("--issued-at -10m --not-before +5m"));
    let (_, claims) = decoded(token(&outcome));
    let time = |name: &str| claims[name].as_u64().unwrap();
    assert_eq!(time("nbf") - time("iat"), 900);
    assert_eq!(time("exp") - time("iat"), 3600);
}

#[test]
fn an_expired_token_expired_an_hour_ago() {
    let before = agentup_env::clock::unix_now();
    let outcome = sandbox().run(words("--scopes basic --expired"));
    let (_, claims) = decoded(token(&outcome));
    let time = |name: &str| claims[name].as_u64().unwrap();
    let ago = agentup_env::clock::unix_now() - time("exp");
    assert!(
        (3600..=3600 + agentup_env::clock::unix_now() - before).contains(&ago),
        "{ago}"
    );
    assert_eq!(
        (time("iat"), time("nbf")),
        (time("exp") - 3600, time("exp") - 3600)
    );
}

#[test]
fn claims_are_merged_last_and_may_override() {
    let json =
        r#"{"email": "user@example.com", "department": "engineering", "sub": "other", "exp": 1}"#;
    let claims = claims(&[
        "--scopes",
        "premium",
        "--user-id",
        "premium-user",
        "--claims",
        json,
    ]);
    assert_eq!(claims["email"], "user@example.com");
    assert_eq!(claims["department"], "engineering");
    assert_eq!(
        (&claims["sub"], &claims["exp"]),
        (&json!("other"), &json!(1))
    );
    let names: Vec<_> = claims.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        names,
        [
            "sub",
            "iss",
            "aud",
            "iat",
            "exp",
            "nbf",
            "scope",
            "email",
            "department"
        ]
    );
}

#[test]
fn claims_come_from_files_and_standard_input_too() {
    let sandbox = sandbox().file("claims.json", "{\"tenant\": [\"a\", {\"b\": null}]}\n");
    let claims = claims_in(
        &sandbox,
        &["--claims", "@claims.json", "--claims", r#"{"name": "Zoë"}"#],
    );
    assert_eq!(
        (&claims["tenant"], &claims["name"]),
        (&json!(["a", {"b": null}]), &json!("Zoë"))
    );
    let outcome = sandbox.run_with(words("--claims -"), b"{\"email\": \"a@example.com\"}\n");
    assert_eq!(decoded(token(&outcome)).1["email"], "a@example.com");
}

#[test]
fn header_type_kid_and_jti_can_be_set() {
    let line = "--type at+jwt --kid 2026-01 --jti token-1 --header {\"x\":1}";
    let outcome = sandbox().run(words(line));
    let (header, claims) = decoded(token(&outcome));
    assert_eq!(
        header,
        json!({"alg": "HS256", "typ": "at+jwt", "kid": "2026-01", "x": 1})
    );
    assert_eq!(claims["jti"], "token-1");
}

#[test]
fn an_automatic_jti_is_new_each_time() {
    let [first, second] = [claims(&["--jti", "auto"]), claims(&["--jti", "auto"])];
    assert_eq!(first["jti"].as_str().unwrap().len(), 36);
    assert_ne!(first["jti"], second["jti"]);
}

#[test]
fn claims_can_be_left_out() {
    let claims = claims(&["--omit", "exp", "--omit", "nbf"]);
    let names: Vec<_> = claims.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["sub", "iss", "aud", "iat"]);
}

#[test]
fn several_audiences_are_a_list() {
    let one = claims(&["--audience", "a"]);
    let two = claims(&["--audience", "a", "--audience", "b"]);
    assert_eq!(
        (&one["aud"], &two["aud"]),
        (&json!("a"), &json!(["a", "b"]))
    );
}

#[test]
fn issuer_and_audience_default_to_flag_environment_file_test_value() {
    let issuer_and_audience = |sandbox: &Sandbox, arguments: &[&str]| {
        let claims = claims_in(sandbox, arguments);
        (
            claims["iss"].as_str().unwrap().to_owned(),
            claims["aud"].as_str().unwrap().to_owned(),
        )
    };
    let pair = |issuer: &str, audience: &str| (issuer.to_owned(), audience.to_owned());

    let sandbox = sandbox()
        .file("other.env", "JWT_ISSUER=from-other\n")
        .set("JWT_AUDIENCE", "");
    assert_eq!(
        issuer_and_audience(&sandbox, &[]),
        pair("test-issuer", "agentup-jwt-test")
    );
    assert_eq!(
        issuer_and_audience(&sandbox, &["--env-file", "other.env"]),
        pair("from-other", "agentup-jwt-test")
    );
    let sandbox = sandbox.file(".env", "JWT_ISSUER=from-file\nJWT_SECRET=x\n");
    assert_eq!(
        issuer_and_audience(&sandbox, &[]),
        pair("from-file", "agentup-jwt-test")
    );
    let sandbox = sandbox
        .set("JWT_ISSUER", "from-environment")
        .set("JWT_AUDIENCE", "also");
    assert_eq!(
        issuer_and_audience(&sandbox, &[]),
        pair("from-environment", "also")
    );
    assert_eq!(
        issuer_and_audience(&sandbox, &["--issuer", "flag", "--audience", "flag"]),
        pair("flag", "flag")
    );
}
