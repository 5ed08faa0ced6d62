//! Why a service gave no answer, in words for the log and in others for the caller.

use std::{error::Error as StdError, time::Duration};

use reqwest::StatusCode;

use crate::SkillError;

/// Why a service gave no answer that can be used. Never has what the service said, which may hold
/// what is nobody's business.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// There can be no client: the system has no certificates, for instance.
    #[error("there is no client: {0}")]
    NoClient(String),
    /// No connection was made, so nothing was sent.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
    /// The connection ended before the answer did.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The service points elsewhere, and nobody follows.
    #[error("the answer is a redirect ({0}), which is not followed")]
    Redirect(u16),
    /// A status that is not a success, and how long the service wants to be left alone.
    #[error("the answer has the status {0}")]
    Status(u16, Option<Duration>),
    /// More bytes than may be.
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
    /// The answer is not what was asked for. The words say what it should have been.
    #[error("the answer is not {0}")]
    Senseless(&'static str),
    /// The stream ended before what it tells of did.
    #[error("the stream ended early")]
    HalfStream,
    /// The service says, in its own protocol, that it failed.
    #[error("the service reported a failure ({0})")]
    Reported(String),
}

impl Fault {
    /// Whether another attempt, some time later, may fare better.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Timeout | Self::Broken(_) | Self::HalfStream => true,
            Self::Status(status, _) => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            Self::NoClient(_)
            | Self::Redirect(_)
            | Self::TooLarge(_)
            | Self::Senseless(_)
            | Self::Reported(_) => false,
        }
    }

    /// Its name in traces. Part of the interface.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoClient(_) => "no_client",
            Self::Connect(_) => "connect",
            Self::Timeout => "timeout",
            Self::Broken(_) => "broken",
            Self::Redirect(_) => "redirect",
            Self::Status(..) => "status",
            Self::TooLarge(_) => "too_large",
            Self::Senseless(_) => "senseless",
            Self::HalfStream => "half_stream",
            Self::Reported(_) => "reported",
        }
    }

    /// What the caller hears of it.
    #[must_use]
    pub const fn public(&self) -> &'static str {
        match self {
            Self::NoClient(_) | Self::Connect(_) => {
                "The service behind this skill cannot be reached."
            }
            Self::Timeout => "The service behind this skill did not answer in time.",
            Self::Broken(_) | Self::HalfStream => {
                "The service behind this skill broke off its answer."
            }
            Self::Status(429 | 503, _) => "The service behind this skill is busy; try again later.",
            Self::Redirect(_) | Self::Status(..) | Self::Reported(_) => {
                "The service behind this skill reported a failure."
            }
            Self::TooLarge(_) => "The service behind this skill answered with too much.",
            Self::Senseless(_) => {
                "The service behind this skill gave an answer that cannot be understood."
            }
        }
    }

    /// What went wrong with a request.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        // A connection that takes too long is one that was not made.
        if error.is_connect() {
            Self::Connect(root(error))
        } else if error.is_timeout() {
            Self::Timeout
        } else {
            Self::Broken(root(error))
        }
    }

    pub(super) fn no_client(error: &reqwest::Error) -> Self {
        Self::NoClient(root(error))
    }

    pub(super) fn status(status: StatusCode, wait: Option<Duration>) -> Self {
        Self::Status(status.as_u16(), wait)
    }
}

impl From<Fault> for SkillError {
    fn from(fault: Fault) -> Self {
        let is_transient = fault.is_transient();
        let error = Self::new(fault.public()).caused_by(fault);
        if is_transient {
            error.transient()
        } else {
            error
        }
    }
}

/// The innermost cause, which says most and knows no URL.
fn root(error: &reqwest::Error) -> String {
    let mut innermost = None;
    let mut cause = error.source();
    while let Some(inner) = cause {
        innermost = Some(inner);
        cause = inner.source();
    }
    innermost.map_or_else(|| "the request failed".to_owned(), ToString::to_string)
}
