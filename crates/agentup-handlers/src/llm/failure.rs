//! Why a model gave no answer: what the log says of it, and what the caller hears.

use std::time::Duration;

use super::piece::BadPiece;
use crate::{SkillError, upstream::Fault};

/// The longest time to wait that a caller is told in numbers.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// A question without an answer.
#[derive(Debug)]
pub(crate) struct Failure {
    trouble: Trouble,
    /// Whether a part of the answer has been told to the caller.
    has_spoken: bool,
}

/// What went wrong. Nothing in it is from the server but numbers and codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// The question cannot be written.
    #[error("the question cannot be written as JSON")]
    Question,
    /// The server cannot be used.
    #[error(transparent)]
    Service(#[from] Fault),
    /// The server refuses to answer.
    #[error("the answer has the status {status}{}{}", in_brackets(code.as_deref()), advice(*status, model))]
    Refused {
        /// The status of its answer.
        status: u16,
        /// How long to wait, if it says so.
        wait: Option<Duration>,
        /// The code of its error, if it has one.
        code: Option<String>,
        /// The model that it was asked for.
        model: String,
    },
    /// The model reports an error, or something that is no answer.
    #[error("{0}")]
    Piece(#[from] BadPiece),
    /// More than may be.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// Somebody held it back.
    #[error("the answer was held back by a filter")]
    Filtered,
    /// The model says nothing.
    #[error("the answer is empty")]
    Silent,
}

impl Failure {
    pub(super) const fn new(trouble: Trouble, has_spoken: bool) -> Self {
        Self {
            trouble,
            has_spoken,
        }
    }

    /// Whether a part of the answer has been told to the caller, so that nothing else can take its
    /// place.
    pub(crate) const fn has_spoken(&self) -> bool {
        self.has_spoken
    }

    /// What the log may say of it.
    pub(crate) fn cause(&self) -> String {
        self.trouble.to_string()
    }
}

impl Trouble {
    fn is_transient(&self) -> bool {
        match self {
            Self::Service(fault) => fault.is_transient(),
            Self::Refused { status, wait, .. } => Fault::Status(*status, *wait).is_transient(),
            Self::Piece(BadPiece::Reported { .. }) => true,
            Self::Question
            | Self::Piece(BadPiece::Form)
            | Self::TooLong(_)
            | Self::Filtered
            | Self::Silent => false,
        }
    }

    fn public(&self) -> String {
        let words = match self {
            Self::Service(fault) => fault.public(),
            Self::Refused { status, wait, .. } => return refusal(*status, *wait),
            Self::Question => "The skill failed.",
            Self::Piece(BadPiece::Form) => {
                "The language model gave an answer that cannot be understood."
            }
            Self::Piece(BadPiece::Reported { .. }) => "The language model failed.",
            Self::TooLong(_) => "The language model's answer is too long.",
            Self::Filtered => "The language model's answer was held back by a filter.",
            Self::Silent => "The language model gave no answer.",
        };
        words.to_owned()
    }
}

fn refusal(status: u16, wait: Option<Duration>) -> String {
    let words = match (status, wait) {
        (429 | 503, Some(wait)) if wait <= LONGEST_WAIT => {
            let seconds = wait.as_secs();
            return format!("The language model is busy; try again in {seconds} seconds.");
        }
        (429 | 503, _) => "The language model is busy; try again later.",
        (400 | 413 | 422, _) => {
            "The language model does not accept the question; it may be too long."
        }
        (400..500, _) => "The language model cannot be used at present.",
        _ => "The language model failed.",
    };
    words.to_owned()
}

fn in_brackets(code: Option<&str>) -> String {
    code.map(|code| format!(" ({code})")).unwrap_or_default()
}

/// What the operator may look at.
fn advice(status: u16, model: &str) -> String {
    match status {
        401 | 403 => "; is `api_key` right?".to_owned(),
        404 => format!(
            "; does the server have the model `{model}` (`ollama pull {model}`), and is \
             `base_url` right?"
        ),
        400 | 413 | 422 => {
            "; does the model take such a question, and is it short enough?".to_owned()
        }
        _ => String::new(),
    }
}

impl From<Failure> for SkillError {
    fn from(failure: Failure) -> Self {
        let Failure {
            trouble,
            has_spoken,
        } = failure;
        let is_transient = trouble.is_transient();
        let error = Self::new(trouble.public()).caused_by(trouble);
        // What has been said cannot be said again, so nobody must try again by himself.
        if is_transient && !has_spoken {
            error.transient()
        } else {
            error
        }
    }
}
