//! What is said when there is no verdict, and what is never said.

use crate::{
    answer::{sandbox, usual},
    pem_keys,
    sandbox::Sandbox,
    tokens::SECRET,
};

#[test]
fn a_wrong_command_line_is_status_2() {
    let rsa = pem_keys::rsa();
    let sandbox = sandbox()
        .file("private.pem", &rsa.private)
        .file("text", "no key")
        .file("empty", "")
        .file("octet.json", r#"{"kty":"oct","k":"AAAA"}"#)
        .file("spoiled.json", r#"{"kty":"oct","k":"A"}"#)
        .file("other.json", r#"{"kty":"oct","k":"AAAA","alg":"RS256"}"#)
        .file(
            "octets.json",
            r#"{"keys":[{"kty":"oct","k":"AAAA"},{"kty":"oct","k":"BBBB"}]}"#,
        );
    for (line, said) in [
        ("", "<TOKEN>"),
        ("a.b.c secret --secret-file text", "cannot be used with"),
        ("a.b.c secret --key-file text", "cannot be used with"),
        ("a.b.c --secret x --secret-env Y", "cannot be used with"),
        (
            "a.b.c secret --signature-only --issuer x",
            "cannot be used with",
        ),
        ("a.b.c --env --no-verify", "cannot be used with"),
        ("a.b.c --format xml", "invalid value 'xml'"),
        (
            "a.b.c --leeway 301",
            "301 seconds of leeway is more than the maximum of 300",
        ),
        ("a.b.c --now soon", "expected Unix seconds"),
        ("a.b.c --alg none", "not a supported signature algorithm"),
        ("a.b.c --policy lax", "invalid value 'lax'"),
        (
            "a.b.c secret --alg RS256",
            "RS256 verifies with a public key",
        ),
        (
            "a.b.c --key-file text --alg HS256",
            "HS256 verifies with a secret",
        ),
        (
            "a.b.c --secret-file nowhere",
            "cannot read file nowhere: No such file",
        ),
        ("a.b.c --secret-file empty", "file empty is empty"),
        ("a.b.c --secret-env UNSET", "variable UNSET is not set"),
        ("a.b.c --env-file nowhere", "nowhere"),
        ("a.b.c --key-file nowhere", "cannot read file nowhere"),
        (
            "a.b.c --key-file text",
            "file text cannot be used to verify: not a key",
        ),
        (
            "a.b.c --key-file private.pem",
            "a private key does not belong to a verifier",
        ),
        (
            "a.b.c --key-file octets.json",
            "a symmetric key is not read",
        ),
        (
            "a.b.c --key-file octet.json --alg RS256",
            "RS256 verifies with a public key",
        ),
        (
            "a.b.c --key-file spoiled.json",
            "`k` is missing or malformed",
        ),
        (
            "a.b.c --key-file other.json",
            "`alg` disagrees with the type of the key",
        ),
    ] {
        assert_status_2(&sandbox, line, said);
    }
    let outcome = sandbox.run(["a.b.c", ""]);
    assert_eq!(
        (outcome.status, outcome.stderr.as_str()),
        (2, "error: the argument is empty\n")
    );
}

#[test]
fn a_place_that_must_not_be_asked_is_status_2() {
    let sandbox = sandbox().file("text", "no key");
    for (line, said) in [
        ("a.b.c --jwks-url nowhere", "--jwks-url is not a URL"),
        (
            "a.b.c --jwks-url http://issuer.example/",
            "the URL must begin with https://",
        ),
        (
            "a.b.c --jwks-url ftp://127.0.0.1/",
            "the URL must begin with https://",
        ),
        (
            "a.b.c --jwks-url https://u:p@issuer.example/",
            "must not hold a user name or a password",
        ),
        (
            "a.b.c --jwks-url https://10.0.0.1/",
            "private addresses are not allowed",
        ),
        (
            "a.b.c --allow-private --jwks-url https://169.254.169.254/",
            "link-local addresses are not allowed",
        ),
        (
            "a.b.c --jwks-url https://127.0.0.1/ --alg HS256",
            "HS256 verifies with a secret",
        ),
        (
            "a.b.c secret --jwks-url https://127.0.0.1/",
            "cannot be used with",
        ),
        ("a.b.c --discover --key-file text", "cannot be used with"),
        ("a.b.c --discover", "say which with --issuer"),
        (
            "a.b.c --discover --issuer test-issuer",
            "the issuer is not a URL",
        ),
        (
            "a.b.c --discover --issuer http://issuer.example",
            "the URL must begin with https://",
        ),
    ] {
        assert_status_2(&sandbox, line, said);
    }
}

fn assert_status_2(sandbox: &Sandbox, line: &str, said: &str) {
    let outcome = sandbox.run(line.split_whitespace());
    assert_eq!(
        (outcome.status, outcome.stdout.as_str()),
        (2, ""),
        "{line}: {outcome:?}"
    );
    assert!(outcome.stderr.contains(said), "{line}: {}", outcome.stderr);
}

#[test]
fn secrets_and_tokens_are_not_repeated() {
    let token = usual();
    let signature = token.rsplit('.').next().unwrap();
    for arguments in [
        &[token.as_str(), "hunter2"][..],
        &[&token, "my", "hunter2"],
        &[&token, "x", "-xhunter2"],
        &["hunter2", SECRET, &token],
        &[&token, "hunter2", "--key-file", "nowhere"],
        &[&token, "hunter2", "--format", "json"],
        &[&token, "--secret", "hunter2", "--alg", "RS256"],
    ] {
        let outcome = sandbox().run(arguments);
        assert_ne!(outcome.status, 0);
        assert!(
            !outcome.stderr.contains("hunter2"),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(
            !outcome.stderr.contains(signature),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(
            !outcome.stdout.contains(signature),
            "{arguments:?}: {}",
            outcome.stdout
        );
    }
}
