//! The end of a server: work that nobody waits for is finished all the same.

use std::{net::TcpListener, sync::Arc};

use agentup_handlers::{Reply, SkillContext, SkillError};
use agentup_protocol::Message;
use agentup_server::Agent;
use agentup_tests::{Client, Folder, message_v10, tokens::token};
use serde_json::json;
use tokio::sync::{Notify, mpsc, oneshot};

#[tokio::test]
async fn a_task_without_a_caller_is_finished_before_the_server_ends() {
    let folder = Folder::quick_start();
    let (begun, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (finished, mut told) = mpsc::unbounded_channel();
    let (begins, waits) = (Arc::clone(&begun), Arc::clone(&leave));
    let slow = move |_: Message, _: SkillContext| {
        let (begun, leave, finished) = (Arc::clone(&begins), Arc::clone(&waits), finished.clone());
        async move {
            begun.notify_one();
            leave.notified().await;
            finished.send(()).map_err(SkillError::internal)?;
            Ok::<_, SkillError>(Reply::text("done"))
        }
    };
    let agent = Agent::from_config(folder.config())
        .unwrap()
        .skill("slow", slow);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = Client::new(format!("http://{}", listener.local_addr().unwrap()));
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(agent.serve_on(listener, async move { drop(stopped.await) }));

    let mut params = message_v10("slow", "work");
    params["configuration"] = json!({"returnImmediately": true});
    let answer = client
        .call_v10(&token("alice", "basic"), "SendMessage", params)
        .await;
    assert_eq!(answer.at("/result/task/status/state"), "TASK_STATE_WORKING");
    begun.notified().await;

    // No connection is left, and the server is told to stop while the skill is at work.
    drop(client);
    stop.send(()).unwrap();
    leave.notify_one();
    assert!(serving.await.unwrap().is_ok());
    assert!(told.try_recv().is_ok(), "the skill came to its end");
}
