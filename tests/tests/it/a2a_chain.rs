//! An agent behind an agent, both of agentup, in each way in which they can speak to each other.

use agentup_tests::{
    Counterpart, PATIENCE, QUICK_START, QUICK_START_ENV, Server, message_v10,
    tokens::{self, token},
};
use serde_json::{Value, json};

const INNER: &str = include_str!("../../interop/agent_config.yaml");

/// The ways, and the card that leads to each.
const WAYS: [&str; 3] = ["v10", "v03", "rest"];

/// The skills of the inner agent that take their time.
const SKILLS: [&str; 3] = ["ask", "slow_stream", "wait"];

/// An agent with skills of its own, and one whose skills are those of the first, once for each way.
struct Chain {
    inner: Server,
    outer: Server,
    /// What the outer agent shows the inner one.
    service: String,
    _cards: Counterpart,
}

fn configured(skill: &str, way: &str, url: &str) -> String {
    format!(
        "  - skill_id: {skill}_{way}\n    required_scopes: [basic]\n    handler: {{ type: a2a, url: \
         \"{url}\", skill_id: {skill}, auth: {{ type: bearer, token: \"${{INNER_TOKEN}}\" }} }}\n"
    )
}

impl Chain {
    fn start() -> Self {
        let env = format!(
            "JWT_SECRET={}\nJWT_ISSUER={}\nJWT_AUDIENCE={}\n",
            tokens::SECRET,
            tokens::ISSUER,
            tokens::AUDIENCE
        );
        let inner = Server::start_example("interop_agent", INNER, &env);
        let url = format!("{}/", inner.url());
        let cards = Counterpart::start(move |seen, caller| {
            let card = if seen.line.contains("v03") {
                json!({
                    "name": "Inner", "url": url, "preferredTransport": "JSONRPC",
                    "protocolVersion": "0.3.0", "capabilities": {"streaming": true},
                })
            } else {
                json!({
                    "name": "Inner", "capabilities": {"streaming": true},
                    "supportedInterfaces": [
                        {"url": url, "protocolBinding": "HTTP+JSON", "protocolVersion": "1.0"},
                    ],
                })
            };
            caller.json(200, &card);
        });
        let service = token("outer-agent", "basic");
        let skills = WAYS.map(|way| {
            let url = match way {
                // Its own card offers all of them, this one first.
                "v10" => inner.url().to_owned(),
                _ => format!("{}{way}.json", cards.url()),
            };
            SKILLS.map(|skill| configured(skill, way, &url)).concat()
        });
        let skills = skills.concat();
        let env = format!("{QUICK_START_ENV}\nINNER_TOKEN={service}\n");
        let outer = Server::start(&format!("{QUICK_START}{skills}"), &env);
        Self {
            inner,
            outer,
            service,
            _cards: cards,
        }
    }

    /// The tasks of the inner agent, the latest first.
    async fn inner_tasks(&self) -> Vec<Value> {
        let method = "ListTasks";
        let listed = self.inner.call_v10(&self.service, method, json!({})).await;
        listed.at("/result/tasks").as_array().cloned().unwrap()
    }
}

#[tokio::test]
async fn a_question_is_answered_in_the_same_task() {
    let chain = Chain::start();
    let user = token("alice", "basic");
    for way in WAYS {
        let skill = format!("ask_{way}");
        let asked = chain.outer.ask_v10(&skill, &user, "hello").await;
        let task = asked.at("/result/task");
        assert_eq!(
            task["status"]["state"], "TASK_STATE_INPUT_REQUIRED",
            "{asked:?}"
        );
        let question = &task["status"]["message"]["parts"][0]["text"];
        assert_eq!(question, "What is your name?");
        let mut params = message_v10(&skill, "Ada");
        params["message"]["taskId"] = task["id"].clone();
        let answered = chain.outer.call_v10(&user, "SendMessage", params).await;
        assert_eq!(answered.reply(), "Hello Ada!");
        assert_eq!(answered.at("/result/task/id"), task["id"]);
        // There was one task behind as well, of the agent in between.
        let inner = chain.inner_tasks().await;
        assert_eq!(inner[0]["status"]["state"], "TASK_STATE_COMPLETED");
        assert_ne!(inner[0]["id"], task["id"]);
    }
    assert_eq!(chain.inner_tasks().await.len(), WAYS.len());
}

