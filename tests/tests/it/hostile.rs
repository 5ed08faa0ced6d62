//! Clients that take more than they should: they get what is theirs, and the others lose nothing.

use std::sync::Arc;

use agentup_handlers::{Reply, SkillContext, SkillError};
use agentup_protocol::{Artifact, Message, Part};
use agentup_server::Agent;
use agentup_tests::{
    Answer, Folder, QUICK_START, QUICK_START_ENV, Server, message_v10, tokens::token,
};
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    sync::{Notify, Semaphore},
};

use crate::local::Local;

/// The tasks that an agent keeps of one caller unless it is told otherwise.
const TASKS_OF_ONE: usize = 10_000;

#[tokio::test]
async fn a_caller_with_too_many_tasks_loses_the_oldest_and_nobody_elses() {
    let server = Arc::new(Server::quick_start());
    let (greedy, modest) = (token("greedy", ""), token("modest", ""));
    let kept = server
        .ask("public_echo", &modest, "mine")
        .await
        .text_at("/result/id");
    let first = server
        .ask("public_echo", &greedy, "first")
        .await
        .text_at("/result/id");
    let asked = stream::iter(0..TASKS_OF_ONE).map(|number| {
        let (server, greedy) = (Arc::clone(&server), greedy.clone());
        async move {
            let answer = server
                .ask("public_echo", &greedy, &number.to_string())
                .await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    });
    asked.buffer_unordered(32).collect::<()>().await;

    let list = server
        .call_v10(&greedy, "ListTasks", json!({"pageSize": 1}))
        .await;
    assert_eq!(list.at("/result/totalSize"), TASKS_OF_ONE);
    let gone = server
        .call_v10(&greedy, "GetTask", json!({"id": first}))
        .await;
    assert_eq!(gone.error_code(), -32001);
    let still = server
        .call_v10(&modest, "GetTask", json!({"id": kept}))
        .await;
    assert_eq!(still.text_at("/result/id"), kept);
}

async fn endless(_: Message, _: SkillContext) -> Result<Reply, SkillError> {
    std::future::pending().await
}

/// The effect of `server.limits.task_timeout`.
#[tokio::test]
async fn a_skill_that_never_ends_is_ended() {
    let config = format!("{QUICK_START}\nserver: {{limits: {{task_timeout: 1s}}}}\n");
    let folder = Folder::new(&config, QUICK_START_ENV);
    let agent = Agent::from_config(folder.config())
        .unwrap()
        .skill("endless", endless);
    let local = Local::serve(&agent).await;
    let answer = local.ask_v10("endless", &token("alice", ""), "go").await;
    assert_eq!(answer.at("/result/task/status/state"), "TASK_STATE_FAILED");
    let words = answer.text_at("/result/task/status/message/parts/0/text");
    assert_eq!(words, "The skill took too long.");
}

#[tokio::test]
async fn an_extension_that_nobody_here_knows_is_passed_over() {
    let server = Server::quick_start();
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "SendMessage",
        "params": message_v10("public_echo", "hi"),
    });
    let request = server
        .request("POST", "/")
        .bearer_auth(token("alice", ""))
        .header("a2a-version", "1.0")
        .header("a2a-extensions", "https://example.com/ext/unknown/v1")
        .json(&body);
    let answer = Answer::to(request).await;
    assert_eq!(
        answer.at("/result/task/status/state"),
        "TASK_STATE_COMPLETED"
    );
    assert_eq!(answer.header("a2a-extensions"), None, "none was activated");
}

#[tokio::test]
async fn a_stream_that_is_never_read_holds_up_nobody() {
    let folder = Folder::quick_start();
    let (begin, written) = (Arc::new(Semaphore::new(0)), Arc::new(Notify::new()));
    let (may_begin, wrote) = (Arc::clone(&begin), Arc::clone(&written));
    // Far more than sockets and the backlog of a watcher can hold.
    let flood = move |_: Message, context: SkillContext| {
        let (begin, written) = (Arc::clone(&may_begin), Arc::clone(&wrote));
        async move {
            begin
                .acquire()
                .await
                .map_err(SkillError::internal)?
                .forget();
            for _ in 0..4_000 {
                let chunk = vec![Part::text("x".repeat(4 << 10))];
                context.chunk(Artifact::new("flood", chunk), true, false);
                tokio::task::yield_now().await;
            }
            written.notify_one();
            Ok::<_, SkillError>(Reply::done())
        }
    };
    let agent = Agent::from_config(folder.config())
        .unwrap()
        .skill("flood", flood);
    let local = Local::serve(&agent).await;
    let alice = token("alice", "");

    let params = message_v10("flood", "go");
    let body =
        json!({"jsonrpc": "2.0", "id": 1, "method": "SendStreamingMessage", "params": params})
            .to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: agent\r\nAuthorization: Bearer {alice}\r\n\
         A2A-Version: 1.0\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut never_read = TcpStream::connect(local.authority()).await.unwrap();
    never_read.write_all(request.as_bytes()).await.unwrap();

    begin.add_permits(1);
    written.notified().await;
    let answer = local.ask("public_echo", &alice, "still there?").await;
    assert_eq!(answer.reply(), "Echo: still there? (from user alice)");
    let params = json!({"status": "TASK_STATE_COMPLETED", "includeArtifacts": true});
    let list = local.call_v10(&alice, "ListTasks", params).await;
    let parts = list.at("/result/tasks/1/artifacts/0/parts");
    assert_eq!(
        parts.as_array().map(Vec::len),
        Some(4_000),
        "nothing is lost to the task"
    );
    drop(never_read);
}
