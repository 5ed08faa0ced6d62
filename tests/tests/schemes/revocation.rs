//! Tokens that are taken back: by a file, within a second, also those that are known already.

use std::time::Instant;

use agentup_tests::{Answer, PATIENCE, Server, tokens::token_but};
use serde_json::json;

use super::{BEARER, fault, folder, hello};

fn revoking(list: &str) -> Server {
    let folder = folder(&format!(
        "bearer: {{ {BEARER}, required_claims: [jti], revocations_file: revoked }}"
    ));
    folder.write("revoked", list);
    Server::start_in(folder)
}

async fn bring(server: &Server, jti: &str) -> Answer {
    let token = token_but("alice", "", json!({"jti": jti}));
    Answer::to(hello(server).bearer_auth(token)).await
}

/// The effect of `security.bearer.revocations_file`.
#[tokio::test]
async fn a_token_is_taken_back_while_it_is_in_use() {
    let server = revoking("test-issuer of-before\nother-issuer t-1\n");
    assert_eq!(bring(&server, "of-before").await.status, 401);
    let token = token_but("alice", "", json!({"jti": "t-1"}));
    let status = async || Answer::to(hello(&server).bearer_auth(&token)).await.status;
    assert_eq!(status().await, 200);
    assert_eq!(status().await, 200);
    let begun = Instant::now();
    let list = r#"[{"issuer": "test-issuer", "jti": "t-1"}]"#;
    server.folder().write("revoked", list);
    while status().await == 200 {
        assert!(begun.elapsed() < PATIENCE, "the token is taken back");
    }
    let answer = Answer::to(hello(&server).bearer_auth(&token)).await;
    assert_eq!(answer.status, 401);
    assert!(fault(&answer).contains("Token has been revoked"));
    // What is no longer on the list is good again.
    assert_eq!(bring(&server, "of-before").await.status, 200);
    let audit = server.stop().audit;
    assert!(audit.contains("file.changed"), "{audit}");
}

#[tokio::test]
async fn a_list_that_cannot_be_read_takes_nothing_from_the_old_one() {
    let server = revoking("test-issuer t-1\n");
    server
        .folder()
        .write("revoked", "test-issuer t-1 and more\n");
    let log = server
        .log()
        .wait_for("file not taken over, the old one holds");
    assert!(log.contains("line 1 is not an issuer"), "{log}");
    assert_eq!(bring(&server, "t-1").await.status, 401);
    std::fs::remove_file(server.folder().path().join("revoked")).unwrap();
    let _ = server.log().wait_for_times("file not taken over", 2);
    assert_eq!(bring(&server, "t-1").await.status, 401);
    assert_eq!(bring(&server, "t-2").await.status, 200);
    let audit = server.stop().audit;
    assert!(audit.contains("file.refused"), "{audit}");
}

/// The effect of `security.bearer.required_claims`.
#[tokio::test]
async fn a_token_that_cannot_be_taken_back_is_refused_where_all_must_be() {
    let server = revoking("");
    let token = token_but("alice", "", json!({"jti": null}));
    let answer = Answer::to(hello(&server).bearer_auth(token)).await;
    assert_eq!(answer.status, 401);
    assert!(fault(&answer).contains("missing a required claim"));
}
