//! What the validator prints, to the letter.

use agentup_auth::Algorithm;
use serde_json::{Value, json};

use crate::{
    answer::sandbox,
    sandbox::Outcome,
    tokens::{self, NOW, SECRET},
};

fn run(arguments: &[&str]) -> Outcome {
    sandbox().run(["--now", NOW].iter().chain(arguments))
}

const ANALYSIS: &str = r#"JWT Token Analysis
==================================================
Token: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJwc...

📋 Header:
{
  "alg": "HS256",
  "typ": "JWT"
}

📄 Payload:
{
  "sub": "premium-user",
  "iss": "test-issuer",
  "aud": "agentup-jwt-test",
  "iat": 1767225600,
  "exp": 1767229200,
  "nbf": 1767225600,
  "scope": "basic,premium",
  "email": "user@example.com",
  "iat_formatted": "2026-01-01 00:00:00 UTC",
  "exp_formatted": "2026-01-01 01:00:00 UTC",
  "nbf_formatted": "2026-01-01 00:00:00 UTC"
}

🔍 Validation:
✅ Token is valid and verified

⏰ Token expires in 0h 45m
🎯 Scopes: basic, premium
👤 User Info:
   sub: premium-user
   email: user@example.com
"#;

const VALIDATION: &str = "🔍 Validation:\n✅ Token is valid and verified\n";

#[test]
fn a_valid_token_is_explained_as_documented() {
    let outcome = run(&[&tokens::with_claims(&tokens::usual_claims()), SECRET]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, ANALYSIS));
    assert_eq!(
        outcome.stderr,
        "note: the issuer and the audience were not checked: give --issuer and --audience, or --env\n"
    );
}

#[test]
fn without_a_secret_everything_but_the_verdict_is_shown() {
    let outcome = run(&[&tokens::with_claims(&tokens::usual_claims())]);
    let expected = ANALYSIS.replace(VALIDATION, "⚠️  Validation: Skipped (no secret provided)\n");
    assert_eq!(
        (outcome.status, outcome.stdout.as_str()),
        (3, expected.as_str())
    );
    assert!(
        outcome
            .stderr
            .starts_with("hint: give the secret as the second argument"),
        "{outcome:?}"
    );
}

#[test]
fn with_no_verify_too() {
    let outcome = run(&[
        &tokens::with_claims(&tokens::usual_claims()),
        SECRET,
        "--no-verify",
    ]);
    let expected = ANALYSIS.replace(VALIDATION, "⚠️  Validation: Skipped (--no-verify flag)\n");
    assert_eq!(
        (outcome.status, outcome.stdout.as_str()),
        (3, expected.as_str())
    );
    assert_eq!(outcome.stderr, "");
}

#[test]
fn a_refused_token_is_shown_with_the_reason_and_what_to_do() {
    let outcome = run(&[
        &tokens::with_claims(&tokens::usual_claims()),
        "another-secret-of-thirty-two-bytes",
    ]);
    let expected = ANALYSIS.replace(
        VALIDATION,
        "🔍 Validation:\n❌ Token validation failed: JWT signature verification failed\n",
    );
    assert_eq!(
        (outcome.status, outcome.stdout.as_str()),
        (1, expected.as_str())
    );
    assert_eq!(
        outcome.stderr,
        "hint: wrong key or changed token; the header says alg HS256, the key was that of the argument: \
         is it the issuer's JWT_SECRET, without quotes or spaces around it?\n"
    );
}

#[test]
fn an_expired_token_says_since_when() {
    let outcome = run(&[
        "--now",
        "2026-01-01T03:30:59Z",
        &tokens::with_claims(&tokens::usual_claims()),
        SECRET,
    ]);
    assert_eq!(outcome.status, 2, "--now is given twice");

    let token = tokens::but(&json!({"exp": 1_767_226_500 - 9000}));
    let outcome = run(&[&token, SECRET]);
    assert_eq!(outcome.status, 1);
    assert!(
        outcome
            .stdout
            .contains("❌ Token validation failed: Token has expired\n"),
        "{outcome:?}"
    );
    assert!(
        outcome.stdout.contains("\n⚠️  Token expired 2h 30m ago\n"),
        "{outcome:?}"
    );
    assert!(
        outcome.stderr.contains("jwt-generator --expires-in 7200"),
        "{outcome:?}"
    );
}

#[test]
fn what_is_missing_is_not_shown() {
    let outcome = run(&[
        &tokens::with_claims(&json!({"tenant": [], "more": {}})),
        "--no-verify",
    ]);
    let expected = r#"
📄 Payload:
{
  "tenant": [],
  "more": {}
}

⚠️  Validation: Skipped (--no-verify flag)

"#;
    assert!(outcome.stdout.ends_with(expected), "{outcome:?}");
}

