//! The protocol of OpenAI, which many servers speak: a question for `/chat/completions`, and the
//! server-sent events that answer it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Settings,
    piece::{BadPiece, Finish, Piece, Usage, plain_code},
    prompt::{Image, Turn},
};

/// Where questions go, behind the address of the interface.
pub(super) const PATH: &str = "/chat/completions";

/// The path of the interface at a server whose address has none.
pub(super) const INTERFACE: &str = "/v1";

/// What the last event says in place of JSON.
const DONE: &[u8] = b"[DONE]";

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    messages: Vec<Said<'a>>,
    stream: bool,
    stream_options: StreamOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct Said<'a> {
    role: &'static str,
    content: Content<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    /// Understood by every server, so used wherever it is enough.
    Text(&'a str),
    Parts(Vec<ContentPart<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ContentPart<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: ImageUrl },
}

#[derive(Serialize)]
struct ImageUrl {
    url: String,
}

/// The body of a question.
pub(super) fn question(settings: &Settings, turns: &[Turn]) -> serde_json::Result<Vec<u8>> {
    let (max_tokens, max_completion_tokens) = if names_completion_tokens(settings) {
        (None, settings.manner.max_tokens)
    } else {
        (settings.manner.max_tokens, None)
    };
    serde_json::to_vec(&Question {
        model: &settings.model,
        messages: turns.iter().map(said).collect(),
        stream: true,
        stream_options: StreamOptions {
            include_usage: true,
        },
        temperature: settings.manner.temperature,
        max_tokens,
        max_completion_tokens,
    })
}

/// OpenAI's own newer models refuse `max_tokens`, which is the name that all other servers know.
fn names_completion_tokens(settings: &Settings) -> bool {
    settings.base_url.host_str().is_some_and(|host| {
        [".openai.com", ".openai.azure.com"]
            .iter()
            .any(|domain| host.ends_with(domain))
    })
}

fn said(turn: &Turn) -> Said<'_> {
    let Turn {
        speaker,
        text,
        images,
    } = turn;
    let content = if images.is_empty() {
        Content::Text(text)
    } else {
        let image = |image: &Image| ContentPart::ImageUrl {
            image_url: ImageUrl {
                url: format!("data:{};base64,{}", image.media_type, image.base64),
            },
        };
        let text = (!text.is_empty()).then_some(ContentPart::Text { text });
        Content::Parts(text.into_iter().chain(images.iter().map(image)).collect())
    };
    Said {
        role: speaker.name(),
        content,
    }
}

/// An event of an answer, with the members that count here.
#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    choices: Option<Vec<Choice>>,
    #[serde(default)]
    usage: Option<Counted>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u64,
    #[serde(default)]
    delta: Delta,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
    /// What a model says that will not do what it was asked to.
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Counted {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

/// Reads the data of an event of an answer.
pub(super) fn piece(data: &[u8]) -> Result<Piece, BadPiece> {
    let data = data.trim_ascii();
    if data == DONE {
        return Ok(Piece {
            is_last: true,
            ..Piece::default()
        });
    }
    let event: Event = serde_json::from_slice(data).map_err(|_| BadPiece::Form)?;
    if let Some(error) = &event.error {
        return Err(BadPiece::Reported {
            code: error_code(error),
        });
    }
    let choices = event.choices.ok_or(BadPiece::Form)?;
    let mut piece = Piece {
        usage: event.usage.map(|counted| Usage {
            prompt_tokens: counted.prompt_tokens,
            answer_tokens: counted.completion_tokens,
        }),
        ..Piece::default()
    };
    // One answer was asked for.
    if let Some(choice) = choices.into_iter().find(|choice| choice.index == 0) {
        let Delta { content, refusal } = choice.delta;
        piece.text = content.or(refusal).unwrap_or_default();
        piece.finish = choice.finish_reason.map(|reason| match reason.as_str() {
            "length" => Finish::Length,
            "content_filter" => Finish::Filtered,
            _ => Finish::Complete,
        });
    }
    Ok(piece)
}

/// The code of an error object, `{"code": …, "type": …}`, if it has one.
pub(super) fn error_code(error: &Value) -> Option<String> {
    ["code", "type"]
        .iter()
        .find_map(|name| plain_code(error.get(name)?.as_str()?))
}

#[cfg(test)]
mod tests;
