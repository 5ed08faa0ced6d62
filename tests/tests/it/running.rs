//! Tasks that take their time: watched, canceled, asked again, while their skill is at work.

use std::sync::Arc;

use agentup_handlers::{Reply, SkillContext, SkillError};
use agentup_protocol::Message;
use agentup_server::Agent;
use agentup_tests::{
    Answer, Client, Folder, QUICK_START, QUICK_START_ENV, message_v03, message_v10, tokens::token,
};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

use crate::local::Local;

async fn panics(_: Message, _: SkillContext) -> Result<Reply, SkillError> {
    panic!("a fault of the handler, with a detail")
}

async fn asks(message: Message, _: SkillContext) -> Result<Reply, SkillError> {
    let text = message.parts.first().and_then(|part| part.as_text());
    Ok(if text == Some("blue") {
        Reply::text("blue it is")
    } else {
        Reply::input_required("which color?")
    })
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
        // The configuration says of a skill of the program what it asks for.
        let config =
            format!("{QUICK_START}\n  - {{skill_id: secret_asks, required_scopes: [basic]}}\n");
        let folder = Folder::new(&config, QUICK_START_ENV);
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
            .skill("asks", asks)
            .skill("secret_asks", asks);
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

    /// Says something to a task that waits for it.
    async fn follow_up(&self, token: &str, id: &Value, text: &str) -> Answer {
        let mut params = message_v03("", text);
        params["message"]["taskId"] = id.clone();
        self.local.call(token, "message/send", params).await
    }

    /// How many tasks the caller has.
    async fn tasks(&self, token: &str) -> u64 {
        let list = self.local.call_v10(token, "ListTasks", json!({})).await;
        list.at("/result/totalSize").as_u64().expect("a number")
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
    let answer = slow.follow_up(&alice, &id, "more").await;
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
    let id = asked.at("/result/id");
    let stranger = slow.follow_up(&token("mallory", "admin"), &id, "red").await;
    assert_eq!(stranger.error_code(), -32001);
    let answered = slow.follow_up(&alice, &id, "blue").await;
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

/// To have begun a task is no permission to go on with it: every message is judged by its own
/// token (A2A §7.6.4).
#[tokio::test]
async fn every_message_of_a_task_needs_the_scopes_of_its_skill() {
    let slow = Slow::serve().await;
    let (before, after) = (token("alice", "basic"), token("alice", ""));
    let asked = slow.client().ask("secret_asks", &before, "paint").await;
    let id = asked.at("/result/id");
    assert_eq!(asked.at("/result/status/state"), "input-required");
    let denied = slow.follow_up(&after, &id, "blue").await;
    assert_eq!(denied.at("/result/status/state"), "rejected", "{denied:?}");
    assert!(denied.reply().starts_with('❌'));
    let mut params = message_v10("secret_asks", "blue");
    params["message"]["taskId"] = id.clone();
    let denied = slow.client().call_v10(&after, "SendMessage", params).await;
    assert_eq!(denied.status, 403, "{denied:?}");
    // The task itself is as it was, and goes on when the caller may.
    assert_eq!(slow.state(&after, &id).await, "input-required");
    assert_eq!(
        slow.follow_up(&before, &id, "blue").await.reply(),
        "blue it is"
    );
}

/// A client that asks again while the first time is at work waits for the same answer.
#[tokio::test]
async fn a_message_that_comes_again_waits_for_its_first_task() {
    let slow = Slow::serve().await;
    let alice = token("alice", "");
    let params = message_v03("slow", "go");
    let send = || slow.client().call(&alice, "message/send", params.clone());
    let answers = async { tokio::join!(send(), send()) };
    let leave = async {
        // One leave is enough for both, if they are one task.
        while slow.tasks(&alice).await == 0 {}
        slow.leave.add_permits(1);
    };
    let ((first, again), ()) = tokio::join!(answers, leave);
    assert_eq!(first.reply(), "done for alice");
    assert_eq!(first.body, again.body);
    assert_eq!(slow.tasks(&alice).await, 1);
}
