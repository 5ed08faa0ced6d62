//! Every kind of skill from one configuration, each with a process of its own behind it: a service
//! in Python, an agent, a server of Ollama's protocol and one of `OpenAI`'s.
//!
//! An agent of the official SDK stands behind in `cargo xtask interop`.

use agentup_tests::{Model, QUICK_START, QUICK_START_ENV, Server, message_v10, tokens::token};
use serde_json::json;

use crate::documented::Script;

const SKILLS: &str = r#"
  - skill_id: service
    required_scopes: [basic]
    handler: { type: http, url: "${SERVICE_URL}" }
  - skill_id: agent
    required_scopes: [basic]
    handler: { type: a2a, url: "${AGENT_URL}", auth: { type: bearer, token: "${AGENT_TOKEN}" } }
  - skill_id: ollama
    required_scopes: [basic]
    handler: { type: llm, provider: ollama, base_url: "${MODEL_URL}", model: echo }
  - skill_id: openai
    required_scopes: [basic]
    handler: { type: llm, provider: openai, base_url: "${MODEL_URL}", model: echo }
  - skill_id: openai_in_steps
    required_scopes: [basic]
    handler: { type: llm, provider: openai, base_url: "${MODEL_URL}", model: steps }
"#;

#[tokio::test]
async fn every_kind_of_skill_from_one_configuration() {
    let service = Script::of_http_skills("Shout");
    let inner = Server::quick_start();
    let mut model = Model::start();
    let env = format!(
        "{QUICK_START_ENV}\nSERVICE_URL={}\nAGENT_URL={}\nAGENT_TOKEN={}\nMODEL_URL={}\n",
        service.url(),
        inner.url(),
        token("outer-agent", "basic"),
        model.url()
    );
    let server = Server::start(&format!("{QUICK_START}{SKILLS}"), &env);
    let user = token("alice", "basic");
    for (skill, expected) in [
        ("public_echo", "Echo: hi (from user alice)"),
        ("service", "alice: HI!"),
        ("agent", "Echo: hi (from user outer-agent)"),
        ("ollama", "user: hi"),
        ("openai", "user: hi"),
    ] {
        let answer = server.ask_v10(skill, &user, "hi").await;
        assert_eq!(answer.reply(), expected, "{skill}");
        let answer = server.ask(skill, &user, "hi").await;
        assert_eq!(answer.reply(), expected, "{skill}");
        // Whoever may not is told so, whatever stands behind.
        let denied = server.ask_v10(skill, &token("eve", "public"), "hi").await;
        assert_eq!(
            denied.status,
            if skill == "public_echo" { 200 } else { 403 }
        );
    }

    // The next word is said when the one before has been seen.
    let body = json!({
        "jsonrpc": "2.0", "id": "1", "method": "SendStreamingMessage",
        "params": message_v10("openai_in_steps", "hi"),
    });
    let request = server.post(body.to_string()).header("A2A-Version", "1.0");
    let mut response = request.bearer_auth(&user).send().await.unwrap();
    let (mut text, mut chunks) = (String::new(), 0);
    while !text.contains("TASK_STATE_COMPLETED") {
        let seen = text.matches("artifactUpdate").count();
        if seen >= chunks {
            chunks = seen + 1;
            model.step();
        }
        let chunk = response.chunk().await.unwrap().expect("no end yet");
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(chunks > 2, "{text}");
}
