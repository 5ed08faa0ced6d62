//! The requirement document's commands, step by step, with its own files and bodies.

use agentup_tests::{Answer, Server, run, tokens::token};

/// The body of Step 5, character for character.
const STEP_5: &str = r#"{
    "jsonrpc": "2.0",
    "method": "message/send",
    "id": "test-1",
    "params": {
      "message": {
        "role": "user",
        "parts": [{"kind": "text", "text": "hello"}],
        "messageId": "msg-1"
      },
      "skillId": "basic_assistant"
    }
  }"#;

/// The body of "Authentication Flow Testing", character for character.
const DEBUGGING: &str = r#"{"jsonrpc":"2.0","method":"message/send","id":"test","params":{"message":{"role":"user","parts":[{"kind":"text","text":"hello"}],"messageId":"msg-1"},"skillId":"basic_assistant"}}"#;

#[tokio::test]
async fn step_5_is_answered_with_the_documented_greeting() {
    let server = Server::quick_start();
    // Step 4, in the agent's folder: the generator takes secret, issuer and audience from `.env`.
    let step_4 = ["--scopes", "basic", "--user-id", "basic-user"];
    let generated = run("jwt-generator", server.folder().path(), step_4);
    assert_eq!(generated.code, Some(0), "{generated:?}");
    let answer = Answer::to(server.post(STEP_5).bearer_auth(generated.stdout.trim())).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.at("/jsonrpc"), "2.0");
    assert_eq!(answer.at("/id"), "test-1");
    assert_eq!(answer.at("/result/kind"), "task");
    assert_eq!(answer.at("/result/status/state"), "completed");
    assert_eq!(
        answer.text_at("/result/artifacts/0/parts/0/text"),
        "👋 Hello basic-user! I'm your basic AI assistant. How can I help you today?"
    );
}

#[tokio::test]
async fn the_debugging_sections_message_without_a_kind_is_understood() {
    let server = Server::quick_start();
    let debugging = [
        "--scopes",
        "basic",
        "--user-id",
        "test",
        "--format",
        "token-only",
    ];
    let generated = run("jwt-generator", server.folder().path(), debugging);
    let answer = Answer::to(server.post(DEBUGGING).bearer_auth(generated.stdout.trim())).await;
    assert_eq!(answer.at("/id"), "test");
    assert_eq!(
        answer.reply(),
        "👋 Hello test! I'm your basic AI assistant. How can I help you today?"
    );
}

/// The keywords of the document's handlers, tried in its order.
#[tokio::test]
async fn the_documented_skills_give_the_documented_answers() {
    let server = Server::quick_start();
    let admin = token("admin-user", "basic,premium,admin");
    for (skill, text, beginning) in [
        (
            "public_echo",
            "hello world",
            "Echo: hello world (from user admin-user)",
        ),
        (
            "basic_assistant",
            "What's the WEATHER?",
            "🌤️ The weather is looking great today!",
        ),
        (
            "basic_assistant",
            "help",
            "I can help with basic queries like weather, time,",
        ),
        (
            "basic_assistant",
            "time",
            "🕐 It's always a good time to be productive!",
        ),
        (
            "basic_assistant",
            "?",
            "I'm a basic AI assistant helping admin-user.",
        ),
        (
            "premium_analyzer",
            "analyze my data",
            "📊 **Premium Data Analysis Report** (for admin-user)\n        \n🔍",
        ),
        (
            "premium_analyzer",
            "hi",
            "🚀 **Premium Analyzer Active** (User: admin-user)\n\nI'm your premium",
        ),
        (
            "admin_status",
            "show config",
            "⚙️ **System Configuration** (Admin: admin-user)\n        \n🔧",
        ),
        (
            "admin_status",
            "status",
            "🔧 **Administrative System Status** (Admin: admin-user)\n\n🟢",
        ),
    ] {
        let reply = server.ask(skill, &admin, text).await.reply();
        assert!(
            reply.starts_with(beginning),
            "{skill} to {text:?}: {reply:?}"
        );
    }
    let config = server
        .ask("admin_status", &admin, "show config")
        .await
        .reply();
    for line in [
        "   - Name: JWT Test Agent",
        "   - Version: 0.1.0",
        "   - Authentication: JWT Bearer (enabled)",
        "   - Session Scopes: basic, premium, admin",
    ] {
        assert!(
            config.lines().any(|it| it == line),
            "{line:?} is not in {config}"
        );
    }
}

/// The document's defaults hold when nothing is set: what `${JWT_SECRET:…}` is for.
#[tokio::test]
async fn the_configuration_runs_without_an_env_file() {
    let server = Server::start(agentup_tests::QUICK_START, "");
    let args = [
        "--secret",
        "test-secret-key-change-in-production",
        "--format",
        "token-only",
    ];
    let generated = run("jwt-generator", server.folder().path(), args);
    assert_eq!(generated.code, Some(0), "{generated:?}");
    let answer = server
        .ask("public_echo", generated.stdout.trim(), "hi")
        .await;
    assert_eq!(answer.reply(), "Echo: hi (from user test-user-123)");
}

#[tokio::test]
async fn the_log_has_the_level_of_the_env_file() {
    let debug = Server::quick_start();
    debug.get("/healthz").await;
    assert!(
        debug.stop().log.contains("DEBUG"),
        "DEBUG=true of the document's .env takes effect"
    );
    let env = agentup_tests::QUICK_START_ENV.replace("DEBUG=true", "DEBUG=false");
    let info = Server::start(agentup_tests::QUICK_START, &env);
    info.get("/healthz").await;
    let log = info.stop().log;
    assert!(log.contains("INFO") && !log.contains("DEBUG"), "{log}");
}
