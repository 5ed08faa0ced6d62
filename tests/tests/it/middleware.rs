//! What goes around skills, seen from outside: after the permit, in one order, for one caller.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use agentup_handlers::{Reply, SkillContext, SkillError, first_text};
use agentup_protocol::Message;
use agentup_server::Agent;
use agentup_tests::{
    Answer, Client, Folder, QUICK_START, QUICK_START_ENV, Server, message_v03, message_v10,
    tokens::{token, token_but},
};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::local::Local;

const SKILL: &str = "  - { skill_id: counted, required_scopes: [basic] }\n";

/// An agent with a skill that counts its runs, and these middlewares around it.
async fn agent(middleware: &str) -> (Local, Arc<AtomicUsize>) {
    let runs = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&runs);
    let counted = move |message: Message, context: SkillContext| {
        let run = count.fetch_add(1, Ordering::Relaxed);
        async move {
            match first_text(&message) {
                "not now" => Err(SkillError::new("not now").transient()),
                "later" if run == 0 => Err(SkillError::new("not now").transient()),
                "deny" => Err(SkillError::denied("❌ not this")),
                "wait" => std::future::pending().await,
                text => Ok::<_, SkillError>(Reply::text(format!(
                    "{text} for {} with {} as {}, run {run}",
                    context.display_name(),
                    context.user_scopes().join_or(" ", "none"),
                    context
                        .claims()
                        .map_or(&Value::Null, |claims| &claims["department"]),
                ))),
            }
        }
    };
    let config = format!("{QUICK_START}\n{SKILL}middleware: {middleware}\n");
    let folder = Folder::new(&config, QUICK_START_ENV);
    let agent = Agent::from_config(folder.config()).unwrap();
    (Local::serve(&agent.skill("counted", counted)).await, runs)
}

fn token_of(user: &str, scopes: &str) -> String {
    token_but(user, scopes, json!({"department": "d"}))
}

async fn ask(agent: &Client, token: &str, text: &str) -> Answer {
    agent.ask_v10("counted", token, text).await
}

#[tokio::test]
async fn whoever_is_denied_reaches_none_of_it() {
    let (agent, runs) =
        agent("[{ name: rate_limited, requests_per_minute: 1 }, cached, timed]").await;
    let (good, poor) = (token_of("alice", "basic"), token_of("alice", ""));
    let denied = async || {
        let new = ask(&agent, &poor, "hi").await;
        assert_eq!(new.status, 403, "{new:?}");
        assert_eq!(new.challenge().get("scope"), Some("basic"));
        let old = agent.ask("counted", &poor, "hi").await;
        assert_eq!(old.at("/result/status/state"), "rejected", "{old:?}");
        assert!(old.reply().starts_with('❌'));
    };
    for _ in 0..3 {
        denied().await;
    }
    assert_eq!(runs.load(Ordering::Relaxed), 0);
    // None of them was counted for the same caller, who has its one call yet …
    assert_eq!(ask(&agent, &good, "hi").await.status, 200);
    assert_eq!(ask(&agent, &good, "hi").await.status, 429);
    // … and what is kept of it now is as far away as before.
    denied().await;
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

/// 429 with the time to wait, before there is a task, in every way of asking.
///
/// The effect of `middleware` and `middleware[rate_limited].requests_per_minute`.
#[tokio::test]
async fn too_many_calls_are_refused_before_they_are_tasks() {
    let (agent, runs) = agent("[{ name: rate_limited, requests_per_minute: 2 }]").await;
    let (alice, bob) = (token_of("alice", "basic"), token_of("bob", "basic"));
    for _ in 0..2 {
        assert_eq!(ask(&agent, &alice, "hi").await.status, 200);
    }
    let (old, new) = (message_v03("counted", "hi"), message_v10("counted", "hi"));
    let rest = async |path: &str| {
        let request = agent.request("POST", path).header("A2A-Version", "1.0");
        Answer::to(request.bearer_auth(&alice).json(&new)).await
    };
    for (answer, is_rpc) in [
        (agent.call(&alice, "message/send", old.clone()).await, true),
        (
            agent.call(&alice, "message/stream", old.clone()).await,
            true,
        ),
        (
            agent.call_v10(&alice, "SendMessage", new.clone()).await,
            true,
        ),
        (
            agent
                .call_v10(&alice, "SendStreamingMessage", new.clone())
                .await,
            true,
        ),
        (rest("/message:send").await, false),
        (rest("/message:stream").await, false),
    ] {
        assert_eq!(answer.status, 429, "{answer:?}");
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=30).contains(&wait), "{wait}");
        assert_eq!(answer.at("/error/status"), "RESOURCE_EXHAUSTED");
        assert_eq!(answer.header("www-authenticate"), None);
        let id = if is_rpc { json!("1") } else { Value::Null };
        assert_eq!(answer.at("/id"), id);
    }
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    let list = agent.call_v10(&alice, "ListTasks", json!({})).await;
    assert_eq!(list.at("/result/totalSize"), 2);
    // It is this caller and this skill.
    assert_eq!(ask(&agent, &bob, "hi").await.status, 200);
    assert_eq!(agent.ask_v10("public_echo", &alice, "hi").await.status, 200);
}

