//! Tasks that take their time: watched, canceled, asked again, while their skill is at work.

use std::sync::Arc;

use agentup_handlers::{Reply, SkillContext, SkillError};
use agentup_protocol::Message;
use agentup_server::Agent;
use agentup_tests::{Answer, Client, Folder, message_v03, message_v10, tokens::token};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

use crate::local::Local;

async fn panics(_: Message, _: SkillContext) -> Result<Reply, SkillError> {
    panic!("a fault of the handler, with a detail")
}

/// An agent with a skill `slow`, which waits for leave to go on, and one that panics.
struct Slow {
    local: Local,
    leave: Arc<Semaphore>,
    canceled: Arc<Notify>,
    _folder: Folder,
}

impl Slow {
    async fn serve() -> Self {
        let folder = Folder::quick_start();
        let leave = Arc::new(Semaphore::new(0));
        let canceled = Arc::new(Notify::new());
        let (leave_of_skill, told) = (Arc::clone(&leave), Arc::clone(&canceled));
        let slow = move |_: Message, context: SkillContext| {
            let (leave, told) = (Arc::clone(&leave_of_skill), Arc::clone(&told));
            async move {
                tokio::select! {
                    permit = leave.acquire() => {
                        permit.expect("leave").forget();
                        Ok(Reply::text(format!("done for {}", context.user_id().unwrap_or("nobody"))))
                    }
                    () = context.cancellation().cancelled() => {
                        told.notify_one();
                        Ok(Reply::done())
                    }
                }
            }
        };
        let agent = Agent::from_config(folder.config())
            .expect("the Quick Start's configuration")
            .skill("slow", slow)
            .skill("panics", panics)
            .skill("asks", |message: Message, _: SkillContext| async move {
                let text = message
                    .parts
                    .first()
                    .and_then(|part| part.as_text())
                    .unwrap_or_default();
                let reply = if text == "blue" {
                    Reply::text("blue it is")
                } else {
                    Reply::input_required("which color?")
                };
                Ok::<_, SkillError>(reply)
            });
        Self {
            local: Local::serve(&agent).await,
            leave,
            canceled,
            _folder: folder,
        }
    }

    fn client(&self) -> &Client {
        &self.local
    }

    /// Starts a task and does not wait for it.
    async fn start(&self, token: &str) -> Value {
        let mut params = message_v03("slow", "go");
        params["configuration"] = json!({"blocking": false});
        let answer = self.local.call(token, "message/send", params).await;
        assert_eq!(answer.at("/result/status/state"), "working", "{answer:?}");
        answer.at("/result/id")
    }

    async fn state(&self, token: &str, id: &Value) -> Value {
        self.local
            .call(token, "tasks/get", json!({"id": id}))
            .await
            .at("/result/status/state")
    }
}

#[tokio::test]
async fn a_call_waits_unless_it_says_not_to() {
    let slow = Slow::serve().await;
    let alice = token("alice", "");
    let id = slow.start(&alice).await;
    assert_eq!(slow.state(&alice, &id).await, "working");
    slow.leave.add_permits(2);
    // The second call waits for its own end.
    let answer = slow.client().ask("slow", &alice, "go").await;
    assert_eq!(answer.reply(), "done for alice");
}

#[tokio::test]
async fn a_running_task_is_canceled_and_its_skill_told() {
    let slow = Slow::serve().await;
    let (alice, bob) = (token("alice", ""), token("bob", ""));
    let id = slow.start(&alice).await;
    let foreign = slow
        .client()
        .call(&bob, "tasks/cancel", json!({"id": id}))
        .await;
    assert_eq!(foreign.error_code(), -32001);
    assert_eq!(slow.state(&alice, &id).await, "working");
    let canceled = slow
        .client()
        .call(&alice, "tasks/cancel", json!({"id": id}))
        .await;
    assert_eq!(canceled.at("/result/status/state"), "canceled");
    slow.canceled.notified().await;
    assert_eq!(
        slow.state(&alice, &id).await,
        "canceled",
        "what the skill answers then is too late"
    );
    let again = slow
        .client()
        .call(&alice, "tasks/cancel", json!({"id": id}))
        .await;
    assert_eq!(again.error_code(), -32002);
}

#[tokio::test]
async fn a_task_at_work_takes_no_second_message() {
    let slow = Slow::serve().await;
    let alice = token("alice", "");
    let id = slow.start(&alice).await;
    let mut params = message_v03("slow", "more");
    params["message"]["taskId"] = id.clone();
    let answer = slow.client().call(&alice, "message/send", params).await;
    assert_eq!(answer.error_code(), -32004, "{answer:?}");
}

