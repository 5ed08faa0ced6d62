//! What a skill is told of its conversation: both sides, in order, the caller's own and no more.

use agentup_handlers::{Reply, SkillContext, SkillError, first_text};
use agentup_protocol::{Message, Role};
use agentup_server::Agent;
use agentup_tests::{
    Answer, Client, Folder, QUICK_START, QUICK_START_ENV, message_id, tokens::token,
};
use serde_json::{Value, json};

use crate::local::Local;

/// Answers with the conversation, a line for each message; or as the message asks for.
async fn recall(message: Message, context: SkillContext) -> Result<Reply, SkillError> {
    match first_text(&message) {
        "fail" => return Err(SkillError::new("words of a failure")),
        "ask" => return Ok(Reply::input_required("which?")),
        "reject" => return Ok(Reply::rejected("not this")),
        _ => {}
    }
    let said = context.conversation(&message);
    assert!(
        said.iter()
            .all(|it| it.context_id.as_deref() == Some(context.context_id()))
    );
    assert_eq!(said.last(), Some(&message));
    let line = |message: &Message| {
        let who = match message.role {
            Role::User => "user",
            Role::Agent => "agent",
        };
        format!(
            "{who}: {}",
            first_text(message).split(" | ").last().unwrap_or_default()
        )
    };
    Ok(Reply::text(
        said.iter().map(line).collect::<Vec<_>>().join(" | "),
    ))
}

async fn agent(state: &str) -> Local {
    let folder = Folder::new(&format!("{QUICK_START}\n{state}\n"), QUICK_START_ENV);
    let agent = Agent::from_config(folder.config()).unwrap();
    Local::serve(&agent.skill("recall", recall).skill("other", recall)).await
}

/// Says something in a context, in a task if it continues one.
async fn say(agent: &Client, token: &str, skill: &str, text: &str, more: Value) -> Answer {
    let mut message =
        json!({"role": "ROLE_USER", "messageId": message_id(), "parts": [{"text": text}]});
    for (name, value) in more.as_object().unwrap() {
        message[name] = value.clone();
    }
    let params = json!({"message": message, "metadata": {"skillId": skill}});
    agent.call_v10(token, "SendMessage", params).await
}

async fn in_context(agent: &Client, token: &str, text: &str) -> Answer {
    say(agent, token, "recall", text, json!({"contextId": "c"})).await
}

#[tokio::test]
async fn both_sides_are_told_the_oldest_first() {
    let agent = agent("").await;
    let alice = token("alice", "basic");
    assert_eq!(in_context(&agent, &alice, "one").await.reply(), "user: one");
    assert_eq!(
        in_context(&agent, &alice, "two").await.reply(),
        "user: one | agent: user: one | user: two"
    );
    // Another skill of the agent hears it too: it is one conversation with one agent.
    let other = say(&agent, &alice, "other", "three", json!({"contextId": "c"})).await;
    assert_eq!(
        other.reply(),
        "user: one | agent: user: one | user: two | agent: user: two | user: three"
    );
    let elsewhere = say(&agent, &alice, "recall", "x", json!({"contextId": "d"})).await;
    assert_eq!(elsewhere.reply(), "user: x");
    let nowhere = say(&agent, &alice, "recall", "y", json!({})).await;
    assert_eq!(nowhere.reply(), "user: y");
}

/// Equal names of contexts are no bridge between callers, nor between a caller's two issuers.
#[tokio::test]
async fn nobody_else_is_in_it() {
    let agent = agent("").await;
    let (alice, bob) = (token("alice", "admin"), token("bob", "admin"));
    in_context(&agent, &alice, "a secret of alice").await;
    assert_eq!(in_context(&agent, &bob, "hi").await.reply(), "user: hi");
    let answer = in_context(&agent, &alice, "and?").await.reply();
    assert!(
        answer.contains("a secret of alice") && !answer.contains("hi"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_task_that_goes_on_is_told_with_its_questions() {
    let agent = agent("").await;
    let alice = token("alice", "basic");
    in_context(&agent, &alice, "before").await;
    let asked = in_context(&agent, &alice, "ask").await;
    let id = asked.text_at("/result/task/id");
    // What was said elsewhere in the context meanwhile comes before the task at hand.
    in_context(&agent, &alice, "meanwhile").await;
    let answered = say(&agent, &alice, "recall", "this", json!({"taskId": id})).await;
    assert_eq!(
        answered.reply(),
        "user: before | agent: user: before | user: meanwhile | agent: user: meanwhile | \
         user: ask | agent: which? | user: this"
    );
}

#[tokio::test]
async fn what_was_denied_or_failed_is_no_answer() {
    let agent = agent("").await;
    let alice = token("alice", "basic");
    let denied = json!({"contextId": "c", "role": "user", "messageId": message_id(),
        "parts": [{"kind": "text", "text": "denied"}]});
    let params = json!({"message": denied, "skillId": "premium_analyzer"});
    let denied = agent.call(&alice, "message/send", params).await;
    assert_eq!(denied.at("/result/status/state"), "rejected");
    in_context(&agent, &alice, "fail").await;
    in_context(&agent, &alice, "reject").await;
    assert_eq!(
        in_context(&agent, &alice, "go on").await.reply(),
        "user: fail | user: reject | agent: not this | user: go on"
    );
}

/// The effect of `state.conversation.max_messages`.
#[tokio::test]
async fn the_oldest_is_left_out_by_count() {
    let agent = agent("state: { conversation: { max_messages: 3 } }").await;
    let alice = token("alice", "basic");
    for text in ["one", "two", "three"] {
        in_context(&agent, &alice, text).await;
    }
    assert_eq!(
        in_context(&agent, &alice, "four").await.reply(),
        "user: three | agent: user: three | user: four"
    );
}

/// The effect of `state.conversation.max_bytes`.
#[tokio::test]
async fn the_oldest_is_left_out_by_size_and_the_message_at_hand_never() {
    let agent = agent("state: { conversation: { max_bytes: 2KiB } }").await;
    let alice = token("alice", "basic");
    let (long, short) = ("x".repeat(4000), "y".repeat(100));
    let answer = in_context(&agent, &alice, &long).await.reply();
    assert_eq!(
        answer,
        format!("user: {long}"),
        "the message at hand is told in any case"
    );
    assert_eq!(
        in_context(&agent, &alice, &short).await.reply(),
        format!("user: {short}"),
        "the answer before is too long, and what is before it stays out as well"
    );
    let answer = in_context(&agent, &alice, "z").await.reply();
    assert_eq!(
        answer,
        format!("user: {short} | agent: user: {short} | user: z")
    );
}

/// The effect of `state.history_limit`.
#[tokio::test]
async fn without_a_history_of_tasks_the_message_at_hand_is_all() {
    let agent = agent("state: { history_limit: 0 }").await;
    let alice = token("alice", "basic");
    assert_eq!(in_context(&agent, &alice, "one").await.reply(), "user: one");
    assert_eq!(
        in_context(&agent, &alice, "two").await.reply(),
        "agent: user: one | user: two",
        "answers stand in the artifacts of tasks"
    );
}
