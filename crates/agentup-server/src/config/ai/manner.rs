//! How a model is asked: what it is told first, how much it may say, and how long it may take.

use agentup_handlers::llm::Manner;

use super::super::{keys, reader::Section, report::Found};

/// Reads what the section says; the rest is as `usual`.
pub(super) fn read(section: &Section<'_>, usual: Manner) -> Manner {
    Manner {
        system_prompt: system_prompt(section, usual.system_prompt),
        temperature: section
            .optional(&keys::AI_TEMPERATURE)
            .map(|found| found.value)
            .or(usual.temperature),
        max_tokens: section
            .optional(&keys::AI_MAX_TOKENS)
            .map(|found| found.value)
            .or(usual.max_tokens),
        history: section.or(&keys::AI_HISTORY, usual.history),
        history_size: section.or(&keys::AI_HISTORY_SIZE, usual.history_size),
        identity: section.or(&keys::AI_IDENTITY, usual.identity),
        connect_timeout: section.or(&keys::AI_CONNECT_TIMEOUT, usual.connect_timeout),
        read_timeout: section.or(&keys::AI_READ_TIMEOUT, usual.read_timeout),
        timeout: section.or(&keys::AI_TIMEOUT, usual.timeout),
        max_reply: section.or(&keys::AI_MAX_REPLY, usual.max_reply),
    }
}

fn system_prompt(section: &Section<'_>, usual: Option<String>) -> Option<String> {
    let given = section.optional(&keys::AI_SYSTEM_PROMPT);
    let file = section.optional(&keys::AI_SYSTEM_PROMPT_FILE);
    match (given, file) {
        (None, None) => usual,
        (Some(given), None) => Some(given.value),
        (Some(_), Some(file)) => {
            let problem = format!("stands beside `{}`", keys::AI_SYSTEM_PROMPT.name());
            section.fault(&file.spot, problem, "keep one of them");
            usual
        }
        (None, Some(file)) => {
            let bytes = section.report.read(&file)?;
            let Found { spot, .. } = file;
            let Ok(text) = String::from_utf8(bytes) else {
                section.fault(&spot, "the file is not text in UTF-8", "");
                return usual;
            };
            let text = text.trim();
            if text.is_empty() {
                section.fault(&spot, "the file is empty", "");
            }
            Some(text.to_owned())
        }
    }
}
