//! The protocol of Ollama: a question for `/api/chat`, and the lines of JSON that answer it.

use serde::{Deserialize, Serialize};

use super::{
    Settings,
    piece::{BadPiece, Finish, Piece, Usage},
    prompt::Turn,
};

/// Where questions go, behind the address of the server.
pub(super) const PATH: &str = "/api/chat";

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    messages: Vec<Said<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Options::is_empty")]
    options: Options,
}

#[derive(Serialize)]
struct Said<'a> {
    role: &'static str,
    content: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<&'a str>,
}

#[derive(Serialize)]
struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_predict: Option<u32>,
}

impl Options {
    const fn is_empty(&self) -> bool {
        self.temperature.is_none() && self.num_predict.is_none()
    }
}

/// The body of a question.
pub(super) fn question(settings: &Settings, turns: &[Turn]) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Question {
        model: &settings.model,
        messages: turns.iter().map(said).collect(),
        stream: true,
        options: Options {
            temperature: settings.manner.temperature,
            num_predict: settings.manner.max_tokens,
        },
    })
}

fn said(turn: &Turn) -> Said<'_> {
    Said {
        role: turn.speaker.name(),
        content: &turn.text,
        images: turn.images.iter().map(|it| it.base64.as_str()).collect(),
    }
}

/// A line of an answer, with the members that count here. What a model thinks stays with it.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    message: Option<Spoken>,
    #[serde(default)]
    done: Option<bool>,
    #[serde(default)]
    done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: Option<u64>,
    #[serde(default)]
    eval_count: Option<u64>,
    #[serde(default)]
    error: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Spoken {
    #[serde(default)]
    content: Option<String>,
}

/// Reads a line of an answer.
pub(super) fn piece(line: &[u8]) -> Result<Piece, BadPiece> {
    let line: Line = serde_json::from_slice(line).map_err(|_| BadPiece::Form)?;
    if line.error.is_some() {
        return Err(BadPiece::Reported { code: None });
    }
    // Each line says whether it is the last, so one that does not is something else.
    let is_last = line.done.ok_or(BadPiece::Form)?;
    let text = line.message.and_then(|message| message.content);
    let usage = Usage {
        prompt_tokens: line.prompt_eval_count.unwrap_or_default(),
        answer_tokens: line.eval_count.unwrap_or_default(),
    };
    let finish = match line.done_reason.as_deref() {
        Some("length") => Finish::Length,
        _ => Finish::Complete,
    };
    Ok(Piece {
        text: text.unwrap_or_default(),
        finish: is_last.then_some(finish),
        usage: is_last.then_some(usage),
        is_last,
    })
}

#[cfg(test)]
mod tests;
