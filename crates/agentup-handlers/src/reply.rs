//! How a skill ends: with an answer, with a question, or with a failure.

use std::error::Error;

use agentup_protocol::{Part, TaskState};
use serde_json::Value;

/// What a skill has to say at its end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// Done. The parts become an artifact of the task; without parts, what was streamed before is
    /// all there is.
    Completed(Vec<Part>),
    /// The skill needs another message to go on (`A2A §3.1`, `TASK_STATE_INPUT_REQUIRED`).
    InputRequired(Vec<Part>),
    /// The skill needs an authorization that reaches it out of band (`A2A §7.6.1`).
    AuthRequired(Vec<Part>),
    /// The skill will not do this.
    Rejected(Vec<Part>),
}

impl Reply {
    /// Done, with a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Completed(vec![Part::text(text)])
    }

    /// Done, with a JSON value.
    #[must_use]
    pub fn data(value: Value) -> Self {
        Self::Completed(vec![Part::data(value)])
    }

    /// Done, with a file.
    pub fn file(
        filename: impl Into<String>,
        media_type: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) -> Self {
        Self::Completed(vec![Part::file(filename, media_type, bytes)])
    }

    /// Done, with parts of any kind.
    #[must_use]
    pub const fn parts(parts: Vec<Part>) -> Self {
        Self::Completed(parts)
    }

    /// Done; what was streamed before is the answer.
    #[must_use]
    pub const fn done() -> Self {
        Self::Completed(Vec::new())
    }

    /// Asks the caller for more.
    pub fn input_required(question: impl Into<String>) -> Self {
        Self::InputRequired(vec![Part::text(question)])
    }

    /// Asks for an authorization, and says how to give it.
    pub fn auth_required(explanation: impl Into<String>) -> Self {
        Self::AuthRequired(vec![Part::text(explanation)])
    }

    /// Refuses, and says why.
    pub fn rejected(reason: impl Into<String>) -> Self {
        Self::Rejected(vec![Part::text(reason)])
    }

    /// The state that the task is in after this reply.
    #[must_use]
    pub const fn state(&self) -> TaskState {
        match self {
            Self::Completed(_) => TaskState::Completed,
            Self::InputRequired(_) => TaskState::InputRequired,
            Self::AuthRequired(_) => TaskState::AuthRequired,
            Self::Rejected(_) => TaskState::Rejected,
        }
    }
}

/// A skill could not do its work.
///
/// The caller hears the public message alone; the cause goes to the log.
#[derive(Debug, thiserror::Error)]
#[error("{public}")]
pub struct SkillError {
    public: String,
    is_transient: bool,
    #[source]
    cause: Option<Box<dyn Error + Send + Sync>>,
    is_denial: bool,
}

impl SkillError {
    /// A failure that the caller may hear of in these words.
    pub fn new(public: impl Into<String>) -> Self {
        Self {
            public: public.into(),
            is_transient: false,
            cause: None,
            is_denial: false,
        }
    }

    /// The caller may not have what it asks for: the task is rejected, and these words are its
    /// artifact, where callers of the 0.3 generation look for the answer.
    ///
    /// [`SkillContext::require`](crate::SkillContext::require) makes it for a scope.
    pub fn denied(words: impl Into<String>) -> Self {
        Self {
            is_denial: true,
            ..Self::new(words)
        }
    }

    /// A failure whose cause is none of the caller's business.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new("The skill failed.")
        }
    }

    /// The skill did not end in time.
    #[must_use]
    pub fn too_late() -> Self {
        Self::new("The skill took too long.")
    }

    /// Adds what the log should know.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Whether the caller was denied what it asked for.
    #[must_use]
    pub const fn is_denial(&self) -> bool {
        self.is_denial
    }

    /// Marks a failure that is not for good: another attempt may fare better.
    #[must_use]
    pub const fn transient(mut self) -> Self {
        self.is_transient = true;
        self
    }

    /// Whether another attempt may fare better.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        self.is_transient
    }

    /// What the caller hears.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }
}
