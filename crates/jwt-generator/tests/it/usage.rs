//! What is said, and with which status, when no token is made.

use crate::{pem_keys, run::sandbox};

#[test]
fn a_wrong_command_line_is_status_2() {
    let secret = r#"{"kty": "oct", "k": "AAAA"}"#;
    let sandbox = sandbox()
        .file("key.pem", pem_keys::p256().private)
        .file("secret.json", secret);
    for (line, said) in [
        ("--format xml", "invalid value 'xml'"),
        ("--expires-in soon", "expected seconds or a duration"),
        ("--expires-in 101years", "longer than a hundred years"),
        ("--issued-at soon", "expected Unix seconds"),
        ("--algorithm none", "not a supported signature algorithm"),
        (
            "--algorithm RS256",
            "RS256 signs with a private key: give --private-key FILE",
        ),
        (
            "--private-key key.pem --alg HS256",
            "HS256 signs with a secret",
        ),
        (
            "--private-key secret.json --alg RS256",
            "RS256 signs with a private key",
        ),
        ("--kid auto", "--kid auto is for private keys"),
        (
            "--private-key secret.json --kid auto",
            "--kid auto is for private keys",
        ),
        ("--scopes basic keygen", "cannot be used with"),
        ("make", "unrecognized subcommand"),
        ("--private-key key.pem --secret x", "cannot be used with"),
        ("--secret x --secret-env X", "cannot be used with"),
        ("--expired --issued-at 0", "cannot be used with"),
        (
            "--claims {\"a\":1",
            "--claims is not a JSON object (line 1, column 6)",
        ),
        ("--claims []", "--claims is not a JSON object"),
        ("--header 7", "--header is not a JSON object"),
        (
            "--scopes a\"b",
            "--scopes: a scope has printable ASCII only",
        ),
        ("--flag", "unexpected argument '--flag'"),
    ] {
        let outcome = sandbox.run(line.split(' '));
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (2, ""),
            "{line}: {outcome:?}"
        );
        assert!(outcome.stderr.contains(said), "{line}: {}", outcome.stderr);
    }
}

#[test]
fn a_token_that_cannot_be_made_is_status_1() {
    let sandbox = sandbox()
        .file("empty", "")
        .file("key.pem", pem_keys::p256().private)
        .file("bad.env", "=\n");
    for (line, said) in [
        (
            "--secret-file nowhere",
            "cannot read file nowhere: No such file",
        ),
        ("--secret-file empty", "file empty is empty"),
        ("--secret-env UNSET", "variable UNSET is not set"),
        ("--claims @nowhere", "cannot read file nowhere"),
        ("--private-key nowhere", "cannot read file nowhere"),
        (
            "--private-key bad.env",
            "file bad.env cannot be used to sign: not a private key",
        ),
        (
            "--private-key key.pem --alg RS256",
            "file key.pem cannot be used to sign: not a private key for RS256",
        ),
        ("--env-file nowhere", "nowhere"),
        ("--env-file bad.env", "bad.env"),
    ] {
        let outcome = sandbox.run(line.split(' '));
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (1, ""),
            "{line}: {outcome:?}"
        );
        assert!(outcome.stderr.contains(said), "{line}: {}", outcome.stderr);
    }
    let outcome = sandbox.run(["--secret", ""]);
    assert_eq!(
        (outcome.status, outcome.stderr.as_str()),
        (1, "error: the argument is empty\n")
    );
}

#[test]
fn secrets_are_not_repeated() {
    let sandbox = sandbox().file("key.pem", "hunter2");
    for arguments in [
        &["hunter2"][..],
        &["--secret", "x", "hunter2"],
        &["--secret", "hunter2", "--secret-env", "X"],
        &["--private-key", "key.pem"],
        &["--claims", "hunter2"],
        &["--secret", "hunter2"],
        &["--secret", "hunter2", "--format", "json"],
    ] {
        let outcome = sandbox.run(arguments);
        assert!(
            !outcome.stderr.contains("hunter2"),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(
            !outcome.stdout.contains("hunter2"),
            "{arguments:?}: {}",
            outcome.stdout
        );
    }
}
