//! What a model says while it answers, in whichever protocol: a piece of text, the reason why it
//! stops, and what the answer cost.

/// One event of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    /// More of the answer; empty for an event about something else.
    pub(super) text: String,
    /// Why the model stops, in the event that says so.
    pub(super) finish: Option<Finish>,
    /// What the answer cost, in the event that says so.
    pub(super) usage: Option<Usage>,
    /// Whether nothing follows.
    pub(super) is_last: bool,
}

/// Why a model stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finish {
    /// It has said all.
    Complete,
    /// It may not say more.
    Length,
    /// What it said was held back.
    Filtered,
}

/// How many tokens an answer took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// Those of the prompt.
    pub(super) prompt_tokens: u64,
    /// Those of the answer.
    pub(super) answer_tokens: u64,
}

/// Why an event is not one of an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadPiece {
    /// It does not have the form of the protocol.
    #[error("not an event of the protocol")]
    Form,
    /// The model reports that it failed.
    #[error("the model reports an error{}", code.as_deref().map(|code| format!(": {code}")).unwrap_or_default())]
    Reported {
        /// Its code, if it is a plain word.
        code: Option<String>,
    },
}

/// A code of a foreign error, if it is one: such text goes to the log, so a sentence, which may
/// repeat a prompt or a key, is none.
pub(super) fn plain_code(text: &str) -> Option<String> {
    const LONGEST: usize = 48;
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_code = !text.is_empty() && text.len() <= LONGEST && text.bytes().all(is_plain);
    is_code.then(|| text.to_owned())
}
