//! What signs a token: every source of a secret and every kind of key.

use agentup_auth::{
    Algorithm, BearerToken, HmacSecret, KeySet, Policy, TrustedIssuer, UnixSeconds, UnnamedKeys,
    VerificationKey, Verifier, VerifyError,
};

use crate::{
    pem_keys,
    run::{sandbox, token},
};

const SECRET: &str = "a-secret-of-at-least-thirty-two-bytes-0123456789-0123456789-0123456789";
const TEST_SECRET: &str = "super-secret-jwt-key-for-testing-only-change-in-production";

pub(crate) fn verify(token: &str, keys: KeySet) -> Result<(), VerifyError> {
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

pub(crate) fn public_key(algorithm: Algorithm, pem: &str) -> KeySet {
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
