//! What a model is asked: the words of the operator, of the conversation and of the caller. Each
//! stands in a role of its own; what a caller says is never more than a caller's.

use agentup_protocol::{Message, Part, PartContent, Role};
use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::Manner;

/// The longest name of a caller that a prompt gives, in characters.
const LONGEST_NAME: usize = 128;

/// What is between two texts that become one.
const BREAK: &str = "\n\n";

/// The media types of images that models take.
const IMAGES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// Whoever runs the agent.
    System,
    /// The caller.
    User,
    /// The model.
    Assistant,
}

impl Speaker {
    /// The name that both protocols have for it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One turn of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) speaker: Speaker,
    pub(super) text: String,
    pub(super) images: Vec<Image>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) media_type: &'static str,
    pub(super) base64: String,
}

/// Why a message is nothing to ask a model. The words are for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsuitable {
    #[error("There is nothing to answer: the message has neither text nor an image.")]
    Empty,
    #[error("This skill takes text and images (PNG, JPEG, GIF or WebP) and no other files.")]
    MediaType,
    #[error("This skill follows no links: send the content itself.")]
    Link,
}

/// The turns of a question.
///
/// `caller` is who asks, where the prompt is to say so. Of what was said `earlier`, the oldest
/// first, so much is repeated as the manner allows, counted from the end.
pub(super) fn turns(
    manner: &Manner,
    caller: Option<&str>,
    earlier: &[Message],
    message: &Message,
) -> Result<Vec<Turn>, Unsuitable> {
    let asked = Turn {
        speaker: Speaker::User,
        text: text(&message.parts)?,
        images: images(&message.parts)?,
    };
    if asked.text.trim().is_empty() && asked.images.is_empty() {
        return Err(Unsuitable::Empty);
    }
    let mut turns = Vec::new();
    turns.extend(system(manner, caller));
    for turn in remembered(manner, earlier) {
        // The prompt forms of some models know nothing but user and assistant taking turns.
        match turns.last_mut() {
            Some(last) if last.speaker == turn.speaker => append(&mut last.text, &turn.text),
            // An answer whose question is forgotten helps nobody.
            None
            | Some(Turn {
                speaker: Speaker::System,
                ..
            }) if turn.speaker == Speaker::Assistant => {}
            _ => turns.push(turn),
        }
    }
    match turns.last_mut() {
        Some(last) if last.speaker == Speaker::User => {
            append(&mut last.text, &asked.text);
            last.images = asked.images;
        }
        _ => turns.push(asked),
    }
    Ok(turns)
}

/// What the operator says, and who the caller is. The name is quoted as JSON does it, so that it
/// ends where it ends.
fn system(manner: &Manner, caller: Option<&str>) -> Option<Turn> {
    let mut text = manner.system_prompt.clone().unwrap_or_default();
    if let Some(name) = caller {
        let name: String = name.chars().take(LONGEST_NAME).collect();
        let quoted = serde_json::Value::from(name);
        append(&mut text, &format!("The id of the user is {quoted}."));
    }
    (!text.is_empty()).then_some(Turn {
        speaker: Speaker::System,
        text,
        images: Vec::new(),
    })
}

/// As many of the last messages as the manner allows, in number and in bytes. Of files that came
/// with them nothing is repeated.
fn remembered(manner: &Manner, earlier: &[Message]) -> Vec<Turn> {
    let mut left = manner.history_size;
    let mut turns = Vec::new();
    for message in earlier.iter().rev().take(manner.history) {
        let speaker = match message.role {
            Role::User => Speaker::User,
            Role::Agent => Speaker::Assistant,
        };
        let mut text = String::new();
        for part in &message.parts {
            if let Ok(Some(said)) = said(part) {
                append(&mut text, &said);
            }
        }
        let Some(rest) = left.checked_sub(text.len()) else {
            break;
        };
        left = rest;
        if !text.is_empty() {
            turns.push(Turn {
                speaker,
                text,
                images: Vec::new(),
            });
        }
    }
    turns.reverse();
    turns
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push_str(BREAK);
    }
    text.push_str(more);
}

fn text(parts: &[Part]) -> Result<String, Unsuitable> {
    let mut text = String::new();
    for part in parts {
        if let Some(said) = said(part)? {
            append(&mut text, &said);
        }
    }
    Ok(text)
}

/// What a part says in words; none for an image.
fn said(part: &Part) -> Result<Option<String>, Unsuitable> {
    match &part.content {
        PartContent::Text(text) => Ok(Some(text.clone())),
        PartContent::Data(value) => Ok(Some(value.to_string())),
        PartContent::Url(_) => Err(Unsuitable::Link),
        PartContent::Raw(_) if image_type(part).is_some() => Ok(None),
        PartContent::Raw(bytes) if is_text(part) => String::from_utf8(bytes.clone())
            .map(Some)
            .map_err(|_| Unsuitable::MediaType),
        PartContent::Raw(_) => Err(Unsuitable::MediaType),
    }
}

fn images(parts: &[Part]) -> Result<Vec<Image>, Unsuitable> {
    let mut images = Vec::new();
    for part in parts {
        if let (PartContent::Raw(bytes), Some(media_type)) = (&part.content, image_type(part)) {
            if bytes.is_empty() {
                return Err(Unsuitable::MediaType);
            }
            images.push(Image {
                media_type,
                base64: BASE64_STANDARD.encode(bytes),
            });
        }
    }
    Ok(images)
}

/// The type of an image, as a word of ours: the caller's own would stand in the address of the
/// image as it is.
fn image_type(part: &Part) -> Option<&'static str> {
    let given = essence(part)?;
    IMAGES
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(given))
}

fn is_text(part: &Part) -> bool {
    essence(part).is_some_and(|it| {
        let it = it.to_ascii_lowercase();
        it.starts_with("text/") || it == "application/json"
    })
}

/// The media type without its parameters.
fn essence(part: &Part) -> Option<&str> {
    let (essence, _) = part
        .media_type
        .as_deref()?
        .split_once(';')
        .unwrap_or((part.media_type.as_deref()?, ""));
    Some(essence.trim())
}

#[cfg(test)]
mod tests;
