//! How much memory messages take: near enough to bound what is kept or handed on of them.

use agentup_protocol::{JsonObject, Message, Part, PartContent};
use serde_json::Value;

/// What a message, a part or a JSON value takes beside its texts, in bytes.
const FRAME: usize = 64;

/// The size of a message in bytes.
#[must_use]
pub fn size_of_message(message: &Message) -> usize {
    let texts = message
        .extensions
        .iter()
        .chain(&message.reference_task_ids)
        .chain(&message.context_id)
        .chain(&message.task_id)
        .map(|text| text.len().saturating_add(FRAME));
    [
        FRAME,
        message.message_id.len(),
        size_of_parts(&message.parts),
        message.metadata.as_deref().map_or(0, of_object),
    ]
    .into_iter()
    .chain(texts)
    .fold(0, usize::saturating_add)
}

/// The size of parts in bytes.
#[must_use]
pub fn size_of_parts(parts: &[Part]) -> usize {
    parts.iter().map(of_part).fold(0, usize::saturating_add)
}

fn of_part(part: &Part) -> usize {
    let content = match &part.content {
        PartContent::Data(value) => of_value(value),
        PartContent::Raw(bytes) => bytes.len(),
        PartContent::Text(text) | PartContent::Url(text) => text.len(),
    };
    [
        FRAME,
        content,
        part.filename.as_ref().map_or(0, String::len),
        part.media_type.as_ref().map_or(0, String::len),
        part.metadata.as_deref().map_or(0, of_object),
    ]
    .into_iter()
    .fold(0, usize::saturating_add)
}

fn of_value(value: &Value) -> usize {
    let inside = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(members) => members.iter().map(of_value).fold(0, usize::saturating_add),
        Value::Object(members) => of_object(members),
    };
    inside.saturating_add(FRAME)
}

pub(crate) fn of_object(members: &JsonObject) -> usize {
    let member = |(name, value): (&String, &Value)| name.len().saturating_add(of_value(value));
    members.iter().map(member).fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use agentup_protocol::Role;
    use serde_json::json;

    use super::*;

    /// Whatever is put into a message makes it larger by at least as much.
    #[test]
    fn every_content_counts() {
        let message = |parts| Message::new("m", Role::User, parts);
        let long = "x".repeat(1000);
        let empty = size_of_message(&message(Vec::new()));
        let mut parts = vec![
            Part::text(long.clone()),
            Part::url(long.clone()),
            Part::file("f", "text/plain", long.clone()),
            Part::file(long.clone(), "text/plain", ""),
            Part::file("f", long.clone(), ""),
            Part::data(json!(long)),
            Part::data(json!({"a": [{"b": long}]})),
            Part::data(json!({(long.clone()): null})),
        ];
        let mut described = Part::text("");
        described.metadata = json!({"a": long}).as_object().cloned().map(Box::new);
        parts.push(described);
        for part in parts {
            let size = size_of_message(&message(vec![part.clone()]));
            assert!(size >= empty + 1000, "{part:?}");
            let twice = size_of_message(&message(vec![part.clone(), part]));
            assert!(twice >= empty + 2000);
        }
        for change in [
            |message: &mut Message, long: String| message.message_id = long,
            |message: &mut Message, long: String| message.context_id = Some(long),
            |message: &mut Message, long: String| message.task_id = Some(long),
            |message: &mut Message, long: String| message.extensions = vec![long],
            |message: &mut Message, long: String| message.reference_task_ids = vec![long],
            |message: &mut Message, long: String| {
                message.metadata = json!({"a": long}).as_object().cloned().map(Box::new);
            },
        ] {
            let mut message = message(Vec::new());
            change(&mut message, long.clone());
            assert!(size_of_message(&message) >= empty + 999, "{message:?}");
        }
        // Many small values are not for nothing.
        let many: Vec<_> = (0..1000).map(|_| json!(1)).collect();
        assert!(size_of_parts(&[Part::data(json!(many))]) >= 1000 * FRAME);
    }
}