#[tokio::test]
async fn every_subscriber_sees_the_task_and_its_end() {
    let slow = Slow::serve().await;
    let alice = token("alice", "");
    let id = slow.start(&alice).await;
    let subscribe = async |method: &str| {
        let client = slow.client();
        let body = json!({"jsonrpc": "2.0", "id": "1", "method": method, "params": {"id": id}});
        let version = if method.contains('/') { "0.3" } else { "1.0" };
        let request = client
            .post(body.to_string())
            .bearer_auth(&alice)
            .header("A2A-Version", version);
        // The head of the answer is there as soon as the subscription is.
        request.send().await.expect("a stream")
    };
    let (old, new) = (
        subscribe("tasks/resubscribe").await,
        subscribe("SubscribeToTask").await,
    );
    slow.leave.add_permits(1);
    let (old, new) = (old.text().await.unwrap(), new.text().await.unwrap());
    for part in [
        r#""kind":"task""#,
        r#""state":"working""#,
        r#""done for alice""#,
        r#""final":true"#,
    ] {
        assert!(old.contains(part), "{part} in {old}");
    }
    for part in [
        r#"{"task":"#,
        r#""TASK_STATE_WORKING""#,
        r#""done for alice""#,
        r#""TASK_STATE_COMPLETED""#,
    ] {
        assert!(new.contains(part), "{part} in {new}");
    }
    assert_eq!(slow.state(&alice, &id).await, "completed");
}

/// A client that goes away takes nothing with it.
#[tokio::test]
async fn a_task_outlives_its_caller() {
    let slow = Slow::serve().await;
    let alice = token("alice", "");
    let body = json!({"jsonrpc": "2.0", "id": "1", "method": "SendStreamingMessage", "params": message_v10("slow", "go")});
    let request = slow
        .client()
        .post(body.to_string())
        .bearer_auth(&alice)
        .header("A2A-Version", "1.0");
    drop(request.send().await.expect("a stream"));
    let list = slow.client().call_v10(&alice, "ListTasks", json!({})).await;
    let id = list.at("/result/tasks/0/id");
    assert_eq!(slow.state(&alice, &id).await, "working");
    let follow =
        json!({"jsonrpc": "2.0", "id": "1", "method": "SubscribeToTask", "params": {"id": id}});
    let request = slow
        .client()
        .post(follow.to_string())
        .bearer_auth(&alice)
        .header("A2A-Version", "1.0");
    let stream = request.send().await.expect("a stream");
    slow.leave.add_permits(1);
    assert!(stream.text().await.unwrap().contains("done for alice"));
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_task_alone() {
    let slow = Slow::serve().await;
    let alice = token("alice", "");
    let answer = slow.client().ask("panics", &alice, "x").await;
    assert_eq!(answer.at("/result/status/state"), "failed", "{answer:?}");
    assert!(!answer.body.contains("detail"), "{answer:?}");
    let answer = slow
        .client()
        .ask("public_echo", &alice, "still there?")
        .await;
    assert_eq!(answer.reply(), "Echo: still there? (from user alice)");
}

#[tokio::test]
async fn a_task_that_asks_is_continued_with_its_id() {
    let slow = Slow::serve().await;
    let alice = token("alice", "");
    let asked = slow.client().ask("asks", &alice, "paint").await;
    assert_eq!(asked.at("/result/status/state"), "input-required");
    assert_eq!(
        asked.at("/result/status/message/parts/0/text"),
        "which color?"
    );
    let follow_up = async |token: &str, text: &str| -> Answer {
        let message = json!({"role": "user", "messageId": "m2", "taskId": asked.at("/result/id"), "parts": [{"kind": "text", "text": text}]});
        slow.client()
            .call(token, "message/send", json!({"message": message}))
            .await
    };
    let stranger = follow_up(&token("mallory", "admin"), "red").await;
    assert_eq!(stranger.error_code(), -32001);
    let answered = follow_up(&alice, "blue").await;
    assert_eq!(answered.at("/result/id"), asked.at("/result/id"));
    assert_eq!(
        answered.at("/result/contextId"),
        asked.at("/result/contextId")
    );
    assert_eq!(answered.reply(), "blue it is");
    let history = answered.at("/result/history");
    // What the caller said, what the skill asked, and the caller's answer.
    assert_eq!(history.as_array().map(Vec::len), Some(3), "{answered:?}");
    assert_eq!(history[1]["parts"][0]["text"], "which color?");
}
