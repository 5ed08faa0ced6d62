//! Generator, validator and server together: one secret, one verdict.

use agentup_tests::{Outcome, Server, run, run_with_input};

fn generate(server: &Server, args: &[&str]) -> String {
    let args = ["--format", "token-only"].iter().chain(args);
    let outcome = run("jwt-generator", server.folder().path(), args);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    outcome.stdout.trim().to_owned()
}

fn validate(server: &Server, token: &str) -> Outcome {
    run_with_input(
        "jwt-validator",
        server.folder().path(),
        ["--env", "-"],
        token,
    )
}

/// The commands of "Built-in JWT Generator", and what server and validator think of each token.
#[tokio::test]
async fn server_and_validator_agree_on_what_the_generator_makes() {
    let server = Server::quick_start();
    let claims = r#"{"email": "user@example.com", "department": "engineering"}"#;
    for (args, refused) in [
        (
            &[
                "--scopes",
                "basic",
                "--user-id",
                "basic-user",
                "--expires-in",
                "3600",
            ][..],
            None,
        ),
        (
            &[
                "--scopes",
                "basic,premium,admin",
                "--user-id",
                "admin-user",
                "--expires-in",
                "7200",
            ],
            None,
        ),
        (
            &[
                "--scopes",
                "premium",
                "--user-id",
                "premium-user",
                "--claims",
                claims,
            ],
            None,
        ),
        (
            &["--scopes", "basic", "--user-id", "test-user", "--expired"],
            Some("Token has expired"),
        ),
        (
            &[
                "--scopes",
                "basic",
                "--user-id",
                "test-user",
                "--invalid-signature",
            ],
            Some("JWT signature verification failed"),
        ),
        (
            &["--issuer", "another"],
            Some("Token issuer is not trusted"),
        ),
        (
            &["--audience", "another"],
            Some("Token audience does not match"),
        ),
        (
            &["--omit", "sub"],
            Some("Token is missing a required claim"),
        ),
        (&["--not-before", "+10m"], Some("Token is not yet valid")),
        (
            &["--algorithm", "HS512"],
            Some("JWT signature verification failed"),
        ),
    ] {
        let token = generate(&server, args);
        let answer = server.ask("public_echo", &token, "hi").await;
        let verdict = validate(&server, &token);
        if let Some(reason) = refused {
            assert_eq!(answer.status, 401, "{args:?}: {answer:?}");
            assert_eq!(answer.at("/error/message"), reason, "{args:?}");
            // A tool that is given a secret serves all algorithms of that secret.
            if args != ["--algorithm", "HS512"] {
                assert_eq!(verdict.code, Some(1), "{args:?}: {verdict:?}");
                assert!(verdict.stdout.contains(reason), "{args:?}: {verdict:?}");
            }
        } else {
            assert_eq!(answer.status, 200, "{args:?}: {answer:?}");
            assert_eq!(verdict.code, Some(0), "{args:?}: {verdict:?}");
        }
    }
}
