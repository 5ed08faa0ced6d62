//! `server`, and the variables that are settings of the process.

use std::{net::TcpListener, sync::Arc, time::Duration};

use agentup_handlers::{Reply, SkillContext, SkillError};
use agentup_protocol::Message;
use agentup_server::Agent;
use agentup_tests::{Folder, PATIENCE, QUICK_START_ENV, Server, run, tokens::token};
use tokio::sync::Semaphore;

use super::{config, folder, server};
use crate::local::Local;

/// The effect of `server.host` and `server.port`.
#[test]
fn the_configured_address_is_listened_on() {
    let taken = TcpListener::bind("127.0.0.2:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let folder = folder(&format!("server: {{ host: 127.0.0.2, port: {port} }}"));
    let outcome = run("agentup-server", folder.path(), ["serve"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let told = format!("cannot listen on 127.0.0.2:{port}");
    assert!(outcome.stderr.contains(&told), "{outcome:?}");
}

/// The effect of `server.limits.body`.
#[tokio::test]
async fn a_body_may_be_as_large_as_configured() {
    let text = "x".repeat(2 << 10);
    for (limit, status) in [("1KiB", 413), ("4KiB", 200)] {
        let server = server(&format!("server: {{ limits: {{ body: {limit} }} }}"));
        let answer = server.ask("public_echo", &token("alice", ""), &text).await;
        assert_eq!(answer.status, status, "{limit}");
    }
}

/// An agent with a skill that waits until it is let go. It tells of each call that has begun.
async fn waiting(text: &str) -> (Arc<Local>, Arc<Semaphore>, Arc<Semaphore>) {
    let (begun, end) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (tell, wait) = (Arc::clone(&begun), Arc::clone(&end));
    let skill = move |_: Message, _: SkillContext| {
        let (tell, wait) = (Arc::clone(&tell), Arc::clone(&wait));
        async move {
            tell.add_permits(1);
            wait.acquire().await.map_err(SkillError::internal)?.forget();
            Ok::<_, SkillError>(Reply::text("done"))
        }
    };
    let folder = folder(text);
    let agent = Agent::from_config(folder.config())
        .unwrap()
        .skill("wait", skill);
    (Arc::new(Local::serve(&agent).await), begun, end)
}

/// The effect of `server.limits.concurrency`.
#[tokio::test]
async fn requests_beyond_the_limit_are_turned_away() {
    let (agent, begun, end) = waiting("server: { limits: { concurrency: 1 } }").await;
    let alice = token("alice", "");
    let first = tokio::spawn({
        let (agent, alice) = (Arc::clone(&agent), alice.clone());
        async move { agent.ask_v10("wait", &alice, "hi").await }
    });
    begun.acquire().await.unwrap().forget();
    let second = agent.ask_v10("public_echo", &alice, "hi").await;
    assert_eq!(second.status, 503, "{second:?}");
    assert!(second.header("retry-after").is_some());
    end.add_permits(1);
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(agent.ask_v10("public_echo", &alice, "hi").await.status, 200);
}

/// The effect of `server.limits.request_timeout`.
#[tokio::test]
async fn an_answer_does_not_wait_longer_than_configured() {
    let (agent, _begun, _end) = waiting("server: { limits: { request_timeout: 1s } }").await;
    let alice = token("alice", "");
    let answer = agent.ask_v10("wait", &alice, "hi");
    // Without the setting it would be there after a minute.
    let answer = tokio::time::timeout(PATIENCE.min(Duration::from_secs(45)), answer);
    let answer = answer.await.expect("an answer in time");
    assert_eq!(answer.at("/result/task/status/state"), "TASK_STATE_WORKING");
}

/// The effect of `LOG_LEVEL` and `DEBUG`.
#[tokio::test]
async fn the_log_has_what_the_variables_let_through() {
    for (level, debug, has_info, has_debug) in [
        ("INFO", "false", true, false),
        ("WARNING", "false", false, false),
        ("WARNING", "true", true, true),
    ] {
        let env = QUICK_START_ENV
            .replace("LOG_LEVEL=INFO", &format!("LOG_LEVEL={level}"))
            .replace("DEBUG=true", &format!("DEBUG={debug}"));
        let server = Server::start_in(Folder::new(&config(""), &env));
        server.ask("public_echo", &token("alice", ""), "hi").await;
        let log = server.stop().log;
        assert_eq!(log.contains("INFO"), has_info, "{level} {debug}: {log}");
        assert_eq!(log.contains("DEBUG"), has_debug, "{level} {debug}: {log}");
    }
}
