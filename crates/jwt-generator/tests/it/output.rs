//! The forms in which a token is printed.

use serde_json::{Value, json};

use crate::run::{decoded, sandbox, token, words};

#[test]
fn text_shows_the_token_alone_on_standard_output() {
    let outcome = sandbox().run(words(
        "--scopes basic,premium --user-id u --issued-at 2026-01-01T00:00:00Z --invalid-signature",
    ));
    assert_eq!(token(&outcome).split('.').count(), 3);
    for line in [
        "JWT for u\n",
        "  scopes:    basic,premium\n",
        "  issuer:    test-issuer\n",
        "  audience:  agentup-jwt-test\n",
        "  expires:   2026-01-01 01:00:00 UTC (",
        "  signed:    HS256 with the test secret, which is published: for testing only\n",
        "  signature: spoiled, no key verifies it\n",
    ] {
        assert!(outcome.stderr.contains(line), "{line}: {}", outcome.stderr);
    }
    assert!(!outcome.stderr.contains("eyJ"), "{}", outcome.stderr);
}

#[test]
fn a_summary_cannot_steer_the_terminal() {
    let outcome = sandbox().run(["--user-id", "u\x1b[2J\u{202e}", "--issuer", "a\nb"]);
    assert_eq!(outcome.status, 0);
    assert!(
        outcome.stderr.contains(r"JWT for u\u{1b}[2J\u{202e}"),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains(r"issuer:    a\u{a}b"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn json_has_everything_in_one_object() {
    let outcome = sandbox().run(words("--issued-at 1767225600 --format json --scopes basic"));
    let object: Value = serde_json::from_str(token(&outcome)).unwrap();
    let (header, claims) = decoded(object["token"].as_str().unwrap());
    assert_eq!((&object["header"], &object["payload"]), (&header, &claims));
    assert_eq!(object["expires_at"], "2026-01-01T01:00:00Z");
    assert_eq!(object["signature"], "good");
}

#[test]
fn header_is_a_line_for_a_request() {
    let outcome = sandbox().run(words("--format header"));
    let line = token(&outcome);
    decoded(line.strip_prefix("Authorization: Bearer ").unwrap());
}

#[test]
fn curl_is_the_request_of_the_documentation() {
    let arguments = [
        "--format",
        "curl",
        "--url",
        "http://localhost:9000/?a=b&c",
        "--skill",
        "it's",
    ];
    let outcome = sandbox().run(arguments);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let lines: Vec<_> = outcome.stdout.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], r"curl -X POST 'http://localhost:9000/?a=b&c' \");
    assert!(
        lines[1].starts_with("  -H 'Authorization: Bearer eyJ"),
        "{}",
        lines[1]
    );
    assert_eq!(lines[2], r"  -H 'Content-Type: application/json' \");
    let body = lines[3]
        .strip_prefix("  -d '")
        .unwrap()
        .strip_suffix('\'')
        .unwrap();
    let body: Value = serde_json::from_str(&body.replace(r"'\''", "'")).unwrap();
    assert_eq!(
        (&body["method"], &body["params"]["skillId"]),
        (&json!("message/send"), &json!("it's"))
    );
}

#[test]
fn help_and_version_are_there() {
    let help = sandbox().run(["--help"]);
    assert_eq!(help.status, 0);
    for text in [
        "Examples:",
        "JWT_SECRET",
        "`ps`",
        "--invalid-signature",
        "Exit status:",
    ] {
        assert!(help.stdout.contains(text), "{text}");
    }
    let version = sandbox().run(["--version"]);
    assert_eq!(
        version.stdout,
        format!("jwt-generator {}\n", env!("CARGO_PKG_VERSION"))
    );
}
