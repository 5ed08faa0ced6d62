//! The terminal client against the real server: what it shows and its exit codes.

use agentup_tests::{
    Outcome, Server, run,
    tokens::{expired, token},
};

fn client(server: &Server, args: &[&str]) -> Outcome {
    let args = ["--url", server.url()]
        .into_iter()
        .chain(args.iter().copied());
    run("agentup-client", server.folder().path(), args)
}

#[test]
fn a_token_by_itself_discovers_the_agent_and_tries_its_skills() {
    let server = Server::quick_start();
    let outcome = client(&server, &[&token("admin-user", "admin")]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.contains("JWT Test Agent"), "{outcome:?}");
    assert!(
        outcome
            .stdout
            .contains("hello world (from user admin-user)"),
        "{outcome:?}"
    );
}

#[test]
fn the_test_of_every_skill_meets_the_expectations_of_the_card() {
    let server = Server::quick_start();
    for scopes in ["", "basic", "basic,premium", "admin"] {
        let outcome = client(&server, &["--token", &token("u", scopes), "test"]);
        assert_eq!(outcome.code, Some(0), "{scopes:?}: {outcome:?}");
    }
}

#[test]
fn exit_codes_tell_allowed_denied_and_unauthenticated_apart() {
    let server = Server::quick_start();
    let (basic, late) = (token("u", "basic"), expired("u", "basic"));
    for (token, skill, code) in [
        (Some(&basic), "basic_assistant", 0),
        (Some(&basic), "premium_analyzer", 1),
        (Some(&late), "basic_assistant", 3),
        (None, "basic_assistant", 3),
    ] {
        let mut args = Vec::new();
        if let Some(token) = token {
            args.extend(["--token", token]);
        }
        args.extend(["send", skill, "hello"]);
        let outcome = client(&server, &args);
        assert_eq!(outcome.code, Some(code), "{skill}: {outcome:?}");
    }
}
