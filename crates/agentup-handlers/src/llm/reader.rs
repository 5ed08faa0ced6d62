//! Reads an answer event by event, in the form that its protocol has.

use super::{failure::Trouble, ollama, openai, piece::Piece, settings::Provider};
use crate::upstream::{Answer, Events, Lines};

/// An answer that is being read.
pub(super) enum Reader {
    Ollama(Lines),
    Openai(Events),
}

impl Reader {
    pub(super) fn new(provider: Provider, answer: Answer) -> Self {
        match provider {
            Provider::Ollama => Self::Ollama(answer.lines()),
            Provider::Openai => Self::Openai(answer.events()),
        }
    }

    /// The next event; none at the end of the body.
    pub(super) async fn next(&mut self) -> Result<Option<Piece>, Trouble> {
        match self {
            Self::Ollama(lines) => {
                while let Some(line) = lines.next().await? {
                    if !line.is_empty() {
                        return Ok(Some(ollama::piece(line.as_bytes())?));
                    }
                }
                Ok(None)
            }
            Self::Openai(events) => match events.next().await? {
                Some(event) => Ok(Some(openai::piece(event.data.as_bytes())?)),
                None => Ok(None),
            },
        }
    }
}
