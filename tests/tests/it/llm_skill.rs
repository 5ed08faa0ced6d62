//! A skill behind which a language model stands: a process of its own, in both protocols, well and
//! not so well.

use agentup_tests::{
    Counterpart, Folder, Model, PATIENCE, QUICK_START, QUICK_START_ENV, Server, message_id,
    message_v10, run, tokens::token,
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

const PROVIDERS: [&str; 2] = ["ollama", "openai"];

/// What the caller must never see of a server.
const SECRET: &str = "of-the-model-server";

/// The Quick Start's agent with a skill for each of these models.
fn agent_of(url: &str, provider: &str, models: &[&str], more: &str) -> Server {
    let skills = models.iter().map(|model| {
        let id = model.replace(' ', "_");
        format!(
            "  - skill_id: {id}\n    required_scopes: [basic]\n    handler: {{ type: llm, provider: \
             {provider}, base_url: \"{url}\", model: {model}, api_key: key-of-the-agent{more} }}\n"
        )
    });
    let config: Vec<_> = [QUICK_START.to_owned()].into_iter().chain(skills).collect();
    Server::start(&config.concat(), QUICK_START_ENV)
}

/// The effect of `ai.provider`, `ai.base_url`, `ai.model`, `ai.api_key`, `ai.system_prompt`,
/// `ai.temperature` and `ai.max_tokens`.
#[tokio::test]
async fn the_model_hears_the_caller_and_its_words_are_the_answer() {
    let model = Model::start();
    for (round, provider, line) in [
        (1, "ollama", "POST /api/chat"),
        (2, "openai", "POST /v1/chat/completions"),
    ] {
        let more = ", system_prompt: Be brief., temperature: 0.5, max_tokens: 90";
        let server = agent_of(model.url(), provider, &["echo"], more);
        let alice = token("alice", "basic");
        let answer = server.ask_v10("echo", &alice, "Why is the sky blue?").await;
        assert_eq!(
            answer.reply(),
            "system: Be brief. | user: Why is the sky blue?"
        );
        assert_eq!(answer.ended().0, "COMPLETED");
        let artifacts = answer.at("/result/task/artifacts");
        assert_eq!(artifacts.as_array().map(Vec::len), Some(1), "{artifacts}");
        assert_eq!(artifacts[0]["name"], "reply");
        assert_eq!(artifacts[0]["parts"].as_array().map(Vec::len), Some(1));

        let seen = model.seen(round).pop().unwrap();
        assert_eq!(seen["line"], line);
        assert_eq!(seen["authorization"], "Bearer key-of-the-agent");
        assert_eq!(seen["body"]["stream"], true);
        // Nothing of the caller but its words.
        let text = seen.to_string();
        for part in [
            "alice",
            &alice,
            "basic",
            "x-request-id",
            "traceparent",
            "x-agentup",
        ] {
            assert!(!text.contains(part), "{part} in {text}");
        }
        let log = server.stop().log;
        assert!(
            log.contains("prompt_tokens=11") && log.contains("answer_tokens=7"),
            "{log}"
        );
        assert!(
            !log.contains("key-of-the-agent") && !log.contains("sky"),
            "{log}"
        );
    }
}

/// The same skill, watched: each word is there before the next one is said.
#[tokio::test]
async fn words_are_streamed_as_they_are_said() {
    for provider in PROVIDERS {
        let mut model = Model::start();
        let server = agent_of(model.url(), provider, &["steps"], "");
        let body = json!({
            "jsonrpc": "2.0", "id": "1", "method": "SendStreamingMessage",
            "params": message_v10("steps", "count"),
        });
        let request = server
            .post(body.to_string())
            .bearer_auth(token("alice", "basic"));
        let response = request.header("A2A-Version", "1.0").send().await.unwrap();
        let mut events = Events {
            bytes: Box::pin(response.bytes_stream()),
            buffer: String::new(),
        };
        let task = events.next().await.unwrap()["task"].clone();
        let mut chunks = Vec::new();
        for word in ["one ", "two ", "three"] {
            model.step();
            let update = loop {
                let event = events.next().await.unwrap();
                if event["artifactUpdate"].is_object() {
                    break event["artifactUpdate"].clone();
                }
            };
            assert_eq!(update["artifact"]["parts"], json!([{"text": word}]));
            assert_eq!(update["taskId"], task["id"]);
            chunks.push(update);
        }
        assert!(chunks[0]["append"].is_null() && chunks[1]["append"] == true);
        // The end may come with the last word, or behind it.
        let mut end = events.next().await.unwrap();
        if end["artifactUpdate"].is_object() {
            chunks.push(end["artifactUpdate"].take());
            end = events.next().await.unwrap();
        }
        let last: Vec<_> = chunks
            .iter()
            .map(|chunk| chunk["lastChunk"] == true)
            .collect();
        assert_eq!(last.iter().filter(|last| **last).count(), 1, "{chunks:?}");
        assert_eq!(last.last(), Some(&true), "{chunks:?}");
        let state = &end["statusUpdate"]["status"]["state"];
        assert_eq!(state, "TASK_STATE_COMPLETED");
        assert_eq!(events.next().await, None);

        // What is kept is what somebody gets who did not watch.
        let id = json!({"id": task["id"]});
        let kept = server
            .call_v10(&token("alice", "basic"), "GetTask", id)
            .await;
        assert_eq!(
            kept.at("/result/artifacts/0/parts"),
            json!([{"text": "one two three"}])
        );
    }
}

#[tokio::test]
async fn many_tokens_are_few_chunks_and_one_part() {
    let model = Model::start();
    for provider in PROVIDERS {
        let server = agent_of(model.url(), provider, &["thousand"], "");
        let alice = token("alice", "basic");
        let params = message_v10("thousand", "count");
        let answer = server
            .call_v10(&alice, "SendStreamingMessage", params)
            .await;
        let events = answer.events();
        let chunks = events.iter().filter_map(|event| {
            event["result"]["artifactUpdate"]["artifact"]["parts"][0]["text"].as_str()
        });
        let chunks: Vec<_> = chunks.collect();
        let expected: Vec<_> = (0..1000).map(|number| format!("{number} ")).collect();
        let expected = expected.concat();
        assert_eq!(chunks.concat(), expected);
        // As many as fit into its time, a twentieth of a second each, were that a minute.
        assert!(chunks.len() < 500, "{} chunks", chunks.len());
        let answer = server.ask_v10("thousand", &alice, "count").await;
        assert_eq!(
            answer.at("/result/task/artifacts/0/parts"),
            json!([{"text": expected}])
        );
    }
}

#[tokio::test]
async fn what_a_model_thinks_stays_with_it() {
    let model = Model::start();
    for provider in PROVIDERS {
        let server = agent_of(model.url(), provider, &["thinking"], "");
        let answer = server
            .ask_v10("thinking", &token("alice", "basic"), "hi")
            .await;
        assert_eq!(answer.reply(), "Yes.");
        assert!(!answer.body.contains("up to something"));
    }
}

/// The effect of `ai.identity`.
#[tokio::test]
async fn the_caller_is_named_only_if_it_is_configured() {
    let model = Model::start();
    let server = agent_of(model.url(), "ollama", &["echo"], ", identity: user_id");
    let answer = server.ask_v10("echo", &token("alice", "basic"), "hi").await;
    assert_eq!(
        answer.reply(),
        "system: The id of the user is \"alice\". | user: hi"
    );
}

#[tokio::test]
async fn images_go_to_the_model_and_other_files_do_not() {
    let model = Model::start();
    let mut rounds = 0;
    for provider in PROVIDERS {
        let server = agent_of(model.url(), provider, &["echo"], "");
        let asked = async |part: Value| {
            let params = json!({
                "message": {
                    "role": "ROLE_USER", "messageId": message_id(),
                    "parts": [{"text": "look"}, part],
                },
                "metadata": {"skillId": "echo"},
            });
            server
                .call_v10(&token("alice", "basic"), "SendMessage", params)
                .await
        };
        let answer = asked(json!({"raw": "aGk=", "mediaType": "image/png"})).await;
        let said = answer.reply();
        let expected = if provider == "ollama" {
            "user: look +1"
        } else {
            r#"user: [{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}]"#
        };
        assert_eq!(said, expected);
        for part in [
            json!({"raw": "aGk=", "mediaType": "application/pdf"}),
            json!({"raw": "aGk="}),
            json!({"url": model.url()}),
        ] {
            let (state, words) = asked(part).await.ended();
            assert_eq!(state, "REJECTED");
            assert!(words.starts_with("This skill"), "{words}");
        }
        // Whatever had reached the model would stand before this.
        let _ = asked(json!({"text": "last"})).await;
        rounds += 2;
        let seen = model.seen(rounds);
        assert_eq!(seen.len(), rounds, "a refused message reaches no model");
    }
}

/// A model that is not well: the task fails in clear words, nothing of the model's server is in
/// them, the log tells the operator the cause, and the agent goes on.
#[tokio::test]
async fn a_model_that_is_not_well_fails_the_task_and_nothing_else() {
    let behind = "The service behind this skill ";
    let cases = [
        (
            "slow",
            format!("{behind}did not answer in time."),
            "no answer in time",
        ),
        (
            "garbage",
            "The language model gave an answer that cannot be understood.".to_owned(),
            "not an event of the protocol",
        ),
        (
            "huge",
            format!("{behind}answered with too much."),
            "more than",
        ),
        (
            "endless",
            "The language model's answer is too long.".to_owned(),
            "longer than 1048576 bytes",
        ),
        (
            "half",
            format!("{behind}broke off its answer."),
            "ended early",
        ),
        ("cut", format!("{behind}broke off its answer."), "broke"),
        (
            "error",
            "The language model failed.".to_owned(),
            "the model reports an error",
        ),
        (
            "silent",
            "The language model gave no answer.".to_owned(),
            "the answer is empty",
        ),
        (
            "redirect",
            format!("{behind}reported a failure."),
            "redirect (307)",
        ),
        (
            "missing",
            "The language model cannot be used at present.".to_owned(),
            "`ollama pull missing`",
        ),
        (
            "stranger",
            "The language model cannot be used at present.".to_owned(),
            "is `api_key` right?",
        ),
        (
            "busy",
            "The language model is busy; try again in 7 seconds.".to_owned(),
            "status 429",
        ),
        (
            "too long",
            "The language model does not accept the question; it may be too long.".to_owned(),
            "status 400",
        ),
        (
            "broken",
            "The language model failed.".to_owned(),
            "status 500",
        ),
    ];
    let model = Model::start();
    let mut models: Vec<&str> = cases.iter().map(|(model, ..)| *model).collect();
    models.push("echo");
    for provider in PROVIDERS {
        let server = agent_of(model.url(), provider, &models, ", read_timeout: 1");
        let alice = token("alice", "basic");
        for (model, words, cause) in &cases {
            let answer = server.ask_v10(&model.replace(' ', "_"), &alice, "hi").await;
            let expected = ("FAILED".to_owned(), words.clone());
            assert_eq!(answer.ended(), expected, "{provider} {model}: {answer:?}");
            let text = answer.at("/result/task/status").to_string();
            assert!(
                !text.contains(SECRET) && !text.contains("127.0.0.1"),
                "{text}"
            );
            let _ = server.log().wait_for(cause);
        }
        let answer = server.ask_v10("echo", &alice, "hi").await;
        assert_eq!(answer.reply(), "user: hi", "the agent is well");
        let log = server.stop().log;
        for part in [SECRET, "key-of-the-agent", model.url(), "127.0.0.1:9"] {
            assert!(!log.contains(part), "{part} in {log}");
        }
        assert!(provider == "ollama" || log.contains("(a_code)"), "{log}");
    }
}

#[tokio::test]
async fn a_model_that_is_gone_fails_the_task() {
    for provider in PROVIDERS {
        let mut model = Model::start();
        let server = agent_of(model.url(), provider, &["echo"], "");
        let alice = token("alice", "basic");
        assert_eq!(
            server.ask_v10("echo", &alice, "hi").await.reply(),
            "user: hi"
        );
        model.kill();
        let (state, words) = server.ask_v10("echo", &alice, "hi").await.ended();
        assert_eq!(state, "FAILED");
        assert_eq!(words, "The service behind this skill cannot be reached.");
        let _ = server.log().wait_for("cannot connect");
    }
}

#[tokio::test]
async fn a_denied_call_reaches_no_model() {
    let model = Model::start();
    let server = agent_of(model.url(), "ollama", &["echo"], "");
    for scopes in ["", "public", "other"] {
        let mallory = token("mallory", scopes);
        let answer = server.ask("echo", &mallory, "hi").await;
        assert_eq!(answer.at("/result/status/state"), "rejected");
        let params = message_v10("echo", "hi");
        let answer = server
            .call_v10(&mallory, "SendStreamingMessage", params)
            .await;
        assert_eq!(answer.status, 403);
    }
    assert_eq!(server.ask_v10("echo", "garbage", "hi").await.status, 401);
    let alice = token("alice", "basic");
    assert_eq!(server.ask_v10("echo", &alice, "hi").await.status, 200);
    assert_eq!(model.seen(1).len(), 1, "the last call alone was permitted");
}

#[tokio::test]
async fn cancellation_hangs_up() {
    let model = Model::start();
    for (round, provider) in PROVIDERS.into_iter().enumerate() {
        let server = agent_of(model.url(), provider, &["waits"], "");
        let alice = token("alice", "basic");
        let mut params = message_v10("waits", "hi");
        params["configuration"] = json!({"returnImmediately": true});
        let id = server
            .call_v10(&alice, "SendMessage", params)
            .await
            .at("/result/task/id");
        let _ = model.output().wait_for_times("\"line\"", round + 1);
        let answer = server
            .call_v10(&alice, "CancelTask", json!({"id": id}))
            .await;
        assert_eq!(answer.at("/result/status/state"), "TASK_STATE_CANCELED");
        let _ = model.output().wait_for_times("hung up", round + 1);
    }
}

#[tokio::test]
async fn the_assistant_asks_the_model_of_the_section_ai() {
    let model = Model::start();
    let ai = "ai: { provider: ollama, base_url: \"${OLLAMA_BASE_URL:}\", model: echo }\n";
    let env = QUICK_START_ENV.replace("http://localhost:11434", model.url());
    let server = Server::start(&format!("{QUICK_START}\n{ai}"), &env);
    let alice = token("alice", "basic");
    let reply = server.ask("basic_assistant", &alice, "hello").await.reply();
    assert!(
        reply.starts_with("system: You are a basic AI assistant."),
        "{reply}"
    );
    assert!(
        reply.ends_with(" | user: hello") && !reply.contains("alice"),
        "{reply}"
    );
    // It needs the scope that it always needed.
    let answer = server
        .ask("basic_assistant", &token("bob", "public"), "hello")
        .await;
    assert_eq!(answer.at("/result/status/state"), "rejected");

    // Who says that there is a model hears of it when there is none.
    drop(model);
    let answer = server.ask_v10("basic_assistant", &alice, "hello").await;
    assert_eq!(answer.ended().0, "FAILED");

    // Without an address there is no model, and the keywords are back.
    let env = QUICK_START_ENV.replace("OLLAMA_BASE_URL=http://localhost:11434", "");
    let server = Server::start(&format!("{QUICK_START}\n{ai}"), &env);
    let reply = server.ask("basic_assistant", &alice, "hello").await.reply();
    assert!(reply.starts_with("👋 Hello alice!"), "{reply}");
}

/// The document's `.env` names an address and nothing else.
#[tokio::test]
async fn the_assistant_asks_the_model_of_the_env_file_if_it_is_there() {
    let mut model = Model::start();
    let mut env = QUICK_START_ENV.replace("http://localhost:11434", model.url());
    env.push_str("\nOLLAMA_MODEL=echo\n");
    let server = Server::start(QUICK_START, &env);
    let alice = token("alice", "basic");
    let reply = server.ask("basic_assistant", &alice, "hello").await.reply();
    assert!(reply.ends_with(" | user: hello"), "{reply}");
    model.kill();
    for _ in 0..2 {
        let reply = server.ask("basic_assistant", &alice, "hello").await.reply();
        let greeting = "👋 Hello alice! I'm your basic AI assistant. How can I help you today?";
        assert_eq!(reply, greeting);
    }
    let log = server.stop().log;
    assert_eq!(
        log.matches("basic_assistant answers keywords").count(),
        1,
        "{log}"
    );
}

#[tokio::test]
async fn a_model_of_the_env_file_that_fails_is_as_good_as_none() {
    let model = Model::start();
    for name in ["missing", "broken", "silent", "garbage"] {
        let env = QUICK_START_ENV.replace("http://localhost:11434", model.url());
        let env = format!("{env}\nOLLAMA_MODEL={name}\n");
        let server = Server::start(QUICK_START, &env);
        let reply = server
            .ask("basic_assistant", &token("alice", "basic"), "help")
            .await;
        assert!(
            reply.reply().starts_with("I can help with basic queries"),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_model_of_the_env_file_is_the_usual_one() {
    let service = Counterpart::start(|_, caller| {
        let body = json!({"message": {"content": "hi"}, "done": true});
        caller.json(200, &body);
    });
    let env = QUICK_START_ENV.replace("http://localhost:11434", &service.url());
    let server = Server::start(QUICK_START, &env);
    let answer = server
        .ask("basic_assistant", &token("alice", "basic"), "hello")
        .await;
    assert_eq!(answer.reply(), "hi");
    let seen = service.seen();
    assert_eq!(
        (seen.len(), &seen[0].body["model"]),
        (1, &json!("llama3.2"))
    );
}

#[test]
fn an_address_in_the_env_file_that_is_none_is_a_fault() {
    let env = QUICK_START_ENV.replace("http://localhost:11434", "localhost:11434");
    let folder = Folder::new(QUICK_START, &env);
    let checked = run("agentup-server", folder.path(), ["check"]);
    assert_eq!(checked.code, Some(78), "{checked:?}");
    assert!(checked.stderr.contains("OLLAMA_BASE_URL"), "{checked:?}");
}

/// A stream of JSON-RPC results, read as it comes.
struct Events<S> {
    bytes: S,
    buffer: String,
}

impl<S, B, E> Events<S>
where
    S: futures_util::Stream<Item = Result<B, E>> + Unpin,
    B: AsRef<[u8]>,
    E: std::fmt::Debug,
{
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.buffer.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data:"));
                let value = data.map(|data| serde_json::from_str::<Value>(data).unwrap());
                self.buffer = String::from(rest);
                match value {
                    Some(mut value) => return Some(value["result"].take()),
                    None => continue,
                }
            }
            let next = tokio::time::timeout(PATIENCE, self.bytes.next()).await;
            let bytes = next.expect("an event in time")?.unwrap();
            self.buffer
                .push_str(std::str::from_utf8(bytes.as_ref()).unwrap());
        }
    }
}