#[test]
fn a_malformed_token_is_refused_as_documented() {
    for (token, reason) in [
        ("", "Invalid JWT format - must have 3 parts"),
        ("not-a-token", "Invalid JWT format - must have 3 parts"),
        ("a.b.c.d", "Invalid JWT format - must have 3 parts"),
        (
            "a b.e30.AAAA",
            "the header is not base64url without padding",
        ),
        ("e30.AAAA.AAAA", "the payload is not a JSON object"),
        (
            "Bearer e30.e30.AAAA",
            "the header is not base64url without padding",
        ),
    ] {
        for arguments in [&[token][..], &[token, SECRET], &[token, "--no-verify"]] {
            let outcome = run(arguments);
            let expected = format!(
                "JWT Token Analysis\n{}\nToken: {token}\n\n❌ Error decoding token: {reason}\n",
                "=".repeat(50)
            );
            assert_eq!((outcome.status, outcome.stdout), (1, expected));
            assert!(
                outcome.stderr.starts_with("hint: a token is three parts"),
                "{}",
                outcome.stderr
            );
        }
    }
}

#[test]
fn scopes_and_user_come_in_many_forms() {
    let claims = json!({
        "sub": "u", "user_id": 7, "name": {"first": "Zoë"}, "email": null,
        "scp": ["basic", "users:read"], "exp": 1_767_229_200.75,
    });
    let outcome = run(&[&tokens::with_claims(&claims), "--no-verify"]);
    let expected = "\n⏰ Token expires in 0h 45m\n🎯 Scopes: basic, users:read\n👤 User Info:\n   \
                    sub: u\n   user_id: 7\n   email: null\n   name: {\"first\":\"Zoë\"}\n";
    assert!(outcome.stdout.ends_with(expected), "{outcome:?}");
}

#[test]
fn json_says_the_same_to_programs() {
    let outcome = run(&[
        &tokens::with_claims(&tokens::usual_claims()),
        SECRET,
        "--format",
        "json",
    ]);
    let expected = json!({
        "header": {"alg": "HS256", "typ": "JWT"},
        "payload": tokens::usual_claims(),
        "verdict": "valid",
        "code": null,
        "reason": null,
        "hint": null,
        "checked": ["signature", "claims"],
        "expires_in_seconds": 2700,
        "scopes": ["basic", "premium"],
        "user": {"sub": "premium-user", "email": "user@example.com"},
    });
    assert_eq!(outcome.stdout, format!("{expected:#}\n"));
    assert_eq!(outcome.status, 0);
}

#[test]
fn json_has_a_verdict_for_every_answer() {
    let usual = tokens::with_claims(&tokens::usual_claims());
    let expired = tokens::but(&json!({"exp": 1_767_225_601}));
    for (arguments, verdict, code, status) in [
        (&[usual.as_str(), SECRET][..], "valid", Value::Null, 0),
        (&[&expired, SECRET], "refused", json!("expired"), 1),
        (&["a.b", SECRET], "refused", json!("malformed"), 1),
        (&["a.b"], "refused", json!("malformed"), 1),
        (&[&usual], "not_verified", Value::Null, 3),
        (
            &[&usual, SECRET, "--no-verify"],
            "not_verified",
            Value::Null,
            3,
        ),
    ] {
        let outcome = run(&[arguments, &["--format", "json"]].concat());
        let object: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(
            (&object["verdict"], &object["code"]),
            (&json!(verdict), &code),
            "{outcome:?}"
        );
        assert_eq!(outcome.status, status);
        assert!(
            !outcome.stderr.contains("hint"),
            "the hint is in the object: {outcome:?}"
        );
    }
}

#[test]
fn hostile_text_never_reaches_the_terminal() {
    let hostile = "a\x1b]0;title\x07\x1b[2J\u{9b}31m\u{202e}\u{200b}\r\u{2028}";
    let claims = json!({
        "sub": hostile, "email": hostile, "scope": [hostile], hostile: hostile,
        "exp": hostile, "name": {hostile: 1},
    });
    let token = tokens::signed(
        &json!({hostile: 1, "kid": hostile, "alg": hostile}),
        &claims,
        Algorithm::HS256,
        SECRET,
    );
    for arguments in [
        &[token.as_str()][..],
        &[&token, SECRET],
        &[&token, "--format", "json"],
        &[hostile],
        &[hostile, "--format", "json"],
    ] {
        let outcome = run(arguments);
        for text in [&outcome.stdout, &outcome.stderr] {
            let bad = text.chars().find(|c| {
                c.is_control() && *c != '\n' || matches!(c, '\u{202e}' | '\u{200b}' | '\u{2028}')
            });
            assert_eq!(bad, None, "{text}");
        }
    }
    let outcome = run(&[&token]);
    assert!(
        outcome
            .stdout
            .contains(r"   sub: a\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{202e}"),
        "{outcome:?}"
    );
}

#[test]
fn help_and_version_are_there() {
    let help = run(&["--help"]);
    assert_eq!(help.status, 0);
    for text in [
        "Examples:",
        "What is checked:",
        "JWT_SECRET",
        "`ps`",
        "Exit status:",
    ] {
        assert!(help.stdout.contains(text), "{text}");
    }
    let version = run(&["--version"]);
    assert_eq!(
        version.stdout,
        format!("jwt-validator {}\n", env!("CARGO_PKG_VERSION"))
    );
}
