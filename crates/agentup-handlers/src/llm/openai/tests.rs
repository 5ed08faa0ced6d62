//! Questions and answers in the protocol of OpenAI, byte by byte.

use serde_json::json;

use super::*;
use crate::llm::{Provider, prompt::Speaker};

fn settings(base_url: &str) -> Settings {
    Settings::new(Provider::Openai, base_url.parse().unwrap(), "gpt-x")
}

fn turn(speaker: Speaker, text: &str) -> Turn {
    Turn {
        speaker,
        text: text.to_owned(),
        images: Vec::new(),
    }
}

fn asked(settings: &Settings, turns: &[Turn]) -> Value {
    serde_json::from_slice(&question(settings, turns).unwrap()).unwrap()
}

#[test]
fn a_question_says_what_is_configured_and_nothing_else() {
    let turns = [turn(Speaker::User, "hi")];
    let mut settings = settings("http://localhost:8080");
    let bare = json!({
        "model": "gpt-x", "messages": [{"role": "user", "content": "hi"}], "stream": true,
        "stream_options": {"include_usage": true},
    });
    assert_eq!(asked(&settings, &turns), bare);
    settings.manner.temperature = Some(0.5);
    assert_eq!(asked(&settings, &turns)["temperature"], 0.5);
}

#[test]
fn the_bound_has_the_name_that_the_server_knows() {
    let turns = [turn(Speaker::User, "hi")];
    for (base_url, name) in [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        (
            "https://x.openai.azure.com/openai/v1",
            "max_completion_tokens",
        ),
        ("http://localhost:8080/v1", "max_tokens"),
        ("https://notopenai.com/v1", "max_tokens"),
    ] {
        let mut settings = settings(base_url);
        settings.manner.max_tokens = Some(9);
        let asked = asked(&settings, &turns);
        let names = ["max_tokens", "max_completion_tokens"];
        for it in names {
            assert_eq!(asked.get(it).is_some(), it == name, "{base_url}: {asked}");
        }
    }
}

#[test]
fn a_text_is_a_text_and_images_are_parts() {
    let mut looking = turn(Speaker::User, "what is this?");
    let image = Image {
        media_type: "image/png",
        base64: "aGk=".to_owned(),
    };
    looking.images.push(image);
    let mut silent = looking.clone();
    silent.text.clear();
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}});
    assert_eq!(
        asked(
            &settings("http://localhost"),
            &[
                turn(Speaker::System, "be brief"),
                turn(Speaker::Assistant, "yes"),
                looking,
                silent
            ]
        )["messages"],
        json!([
            {"role": "system", "content": "be brief"},
            {"role": "assistant", "content": "yes"},
            {"role": "user", "content": [{"type": "text", "text": "what is this?"}, image]},
            {"role": "user", "content": [image]},
        ])
    );
}

#[test]
fn pieces() {
    let text = |text: &str| Piece {
        text: text.to_owned(),
        ..Piece::default()
    };
    let finish = |finish| Piece {
        finish: Some(finish),
        ..Piece::default()
    };
    let usage = Usage {
        prompt_tokens: 9,
        answer_tokens: 12,
    };
    let counted = Piece {
        usage: Some(usage),
        ..Piece::default()
    };
    let last = Piece {
        is_last: true,
        ..Piece::default()
    };
    for (data, expected) in [
        (
            r#"{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}"#,
            text(""),
        ),
        (
            r#"{"choices":[{"index":0,"delta":{"content":" sky"}}]}"#,
            text(" sky"),
        ),
        (r#"{"choices":[{"delta":{"content":"x"}}]}"#, text("x")),
        (
            r#"{"choices":[{"delta":{"content":null,"reasoning_content":"hm"}}]}"#,
            text(""),
        ),
        (
            r#"{"choices":[{"delta":{"refusal":"I cannot"}}]}"#,
            text("I cannot"),
        ),
        // Another answer than the one that was asked for.
        (
            r#"{"choices":[{"index":1,"delta":{"content":"x"}}]}"#,
            text(""),
        ),
        (
            r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
            finish(Finish::Complete),
        ),
        (
            r#"{"choices":[{"delta":{},"finish_reason":"length"}]}"#,
            finish(Finish::Length),
        ),
        (
            r#"{"choices":[{"delta":{},"finish_reason":"content_filter"}]}"#,
            finish(Finish::Filtered),
        ),
        (
            r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}"#,
            counted,
        ),
        ("[DONE]", last.clone()),
        (" [DONE] ", last),
    ] {
        assert_eq!(piece(data.as_bytes()), Ok(expected), "{data}");
    }
}

#[test]
fn what_is_no_piece() {
    let reported = |code: Option<&str>| BadPiece::Reported {
        code: code.map(str::to_owned),
    };
    for (data, expected) in [
        (
            r#"{"error":{"message":"secret","type":"server_error","code":null}}"#,
            reported(Some("server_error")),
        ),
        (
            r#"{"error":{"message":"secret","type":"t","code":"rate_limit_exceeded"}}"#,
            reported(Some("rate_limit_exceeded")),
        ),
        // A sentence is no code: it may have the prompt or the key in it.
        (r#"{"error":{"code":"bad key secret"}}"#, reported(None)),
        (r#"{"error":"secret"}"#, reported(None)),
        ("", BadPiece::Form),
        ("secret", BadPiece::Form),
        ("{}", BadPiece::Form),
        (r#"{"choices":{}}"#, BadPiece::Form),
        (
            r#"{"choices":[{"delta":{"content":{"secret":1}}}]}"#,
            BadPiece::Form,
        ),
    ] {
        let bad = piece(data.as_bytes()).unwrap_err();
        assert_eq!(bad, expected, "{data}");
        assert!(!format!("{bad} {bad:?}").contains("secret"), "{bad}");
    }
}

#[test]
fn questions_go_to_the_interface() {
    for (base_url, url) in [
        ("http://h:1", "http://h:1/v1/chat/completions"),
        ("http://h:1/", "http://h:1/v1/chat/completions"),
        ("http://h:1/v1", "http://h:1/v1/chat/completions"),
        (
            "http://h:1/openai/v1/",
            "http://h:1/openai/v1/chat/completions",
        ),
    ] {
        assert_eq!(settings(base_url).url().as_str(), url);
    }
    let mut ollama = settings("http://h:1/ollama/");
    ollama.provider = Provider::Ollama;
    assert_eq!(ollama.url().as_str(), "http://h:1/ollama/api/chat");
}
