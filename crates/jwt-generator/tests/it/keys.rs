//! What signs a token: every source of a secret, every kind of key, and what is said when it fails.

use crate::pem_keys;
use crate::sandbox::{Outcome, Sandbox};
use agentup_auth::{
    Algorithm, BearerToken, HmacSecret, KeySet, Policy, TrustedIssuer, UnixSeconds, UnnamedKeys,
    VerificationKey, Verifier, VerifyError,
};

const SECRET: &str = "a-secret-of-at-least-thirty-two-bytes-0123456789-0123456789-0123456789";
const TEST_SECRET: &str = "super-secret-jwt-key-for-testing-only-change-in-production";

fn sandbox() -> Sandbox {
    Sandbox::new(env!("CARGO_BIN_EXE_jwt-generator"))
}

fn token(outcome: &Outcome) -> &str {
    assert_eq!(outcome.status, 0, "{outcome:?}");
    outcome.stdout.trim_end()
}

fn verify(token: &str, keys: KeySet) -> Result<(), VerifyError> {
    let issuer = TrustedIssuer {
        issuer: Some("test-issuer".to_owned()),
        audiences: vec!["agentup-jwt-test".to_owned()],
        keys,
    };
    let mut policy = Policy::default();
    policy.unnamed_keys = UnnamedKeys::ForAnyToken;
    let now = UnixSeconds::new(agentup_env::clock::unix_now());
    Verifier::new(vec![issuer], policy)
        .verify(BearerToken::new(token), now)
        .map(drop)
}

fn secret_key(algorithm: Algorithm, secret: &str) -> KeySet {
    let secret = HmacSecret::new(secret.as_bytes()).unwrap();
    KeySet::new(vec![
        VerificationKey::hmac(algorithm, &secret, None).unwrap(),
    ])
    .unwrap()
}

fn public_key(algorithm: Algorithm, pem: &str) -> KeySet {
    KeySet::new(vec![
        VerificationKey::from_pem(algorithm, pem, None).unwrap(),
    ])
    .unwrap()
}

#[test]
fn without_a_secret_the_one_of_the_quick_start_signs() {
    let outcome = sandbox().run(["--scopes", "basic"]);
    assert_eq!(
        verify(token(&outcome), secret_key(Algorithm::HS256, TEST_SECRET)),
        Ok(())
    );
}

#[test]
fn a_secret_comes_from_flag_file_variable_or_standard_input() {
    let sandbox = sandbox()
        .file("secret", format!("{SECRET}\n"))
        .set("OTHER", SECRET)
        .set("JWT_SECRET", "not this one, which is long enough as well");
    for (arguments, input) in [
        (["--secret", SECRET], ""),
        (["--secret-file", "secret"], ""),
        (["--secret-file", "-"], SECRET),
        (["--secret-env", "OTHER"], ""),
    ] {
        let outcome = sandbox.run_with(arguments, input.as_bytes());
        assert_eq!(
            verify(token(&outcome), secret_key(Algorithm::HS256, SECRET)),
            Ok(())
        );
        assert!(!outcome.stderr.contains(SECRET));
    }
}

#[test]
fn the_usual_secret_comes_from_the_environment_and_then_from_the_file() {
    let in_file = sandbox().file(".env", format!("JWT_SECRET={SECRET}\n"));
    let outcome = in_file.run(["--scopes", "basic"]);
    assert_eq!(
        verify(token(&outcome), secret_key(Algorithm::HS256, SECRET)),
        Ok(())
    );
    assert!(
        outcome
            .stderr
            .contains("HS256 with the secret of variable JWT_SECRET\n"),
        "{outcome:?}"
    );

    let in_both = in_file.set("JWT_SECRET", TEST_SECRET);
    let outcome = in_both.run(["--scopes", "basic"]);
    assert_eq!(
        verify(token(&outcome), secret_key(Algorithm::HS256, TEST_SECRET)),
        Ok(())
    );
    assert!(outcome.stderr.contains("which is published"), "{outcome:?}");
}

#[test]
fn every_hmac_algorithm_signs() {
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let outcome = sandbox().run(["--secret", SECRET, "--algorithm", algorithm.name()]);
        assert_eq!(
            verify(token(&outcome), secret_key(algorithm, SECRET)),
            Ok(()),
            "{algorithm}"
        );
    }
}

#[test]
fn a_short_secret_signs_and_the_summary_warns() {
    let outcome = sandbox().run(["--secret", "my-secret-key"]);
    assert_eq!(outcome.status, 0);
    assert!(
        outcome.stderr.contains("too short for a server to accept"),
        "{outcome:?}"
    );
}

#[test]
fn a_private_key_chooses_its_algorithm() {
    for (keys, algorithm) in [
        (pem_keys::rsa(), Algorithm::RS256),
        (pem_keys::p256(), Algorithm::ES256),
        (pem_keys::p384(), Algorithm::ES384),
        (pem_keys::p521(), Algorithm::ES512),
        (pem_keys::ed25519(), Algorithm::EdDSA),
    ] {
        let outcome = sandbox().file("key.pem", &keys.private).run([
            "--private-key",
            "key.pem",
            "--kid",
            "2026-01",
        ]);
        assert_eq!(
            verify(token(&outcome), public_key(algorithm, &keys.public)),
            Ok(()),
            "{algorithm}"
        );
    }
}

#[test]
fn the_algorithm_of_an_rsa_key_can_be_chosen() {
    let keys = pem_keys::rsa();
    let sandbox = sandbox().file("key.pem", &keys.private);
    for algorithm in [Algorithm::RS512, Algorithm::PS256] {
        let outcome = sandbox.run(["--private-key", "key.pem", "--alg", algorithm.name()]);
        assert_eq!(
            verify(token(&outcome), public_key(algorithm, &keys.public)),
            Ok(()),
            "{algorithm}"
        );
    }
}

#[test]
fn a_spoiled_signature_has_the_right_length_and_does_not_verify() {
    let keys = pem_keys::p256();
    let sandbox = sandbox().file("key.pem", &keys.private);
    for (arguments, set) in [
        (
            &["--secret", SECRET][..],
            secret_key(Algorithm::HS256, SECRET),
        ),
        (
            &["--private-key", "key.pem"],
            public_key(Algorithm::ES256, &keys.public),
        ),
    ] {
        let good = sandbox.run(arguments);
        let spoiled = sandbox.run(arguments.iter().chain(&["--invalid-signature"]));
        assert_eq!(verify(token(&good), set.clone()), Ok(()));
        assert_eq!(verify(token(&spoiled), set), Err(VerifyError::BadSignature));
        let length = |outcome| token(outcome).rsplit('.').next().unwrap().len();
        assert_eq!(length(&good), length(&spoiled));
    }
}

#[test]
fn an_expired_token_is_refused_for_that_alone() {
    let outcome = sandbox().run(["--expired", "--secret", SECRET]);
    let verdict = verify(token(&outcome), secret_key(Algorithm::HS256, SECRET));
    assert_eq!(verdict, Err(VerifyError::Expired));
}

#[test]
fn a_wrong_command_line_is_status_2() {
    let sandbox = sandbox().file("key.pem", "");
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
        ("--private-key bad.env", "file bad.env holds no private key"),
        (
            "--private-key key.pem --alg RS256",
            "file key.pem cannot be used: not a private key for RS256",
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
