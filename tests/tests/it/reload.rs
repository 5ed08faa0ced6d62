//! A new configuration without a restart: on SIGHUP, and when the file changes.

use std::time::Instant;

use agentup_tests::{Answer, PATIENCE, QUICK_START, QUICK_START_ENV, Server, tokens::token};

const RELOADED: &str = "configuration reloaded";
const NOT_RELOADED: &str = "configuration not reloaded";

/// The echo asks for a scope.
fn stricter() -> String {
    let strict = "  - skill_id: public_echo\n    required_scopes: [basic]\n";
    QUICK_START.replace("  - skill_id: public_echo\n", strict)
}

/// A `.env` whose files are not watched.
fn unwatched() -> String {
    QUICK_START_ENV.replace("RELOAD=true", "RELOAD=false")
}

async fn echo(server: &Server) -> Answer {
    server.ask("public_echo", &token("alice", ""), "hi").await
}

fn is_denied(answer: &Answer) -> bool {
    answer.reply().starts_with('❌')
}

#[tokio::test]
async fn a_signal_makes_a_new_requirement_take_effect() {
    let server = Server::start(QUICK_START, &unwatched());
    assert!(!is_denied(&echo(&server).await));
    server.folder().replace_config(&stricter());
    assert!(!is_denied(&echo(&server).await), "nobody has asked for it");
    server.ask_to_reload();
    let _ = server.log().wait_for(RELOADED);
    assert!(is_denied(&echo(&server).await));
    let card = server.get("/.well-known/agent.json").await;
    assert_eq!(
        card.at("/skills/0/security/0/bearer/0"),
        "basic",
        "the card tells it too"
    );
    assert_eq!(server.stop().code, Some(0));
}

#[tokio::test]
async fn a_broken_configuration_leaves_the_old_one_in_force() {
    let server = Server::start(QUICK_START, &unwatched());
    for (times, broken) in [
        QUICK_START.replace("algorithm: HS256", "algorithm: none"),
        QUICK_START.replace("skill_id: basic_assistant", "skill_id: public_echo"),
        "agent: [".to_owned(),
        String::new(),
    ]
    .into_iter()
    .enumerate()
    {
        server.folder().replace_config(&broken);
        server.ask_to_reload();
        let log = server.log().wait_for_times(NOT_RELOADED, times + 1);
        assert!(!log.contains(RELOADED), "{log}");
        assert!(!is_denied(&echo(&server).await));
    }
    server.folder().replace_config(&stricter());
    server.ask_to_reload();
    let _ = server.log().wait_for(RELOADED);
    assert!(is_denied(&echo(&server).await));
}

#[tokio::test]
async fn the_report_of_a_broken_configuration_says_where() {
    let server = Server::start(QUICK_START, &unwatched());
    server
        .folder()
        .replace_config(&QUICK_START.replace("algorithm: HS256", "algorithm: none"));
    server.ask_to_reload();
    let log = server.log().wait_for("security.bearer.algorithm");
    assert!(log.contains("agent_config.yaml:16:"), "{log}");
}

/// `RELOAD=true` of the document's `.env`. Editors write in place or put a new file there.
///
/// The effect of `RELOAD`.
#[tokio::test]
async fn a_change_of_the_file_takes_effect_by_itself() {
    for replace in [true, false] {
        let server = Server::quick_start();
        // Once this has been answered the server is up and watches.
        assert!(!is_denied(&echo(&server).await));
        let _ = server.log().wait_for("listening");
        let begun = Instant::now();
        while !is_denied(&echo(&server).await) {
            assert!(begun.elapsed() < PATIENCE, "{}", server.log().text());
            if replace {
                server.folder().replace_config(&stricter());
            } else {
                server.folder().write("agent_config.yaml", &stricter());
            }
        }
    }
}

/// A key that was replaced opens nothing any more.
#[tokio::test]
async fn a_new_secret_replaces_the_old_one() {
    let server = Server::start(QUICK_START, &unwatched());
    let alice = token("alice", "");
    assert_eq!(server.ask("public_echo", &alice, "hi").await.status, 200);
    let secret = "a-new-secret-of-the-agent-0123456789-0123456789";
    server.folder().write(
        ".env",
        &unwatched().replace(agentup_tests::tokens::SECRET, secret),
    );
    server.ask_to_reload();
    let _ = server.log().wait_for(RELOADED);
    let answer = server.ask("public_echo", &alice, "hi").await;
    assert_eq!(
        (answer.status, answer.at("/error/message")),
        (401, "JWT signature verification failed".into())
    );
}

/// What a caller has begun stays there: tasks belong to callers, not to configurations.
#[tokio::test]
async fn tasks_outlive_a_reload() {
    let server = Server::start(QUICK_START, &unwatched());
    let id = echo(&server).await.at("/result/id");
    server.ask_to_reload();
    let _ = server.log().wait_for(RELOADED);
    let read = server
        .call(
            &token("alice", ""),
            "tasks/get",
            serde_json::json!({"id": id}),
        )
        .await;
    assert_eq!(read.at("/result/status/state"), "completed");
}