#[tokio::test]
async fn a_stream_goes_through() {
    let chain = Chain::start();
    let user = token("alice", "basic");
    for way in WAYS {
        let params = message_v10(&format!("slow_stream_{way}"), "one two three");
        let answer = chain
            .outer
            .call_v10(&user, "SendStreamingMessage", params)
            .await;
        let events = answer.events();
        let words: Vec<_> = events
            .iter()
            .filter_map(|event| event["result"]["artifactUpdate"].as_object())
            .map(|update| {
                let text = &update["artifact"]["parts"][0]["text"];
                (text.clone(), update.get("append").cloned())
            })
            .collect();
        let expected = [("one", None), ("two", Some(true)), ("three", Some(true))];
        let expected = expected.map(|(word, append)| (json!(word), append.map(Value::from)));
        assert_eq!(words, expected, "{way}");
        let last = events.last().unwrap();
        let state = &last["result"]["statusUpdate"]["status"]["state"];
        assert_eq!(state, "TASK_STATE_COMPLETED");
    }
}

#[tokio::test]
async fn a_cancellation_goes_through() {
    let chain = Chain::start();
    let user = token("alice", "basic");
    for (way, skill) in [
        ("v10", "wait"),
        ("v03", "wait"),
        ("rest", "wait"),
        ("v10", "ask"),
    ] {
        let mut params = message_v10(&format!("{skill}_{way}"), "go");
        params["configuration"] = json!({"returnImmediately": true});
        let before = chain.inner_tasks().await.len();
        let begun = chain.outer.call_v10(&user, "SendMessage", params).await;
        let id = begun.at("/result/task/id");
        wait_until(async || chain.inner_tasks().await.len() > before).await;
        if skill == "ask" {
            // Nothing runs any more: the task waits for its caller.
            wait_until(async || {
                let params = json!({"id": id});
                let task = chain.outer.call_v10(&user, "GetTask", params).await;
                task.at("/result/status/state") == "TASK_STATE_INPUT_REQUIRED"
            })
            .await;
        }
        let canceled = chain
            .outer
            .call_v10(&user, "CancelTask", json!({"id": id}))
            .await;
        assert_eq!(canceled.at("/result/status/state"), "TASK_STATE_CANCELED");
        wait_until(async || {
            let tasks = chain.inner_tasks().await;
            tasks[0]["status"]["state"] == "TASK_STATE_CANCELED"
        })
        .await;
    }
}

/// The agent behind answers for its own callers, of which the outer agent is one.
#[tokio::test]
async fn what_the_inner_agent_refuses_is_a_failure_and_tells_nothing() {
    let inner = Server::quick_start();
    let service = token("outer-agent", "basic");
    let skill = format!(
        "  - skill_id: analyze\n    handler: {{ type: a2a, url: \"{}\", skill_id: premium_analyzer, \
         auth: {{ type: bearer, token: \"{service}\" }} }}\n",
        inner.url()
    );
    let outer = Server::start(&format!("{QUICK_START}{skill}"), QUICK_START_ENV);
    let answer = outer
        .ask_v10("analyze", &token("alice", "premium"), "hi")
        .await;
    let status = answer.at("/result/task/status");
    assert_eq!(status["state"], "TASK_STATE_FAILED");
    let words = "The service behind this skill reported a failure.";
    assert_eq!(status["message"]["parts"][0]["text"], words);
    assert!(!answer.body.contains("outer-agent") && !answer.body.contains(inner.authority()));
    assert!(!outer.stop().log.contains(&service[..40]));
}

async fn wait_until(is_so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .expect("what must happen");
}