#[tokio::test]
async fn a_kept_answer_is_a_task_of_its_own() {
    let (agent, runs) = agent("[cached]").await;
    let alice = token_of("alice", "basic");
    let (first, again) = (
        ask(&agent, &alice, "hi").await,
        ask(&agent, &alice, "hi").await,
    );
    assert_eq!(first.reply(), again.reply());
    assert_ne!(first.at("/result/task/id"), again.at("/result/task/id"));
    assert_eq!(
        again.at("/result/task/status/state"),
        "TASK_STATE_COMPLETED"
    );
    assert_eq!(runs.load(Ordering::Relaxed), 1);

    // Streams, and messages in a conversation, are answered anew.
    let params = message_v10("counted", "hi");
    agent
        .call_v10(&alice, "SendStreamingMessage", params.clone())
        .await;
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    let mut params = message_v10("counted", "hi");
    params["message"]["contextId"] = "c".into();
    agent.call_v10(&alice, "SendMessage", params).await;
    assert_eq!(runs.load(Ordering::Relaxed), 3);
    // And so are failures and denials.
    for text in ["not now", "deny"] {
        let before = runs.load(Ordering::Relaxed);
        for _ in 0..2 {
            ask(&agent, &alice, text).await;
        }
        assert_eq!(runs.load(Ordering::Relaxed), before + 2, "{text}");
    }
}

const CALLERS: usize = 8;
const AT_A_TIME: usize = 64;
const REQUESTS: usize = 10_000;

/// Callers who differ in subject, scopes or claims ask the same, over and over.
#[tokio::test]
async fn no_kept_answer_crosses_over() {
    let (agent, runs) = agent("[cached]").await;
    let callers: Arc<Vec<_>> = Arc::new(
        (0..CALLERS)
            .map(|number| {
                let user = ["alice", "bob"][number % 2];
                let scopes = ["basic", "basic premium"][number / 2 % 2];
                let department = ["sales", "research"][number / 4];
                let token = token_but(user, scopes, json!({"department": department}));
                (
                    token,
                    format!("for {user} with {scopes} as \"{department}\", run "),
                )
            })
            .collect(),
    );
    let agent = Arc::new(agent);
    let answers = stream::iter(0..REQUESTS).map(|number| {
        let (agent, callers) = (Arc::clone(&agent), Arc::clone(&callers));
        async move {
            let (token, expected) = &callers[number % CALLERS];
            let text = ["one", "two", "three"][number / CALLERS % 3];
            let answer = ask(&agent, token, text).await;
            let expected = format!("{text} {expected}");
            assert!(
                answer.reply().starts_with(&expected),
                "{expected}: {answer:?}"
            );
        }
    });
    let done = answers.buffer_unordered(AT_A_TIME).count().await;
    assert_eq!(done, REQUESTS);
    // A few more than there are questions, for the first ones may be asked at once.
    let runs = runs.load(Ordering::Relaxed);
    assert!(
        (CALLERS * 3..=CALLERS * 3 * AT_A_TIME).contains(&runs),
        "{runs}"
    );
    assert!(runs < REQUESTS / 4, "most answers were kept: {runs}");
}

/// The effect of `middleware[retryable].max_attempts`.
#[tokio::test]
async fn what_fails_for_now_is_tried_again_and_the_rest_is_not() {
    let retryable = "[{ name: retryable, max_attempts: 3, initial_delay: 1ms, max_delay: 2ms }]";
    let (agent, runs) = agent(retryable).await;
    let alice = token_of("alice", "basic");
    assert!(
        ask(&agent, &alice, "later")
            .await
            .reply()
            .ends_with("run 1")
    );
    for (text, more) in [("not now", 3), ("deny", 1), ("hi", 1)] {
        let before = runs.load(Ordering::Relaxed);
        ask(&agent, &alice, text).await;
        assert_eq!(runs.load(Ordering::Relaxed) - before, more, "{text}");
    }
}

/// The effect of `middleware[timeout].duration`.
#[tokio::test]
async fn a_skill_has_its_time_and_no_more() {
    let (agent, _) = agent("[{ name: timeout, duration: 50ms }]").await;
    let answer = ask(&agent, &token_of("alice", "basic"), "wait").await;
    assert_eq!(answer.at("/result/task/status/state"), "TASK_STATE_FAILED");
    let words = "/result/task/status/message/parts/0/text";
    assert_eq!(answer.at(words), "The skill took too long.");
}

/// The effect of `skills[].middleware` and `middleware[].name`.
#[tokio::test]
async fn a_timed_run_has_a_line_in_the_log() {
    let config = format!("{QUICK_START}    middleware: [timed]\n");
    let server = Server::start(&config, QUICK_START_ENV);
    server
        .ask("admin_status", &token("alice", "admin"), "hi")
        .await;
    server
        .ask("public_echo", &token("alice", "admin"), "hi")
        .await;
    let log = server.stop().log;
    let lines: Vec<_> = log
        .lines()
        .filter(|line| line.contains("skill ran"))
        .collect();
    let [line] = lines.as_slice() else {
        panic!("{log}")
    };
    for part in ["admin_status", "completed", "seconds"] {
        assert!(line.contains(part), "{part} in {line}");
    }
}
