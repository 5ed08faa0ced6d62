//! Where secret, issuer, audience and token come from.

use crate::{
    answer::{NOT_VERIFIED, VALID, answer, code, refused, sandbox, usual},
    tokens::{NOW, SECRET},
};

#[test]
fn a_secret_comes_from_argument_flag_file_or_variable() {
    let sandbox = sandbox()
        .file("secret", format!("{SECRET}\n"))
        .set("OTHER", SECRET);
    for key in [
        &[SECRET][..],
        &["--secret", SECRET],
        &["--secret-file", "secret"],
        &["--secret-env", "OTHER"],
    ] {
        assert_eq!(
            answer(&sandbox, &[&[usual().as_str()], key].concat()),
            VALID,
            "{key:?}"
        );
    }
    let outcome = sandbox.run_with(
        [usual().as_str(), "--secret-file", "-", "--now", NOW],
        SECRET.as_bytes(),
    );
    assert_eq!(outcome.status, 0, "{outcome:?}");
}

#[test]
fn the_usual_secret_comes_from_the_environment_and_then_from_the_file() {
    let in_file = sandbox().file(".env", format!("JWT_SECRET={SECRET}\nJWT_AUDIENCE=other\n"));
    let outcome = in_file.run([usual().as_str(), "--now", NOW]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .starts_with("note: checked with the secret of variable JWT_SECRET\n"),
        "{outcome:?}"
    );
    assert!(!outcome.stderr.contains(SECRET));

    let in_both = in_file.set("JWT_SECRET", "another-secret-of-thirty-two-bytes");
    assert_eq!(answer(&in_both, &[&usual()]), refused("bad_signature"));
    assert_eq!(
        answer(&in_both, &[&usual(), SECRET]),
        VALID,
        "the argument wins"
    );
    assert_eq!(answer(&in_both, &[&usual(), "--no-verify"]), NOT_VERIFIED);

    let empty = sandbox().set("JWT_SECRET", "");
    assert_eq!(
        answer(&empty, &[&usual()]),
        NOT_VERIFIED,
        "set to nothing is not set"
    );
    let elsewhere = sandbox().file("other.env", format!("JWT_SECRET={SECRET}\n"));
    assert_eq!(
        answer(&elsewhere, &[&usual(), "--env-file", "other.env"]),
        VALID
    );
}

#[test]
fn issuer_and_audience_are_checked_if_given() {
    let sandbox = sandbox()
        .set("JWT_ISSUER", "other")
        .set("JWT_AUDIENCE", "other");
    for (flags, expected) in [
        (&[][..], VALID),
        (&["--issuer", "test-issuer"], VALID),
        (&["--issuer", "Test-issuer"], refused("untrusted_issuer")),
        (&["--audience", "agentup-jwt-test"], VALID),
        (&["--audience", "other"], refused("wrong_audience")),
        (
            &["--audience", "other", "--audience", "agentup-jwt-test"],
            VALID,
        ),
        (
            &["--issuer", "test-issuer", "--audience", "agentup-jwt-test"],
            VALID,
        ),
    ] {
        assert_eq!(
            answer(&sandbox, &[&[usual().as_str(), SECRET], flags].concat()),
            expected,
            "{flags:?}"
        );
    }
}

#[test]
fn env_checks_as_the_agent_of_the_folder_would() {
    let agent = |issuer: &str, audience: &str| {
        sandbox().file(
            ".env",
            format!("JWT_SECRET={SECRET}\nJWT_ISSUER={issuer}\nJWT_AUDIENCE={audience}\n"),
        )
    };
    let (issuer, audience) = ("test-issuer", "agentup-jwt-test");
    assert_eq!(
        answer(&agent(issuer, audience), &["--env", &usual()]),
        VALID
    );
    assert_eq!(
        answer(&agent("other", audience), &["--env", &usual()]),
        refused("untrusted_issuer")
    );
    assert_eq!(
        answer(&agent(issuer, "other"), &["--env", &usual()]),
        refused("wrong_audience")
    );
    assert_eq!(
        answer(
            &agent(issuer, "other"),
            &["--env", "--audience", audience, &usual()]
        ),
        VALID,
        "the flag wins"
    );
    let outcome = agent(issuer, audience).run(["--env", &usual(), "--now", NOW]);
    assert_eq!(
        outcome.stderr,
        "note: checked with the secret of variable JWT_SECRET\n"
    );
    let outcome = sandbox().run(["--env", &usual()]);
    assert_eq!(outcome.status, 2);
    assert!(
        outcome.stderr.contains("JWT_SECRET is not set"),
        "{outcome:?}"
    );
}

#[test]
fn a_token_may_come_on_standard_input() {
    for input in [
        usual(),
        format!("{}\n", usual()),
        format!("  {}\r\n\n", usual()),
    ] {
        let outcome = sandbox().run_with(["-", SECRET, "--now", NOW], input.as_bytes());
        assert_eq!(outcome.status, 0, "{outcome:?}");
    }
    for input in [&b""[..], b"\n", b"\xff\xfe.\xff.\xff", b"a\0b"] {
        let outcome = sandbox().run_with(["-", SECRET, "--format", "json"], input);
        assert_eq!(
            (outcome.status, code(&outcome).as_deref()),
            (1, Some("malformed"))
        );
    }
}

#[test]
fn a_spoiled_env_file_matters_only_if_it_is_needed() {
    let sandbox = sandbox().file(".env", "=\n");
    assert_eq!(answer(&sandbox, &[&usual(), SECRET]), VALID);
    assert_eq!(answer(&sandbox, &[&usual(), "--no-verify"]), NOT_VERIFIED);
    assert_eq!(sandbox.run([usual().as_str()]).status, 2);
}
