//! Answers of models do not cross over: two callers say the same at the same time, and each hears
//! of itself; nor do conversations, whatever their contexts are called.

use agentup_tests::{
    Answer, Model, QUICK_START, QUICK_START_ENV, Server, message_v10, tokens::token,
};
use futures_util::{StreamExt as _, stream};

/// How many requests there are to each skill, and how many of them at a time.
const REQUESTS: usize = 10_000;
const AT_A_TIME: usize = 64;

/// How many of them go on with a conversation.
const MESSAGES: usize = 1000;

/// The callers, each with its scopes. They differ in both.
const CALLERS: [(&str, &str); 2] = [("alice", "basic"), ("bob", "basic premium")];

const PROVIDERS: [&str; 2] = ["ollama", "openai"];

fn agent_of(model: &Model) -> Server {
    let url = model.url();
    let skills = PROVIDERS.map(|provider| {
        format!(
            "  - skill_id: {provider}\n    required_scopes: [basic]\n    handler: {{ type: llm, \
             provider: {provider}, base_url: \"{url}\", model: echo, identity: user_id, \
             history_size: 256 }}\n"
        )
    });
    Server::start(
        &format!("{QUICK_START}{}", skills.concat()),
        QUICK_START_ENV,
    )
}

/// What the chunks of a stream say together.
fn streamed(answer: &Answer) -> String {
    let events = answer.events();
    let chunks = events.iter().filter_map(|event| {
        event["result"]["artifactUpdate"]["artifact"]["parts"][0]["text"].as_str()
    });
    chunks.collect()
}

#[tokio::test]
async fn nobody_hears_what_a_model_said_to_another() {
    let model = Model::start();
    let server = agent_of(&model);
    let tokens = CALLERS.map(|(user, scopes)| token(user, scopes));
    for provider in PROVIDERS {
        let ask = |number: usize| {
            let (server, tokens) = (&server, &tokens);
            async move {
                let (who, text) = (number % 2, format!("question {}", number / 2 % 8));
                let params = message_v10(provider, &text);
                let said = if number % 8 < 2 {
                    let method = "SendStreamingMessage";
                    streamed(&server.call_v10(&tokens[who], method, params).await)
                } else {
                    server
                        .call_v10(&tokens[who], "SendMessage", params)
                        .await
                        .reply()
                };
                let (user, _) = CALLERS[who];
                let expected = format!("system: The id of the user is \"{user}\". | user: {text}");
                assert_eq!(said, expected);
            }
        };
        let asked = stream::iter((0..REQUESTS).map(ask));
        asked.buffer_unordered(AT_A_TIME).collect::<Vec<_>>().await;
    }
}

/// Both callers name their conversation alike.
#[tokio::test]
async fn nobody_is_in_the_conversation_of_another() {
    let model = Model::start();
    let server = agent_of(&model);
    let tokens = CALLERS.map(|(user, scopes)| token(user, scopes));
    let ask = |number: usize| {
        let (server, tokens) = (&server, &tokens);
        async move {
            let (who, other) = (number % 2, CALLERS[(number + 1) % 2].0);
            let provider = PROVIDERS[number / 2 % 2];
            let mut params = message_v10(provider, &format!("I am {}", CALLERS[who].0));
            params["message"]["contextId"] = "ours".into();
            let said = server
                .call_v10(&tokens[who], "SendMessage", params)
                .await
                .reply();
            assert!(!said.contains(other), "{said}");
            // Somebody who has been here is remembered.
            said.matches("I am ").count() > 1
        }
    };
    let asked = stream::iter((0..MESSAGES).map(ask));
    let remembered: Vec<bool> = asked.buffer_unordered(AT_A_TIME).collect().await;
    assert!(remembered.contains(&true));
}
