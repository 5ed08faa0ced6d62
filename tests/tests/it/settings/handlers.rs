//! `handler: { type: http }`: how long a service may take, and how much it may say.

use agentup_tests::{Answer, Counterpart, Folder, QUICK_START_ENV, Server, tokens::token};
use serde_json::json;

use super::{begin, config, server, state, unanswered::Unanswered};

const FAILED: &str = "TASK_STATE_FAILED";
const WORKING: &str = "TASK_STATE_WORKING";

/// The skills `hasty` and `patient`, which ask the same service.
fn pair(url: &str, hasty: &str, patient: &str) -> Server {
    let skill = |id: &str, more: &str| {
        format!("  - skill_id: {id}\n    handler: {{ type: http, url: \"{url}\", {more} }}\n")
    };
    server(&format!(
        "skills:\n{}{}",
        skill("hasty", hasty),
        skill("patient", patient)
    ))
}

/// The hasty one has given up, and the patient one, which began before it, has not.
async fn only_the_hasty_one_ends(server: &Server) {
    let alice = token("alice", "");
    let begun = begin(server, &alice, "patient", "hi").await;
    let ended = server.ask_v10("hasty", &alice, "hi").await;
    assert_eq!(ended.at("/result/task/status/state"), FAILED, "{ended:?}");
    assert_eq!(state(server, &alice, &begun).await, WORKING);
}

/// The effect of `skills[].handler.connect_timeout`.
#[tokio::test]
async fn a_connection_is_waited_for_as_long_as_configured() {
    let nobody = Unanswered::new();
    let patient = "connect_timeout: 5m, timeout: 10m";
    let server = pair(&nobody.url(), "connect_timeout: 1s, timeout: 10m", patient);
    only_the_hasty_one_ends(&server).await;
}

/// The effect of `skills[].handler.read_timeout`.
#[tokio::test]
async fn a_silent_service_is_waited_for_as_long_as_configured() {
    let silent = Counterpart::start(|_, caller| caller.wait_for_end());
    let patient = "read_timeout: 5m, timeout: 10m";
    let server = pair(&silent.url(), "read_timeout: 1s, timeout: 10m", patient);
    only_the_hasty_one_ends(&server).await;
}

/// The effect of `skills[].handler.timeout`.
#[tokio::test]
async fn a_service_has_its_time_and_no_more() {
    let silent = Counterpart::start(|_, caller| caller.wait_for_end());
    let patient = "timeout: 10m, read_timeout: 5m";
    let server = pair(&silent.url(), "timeout: 1s, read_timeout: 5m", patient);
    only_the_hasty_one_ends(&server).await;
}

/// The effect of `skills[].handler.max_reply`.
#[tokio::test]
async fn a_service_says_no_more_than_configured() {
    let service = Counterpart::start(|_, caller| {
        caller.json(
            200,
            &json!({"message": {"parts": [{"text": "x".repeat(2 << 10)}]}}),
        );
    });
    let server = pair(&service.url(), "max_reply: 1KiB", "max_reply: 1MiB");
    let ask = async |skill| -> Answer { server.ask_v10(skill, &token("alice", ""), "hi").await };
    assert_eq!(ask("hasty").await.at("/result/task/status/state"), FAILED);
    assert_eq!(ask("patient").await.reply().len(), 2 << 10);
}

/// The effect of `skills[].handler.header_files`.
#[tokio::test]
async fn a_header_comes_from_a_file() {
    let service = Counterpart::start(|_, caller| {
        caller.json(200, &json!({"message": {"parts": [{"text": "done"}]}}));
    });
    let skill = format!(
        "skills: [{{ skill_id: remote, handler: {{ type: http, url: \"{}\", header_files: \
         {{ Authorization: key }} }} }}]",
        service.url()
    );
    let folder = Folder::new(&config(&skill), QUICK_START_ENV);
    folder.write("key", "Bearer of-the-file\n");
    let server = Server::start_in(folder);
    let answer = server.ask_v10("remote", &token("alice", ""), "hi").await;
    assert_eq!(answer.reply(), "done");
    assert_eq!(
        service.seen()[0].header("authorization"),
        Some("Bearer of-the-file")
    );
}
