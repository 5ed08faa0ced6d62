//! What comes back for a message: a task or a direct answer, of either generation, read for a person.

use serde_json::Value;

/// How the text of a denial begins where a task cannot be rejected.
const DENIAL: char = '❌';

/// A task or a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The words of the agent: the artifacts, else the status message, else the message itself.
    pub(crate) text: String,
    /// The state of the task in the words of A2A 0.3 (`input-required`); `None` for a direct answer.
    pub(crate) state: Option<String>,
    pub(crate) task_id: Option<String>,
    pub(crate) context_id: Option<String>,
    first_text: Option<String>,
}

impl Reply {
    /// Reads a `result`; `None` if it is neither a task nor a message.
    pub(crate) fn read(result: &Value) -> Option<Self> {
        // 1.0 wraps what 0.3 gives bare.
        let bare = result
            .get("task")
            .or_else(|| result.get("message"))
            .filter(|value| value.is_object());
        let bare = bare.unwrap_or(result);
        let text = |name: &str| bare.get(name).and_then(Value::as_str).map(str::to_owned);
        let context_id = text("contextId");
        if bare.get("status").is_some() || bare.get("artifacts").is_some() {
            let artifacts = items(bare, "artifacts");
            let mut blocks: Vec<String> = artifacts
                .iter()
                .map(parts_text)
                .filter(|t| !t.is_empty())
                .collect();
            let status = bare.get("status");
            if blocks.is_empty()
                && let Some(message) = status.and_then(|status| status.get("message"))
            {
                blocks.push(parts_text(message));
            }
            let first = artifacts
                .first()
                .and_then(|artifact| items(artifact, "parts").first());
            return Some(Self {
                text: blocks.join("\n"),
                state: status
                    .and_then(|status| status.get("state"))
                    .and_then(Value::as_str)
                    .map(state),
                task_id: text("id"),
                context_id,
                first_text: first
                    .and_then(|part| part.get("text"))
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            });
        }
        let parts = bare.get("parts").is_some_and(Value::is_array);
        parts.then(|| Self {
            text: parts_text(bare),
            state: None,
            task_id: text("taskId"),
            context_id,
            first_text: None,
        })
    }

    /// Whether the agent refused the caller: the task is rejected, or the first text says so in the
    /// way of the built-in skills.
    pub(crate) fn is_denied(&self) -> bool {
        self.is_in("rejected")
            || self
                .first_text
                .as_deref()
                .is_some_and(|text| text.starts_with(DENIAL))
    }

    /// Whether the task ended without what was asked for.
    pub(crate) fn has_failed(&self) -> bool {
        self.is_in("failed") || self.is_in("canceled")
    }

    /// Whether the task waits for the caller.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.is_in("input-required") || self.is_in("auth-required")
    }

    /// Whether the task goes on by itself.
    pub(crate) fn is_underway(&self) -> bool {
        self.is_in("submitted") || self.is_in("working")
    }

    fn is_in(&self, state: &str) -> bool {
        self.state.as_deref() == Some(state)
    }
}

/// `TASK_STATE_INPUT_REQUIRED` of 1.0 is `input-required` of 0.3.
fn state(name: &str) -> String {
    name.strip_prefix("TASK_STATE_")
        .unwrap_or(name)
        .to_ascii_lowercase()
        .replace('_', "-")
}

fn items<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of.get(name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn parts_text(of: &Value) -> String {
    let texts: Vec<String> = items(of, "parts").iter().filter_map(part_text).collect();
    texts.join("\n")
}

/// A part in words: text as it is, data as JSON, of a file its name and place.
fn part_text(part: &Value) -> Option<String> {
    if let Some(text) = part.get("text").and_then(Value::as_str) {
        return Some(text.to_owned());
    }
    if let Some(data) = part.get("data") {
        return Some(data.to_string());
    }
    // 0.3 has the file's members in an object of their own, 1.0 in the part.
    let file = part.get("file").unwrap_or(part);
    let text = |names: [&str; 2]| {
        names
            .iter()
            .find_map(|name| file.get(*name).and_then(Value::as_str))
    };
    let name = text(["filename", "name"]).unwrap_or("file");
    let media_type = text(["mediaType", "mimeType"]).unwrap_or("unknown type");
    let place = match (text(["url", "uri"]), text(["raw", "bytes"])) {
        (Some(url), _) => url.to_owned(),
        (None, Some(base64)) => format!("{} characters of base64", base64.len()),
        (None, None) => return None,
    };
    Some(format!("[{name}, {media_type}: {place}]"))
}

#[cfg(test)]
mod tests;
