//! A new configuration without a restart: on SIGHUP, and when the file changes.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use agentup_auth::Algorithm;
use agentup_tests::{
    Answer, Folder, Load, PATIENCE, QUICK_START, QUICK_START_ENV, Server,
    tokens::{SECRET, claims, sign_with, token},
};
use serde_json::json;

/// The secret that comes after that of the Quick Start.
const NEXT: &str = "the-next-secret-of-the-agent-0123456789-0123456789";

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
        assert!(!is_denied(&echo(&server).await));
        if replace {
            server.folder().replace_config(&stricter());
        } else {
            server.folder().write("agent_config.yaml", &stricter());
        }
        let begun = Instant::now();
        while !is_denied(&echo(&server).await) {
            assert!(begun.elapsed() < PATIENCE, "{}", server.log().text());
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
    server
        .folder()
        .write(".env", &unwatched().replace(SECRET, secret));
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

/// Neither a signal nor a variable is needed for a secret that is mounted as a file.
#[tokio::test]
async fn a_file_with_a_new_secret_takes_effect_by_itself() {
    let config = QUICK_START.replace(
        "jwt_secret: \"${JWT_SECRET:test-secret-key-change-in-production}\"",
        "jwt_secret_file: secret",
    );
    let folder = Folder::new(&config, "");
    folder.write("secret", &format!("{SECRET}\n"));
    let server = Server::start_in(folder);
    assert_eq!(echo(&server).await.status, 200);
    server.folder().write("secret", NEXT);
    let _ = server.log().wait_for(RELOADED);
    assert_eq!(echo(&server).await.status, 401);
    let next = sign_with(Algorithm::HS256, NEXT, &claims("alice", ""));
    assert_eq!(server.ask("public_echo", &next, "hi").await.status, 200);
}

/// The secret is replaced while requests come in: first the next one is accepted as well, then tokens
/// are signed with it, then the old one goes. Not one good token is refused on the way.
#[tokio::test]
async fn a_secret_is_replaced_under_load_without_a_refusal() {
    let config = QUICK_START.replace(
        "    algorithm: HS256\n",
        "    algorithm: HS256\n    other_jwt_secret: \"${OTHER_JWT_SECRET:}\"\n",
    );
    let env = |secret: &str, other: &str| {
        format!("JWT_SECRET={secret}\nOTHER_JWT_SECRET={other}\nLOG_LEVEL=INFO\n")
    };
    let server = Server::start(&config, &env(SECRET, ""));
    let signed_with = Arc::new(Mutex::new(SECRET));
    let secret = Arc::clone(&signed_with);
    let load = Load::start(server.authority(), 8, move |number| {
        let claims = claims(&format!("user-{number}"), "");
        sign_with(Algorithm::HS256, *secret.lock().unwrap(), &claims)
    });
    let steps = [
        (env(SECRET, NEXT), SECRET),
        (env(SECRET, NEXT), NEXT),
        (env(NEXT, SECRET), NEXT),
        (env(NEXT, ""), NEXT),
    ];
    for (before, (variables, secret)) in steps.into_iter().enumerate() {
        server.folder().write(".env", &variables);
        server.ask_to_reload();
        let _ = server.log().wait_for_times(RELOADED, before + 1);
        *signed_with.lock().unwrap() = secret;
        // Some requests under these settings.
        load.goes_on(6).await;
    }
    assert!(load.end() >= 4 * 8 * 6);
    assert_eq!(echo(&server).await.status, 401, "the old secret is gone");
    assert!(!server.log().text().contains(NOT_RELOADED));
}

/// Those who watch the agent see that it does not do what it was told.
#[tokio::test]
async fn an_older_configuration_that_holds_shows_in_the_readiness() {
    let server = Server::start(QUICK_START, &unwatched());
    assert_eq!(
        server.get("/readyz").await.json(),
        json!({"status": "ready"})
    );
    server.folder().replace_config("agent: [");
    server.ask_to_reload();
    let _ = server.log().wait_for(NOT_RELOADED);
    let answer = server.get("/readyz").await;
    assert_eq!((answer.status, answer.at("/status")), (200, "ready".into()));
    assert!(
        answer
            .text_at("/configuration")
            .contains("the old one holds")
    );
    server.folder().replace_config(QUICK_START);
    server.ask_to_reload();
    let _ = server.log().wait_for(RELOADED);
    assert_eq!(
        server.get("/readyz").await.json(),
        json!({"status": "ready"})
    );
}

/// What a request may take changes at once, and what cannot is named.
#[tokio::test]
async fn limits_change_and_what_waits_for_a_restart_is_told() {
    let server = Server::start(QUICK_START, &unwatched());
    let text = "x".repeat(2 << 10);
    let answer = async || {
        server
            .ask("public_echo", &token("alice", ""), &text)
            .await
            .status
    };
    assert_eq!(answer().await, 200);
    let limits = "server: { limits: { body: 1KiB }, shutdown_grace: 1s }\nstate: { ttl: 2h }\n";
    server
        .folder()
        .replace_config(&format!("{QUICK_START}\n{limits}"));
    server.ask_to_reload();
    let log = server.log().wait_for(RELOADED);
    assert_eq!(answer().await, 413);
    for path in ["server.shutdown_grace", "state.ttl"] {
        let told = format!("{path} has changed, and takes effect when the agent is started again");
        assert_eq!(log.matches(&told).count(), 1, "{log}");
    }
    assert_eq!(log.matches("takes effect when").count(), 2, "{log}");
}
