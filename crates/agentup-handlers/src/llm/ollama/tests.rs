//! Questions and answers of Ollama, byte by byte.

use serde_json::{Value, json};

use super::*;
use crate::llm::{Provider, prompt::Image, prompt::Speaker};

fn settings() -> Settings {
    let url = "http://localhost:11434".parse().unwrap();
    Settings::new(Provider::Ollama, url, "llama3.2")
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
    let mut settings = settings();
    let bare = json!({
        "model": "llama3.2", "messages": [{"role": "user", "content": "hi"}], "stream": true,
    });
    assert_eq!(asked(&settings, &turns), bare);
    settings.manner.temperature = Some(0.5);
    settings.manner.max_tokens = Some(100);
    assert_eq!(
        asked(&settings, &turns)["options"],
        json!({"temperature": 0.5, "num_predict": 100})
    );
}

#[test]
fn images_stand_beside_the_text() {
    let mut looking = turn(Speaker::User, "what is this?");
    looking.images.push(Image {
        media_type: "image/png",
        base64: "aGk=".to_owned(),
    });
    let turns = [turn(Speaker::System, "be brief"), looking];
    assert_eq!(
        asked(&settings(), &turns)["messages"],
        json!([
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "what is this?", "images": ["aGk="]},
        ])
    );
}

#[test]
fn pieces_of_text() {
    let text = |text: &str| Piece {
        text: text.to_owned(),
        ..Piece::default()
    };
    for (line, expected) in [
        (
            r#"{"model":"m","created_at":"t","message":{"role":"assistant","content":" sky"},"done":false}"#,
            " sky",
        ),
        // What a model thinks stays with it.
        (
            r#"{"message":{"role":"assistant","content":"","thinking":"hm"},"done":false}"#,
            "",
        ),
        (
            r#"{"message":{"role":"assistant","content":null},"done":false}"#,
            "",
        ),
        (r#"{"done":false}"#, ""),
    ] {
        assert_eq!(piece(line.as_bytes()), Ok(text(expected)), "{line}");
    }
}

#[test]
fn the_last_piece_tells_why_and_at_what_cost() {
    let last = |text: &str, finish, prompt_tokens, answer_tokens| Piece {
        text: text.to_owned(),
        finish: Some(finish),
        usage: Some(Usage {
            prompt_tokens,
            answer_tokens,
        }),
        is_last: true,
    };
    for (line, expected) in [
        (
            r#"{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":5,"prompt_eval_count":26,"eval_count":282}"#,
            last("", Finish::Complete, 26, 282),
        ),
        (
            r#"{"message":{"content":"x"},"done":true,"done_reason":"length","eval_count":1}"#,
            last("x", Finish::Length, 0, 1),
        ),
        (r#"{"done":true}"#, last("", Finish::Complete, 0, 0)),
    ] {
        assert_eq!(piece(line.as_bytes()), Ok(expected), "{line}");
    }
}

#[test]
fn what_is_no_piece() {
    let reported = BadPiece::Reported { code: None };
    for (line, expected) in [
        (
            r#"{"error":"model runner has stopped: sk-secret"}"#,
            reported,
        ),
        ("", BadPiece::Form),
        ("secret", BadPiece::Form),
        ("{}", BadPiece::Form),
        ("[]", BadPiece::Form),
        (r#"{"done":"yes"}"#, BadPiece::Form),
        (r#"{"message":"hi","done":false}"#, BadPiece::Form),
        (r#"{"message":{"content":7},"done":false}"#, BadPiece::Form),
        (r#"{"response":"hi"}"#, BadPiece::Form),
    ] {
        let bad = piece(line.as_bytes()).unwrap_err();
        assert_eq!(bad, expected, "{line}");
        assert!(!format!("{bad} {bad:?}").contains("secret"), "{bad}");
    }
}
