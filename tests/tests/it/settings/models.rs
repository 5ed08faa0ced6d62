//! `ai`: what a language model hears, and how long it may take.

use agentup_tests::{
    Answer, Client, Folder, Model, QUICK_START_ENV, Server, message_v03, tokens::token,
};

use super::{begin, config, server, state, unanswered::Unanswered};

/// An agent whose assistant asks this model.
fn assistant(model: &Model, name: &str, more: &str) -> Server {
    server(&section(model.url(), name, more))
}

fn section(url: &str, name: &str, more: &str) -> String {
    format!("ai: {{ provider: ollama, base_url: \"{url}\", model: {name}{more} }}")
}

async fn ask(agent: &Client, text: &str) -> Answer {
    agent
        .ask_v10("basic_assistant", &token("alice", "basic"), text)
        .await
}

/// The effect of `ai.api_key_file` and `ai.system_prompt_file`.
#[tokio::test]
async fn the_key_and_the_prompt_come_from_files() {
    let model = Model::start();
    let files = ", api_key_file: key, system_prompt_file: prompt.txt";
    let folder = Folder::new(
        &config(&section(model.url(), "echo", files)),
        QUICK_START_ENV,
    );
    folder.write("key", "of-the-file\n");
    folder.write("prompt.txt", "Speak like a pirate.\n");
    let server = Server::start_in(folder);
    let reply = ask(&server, "hi").await.reply();
    assert!(reply.contains("Speak like a pirate."), "{reply}");
    assert_eq!(model.seen(1)[0]["authorization"], "Bearer of-the-file");
}

/// The effect of `ai.history` and `ai.history_size`.
#[tokio::test]
async fn so_much_of_the_conversation_is_repeated_to_the_model() {
    let model = Model::start();
    let mut asked = 0;
    for (setting, repeated) in [
        ("", &["first", "second", "third"][..]),
        (", history: 0", &["third"]),
        (", history: 2", &["second", "third"]),
        (", history_size: 1KiB", &["second", "third"]),
        (", history_size: 3", &["third"]),
    ] {
        let server = assistant(&model, "echo", setting);
        let alice = token("alice", "basic");
        let long = format!("first {}", "x".repeat(600));
        for text in [&long, "second", "third"] {
            let mut params = message_v03("basic_assistant", text);
            params["message"]["contextId"] = "talk".into();
            server.call(&alice, "message/send", params).await;
        }
        asked += 3;
        let heard = model.seen(asked).pop().unwrap();
        let messages = heard["body"]["messages"].as_array().unwrap();
        let of_user = messages.iter().filter(|message| message["role"] == "user");
        let words = of_user.map(|message| message["content"].as_str().unwrap());
        let words: Vec<_> = words.filter_map(|text| text.split(' ').next()).collect();
        assert_eq!(words, repeated, "{setting}");
    }
}

/// The effect of `ai.timeout` and `ai.read_timeout`.
#[tokio::test]
async fn a_slow_model_is_given_up_as_configured() {
    let model = Model::start();
    for more in [", timeout: 1s", ", read_timeout: 1s"] {
        let server = assistant(&model, "waits", more);
        let answer = ask(&server, "hi").await;
        // It would be minutes until then otherwise.
        assert_eq!(
            answer.at("/result/task/status/state"),
            "TASK_STATE_FAILED",
            "{more}"
        );
    }
}

/// The effect of `ai.connect_timeout`.
#[tokio::test]
async fn a_model_that_is_not_reached_is_given_up_as_configured() {
    let nobody = Unanswered::new();
    let ai = section(&nobody.url(), "m", ", connect_timeout: 5m, timeout: 10m");
    let skills = "skills:\n  - { skill_id: patient, handler: { type: llm } }\n  \
                  - { skill_id: hasty, handler: { type: llm, connect_timeout: 1s } }\n";
    let server = server(&format!("{ai}\n{skills}"));
    let alice = token("alice", "");
    let begun = begin(&server, &alice, "patient", "hi").await;
    let ended = server.ask_v10("hasty", &alice, "hi").await;
    assert_eq!(ended.at("/result/task/status/state"), "TASK_STATE_FAILED");
    assert_eq!(state(&server, &alice, &begun).await, "TASK_STATE_WORKING");
}

/// The effect of `ai.max_reply`.
#[tokio::test]
async fn a_model_says_no_more_than_configured() {
    let model = Model::start();
    for (more, ended) in [
        (", max_reply: 1KiB", "TASK_STATE_FAILED"),
        ("", "TASK_STATE_COMPLETED"),
    ] {
        let answer = ask(&assistant(&model, "thousand", more), "hi").await;
        assert_eq!(answer.at("/result/task/status/state"), ended, "{more}");
    }
}
