//! The words of a request's line: what has happened.

use std::fmt::{self, Write};

use agentup_auth::{Denied, Principal, ScopeSet};

use crate::telemetry::line::none;

/// What has happened, for people and for those who search.
pub(super) enum Words<'a> {
    /// These, and no more.
    Only(&'static str),
    /// These, and what they are about.
    About(&'static str, &'a str),
    /// A skill was called.
    Called {
        principal: &'a Principal,
        skill: &'a str,
    },
    /// A caller was denied.
    Denied(&'a Denied),
}

impl Words<'_> {
    pub(super) fn write(&self, to: &mut impl Write) -> fmt::Result {
        match self {
            Self::Only(words) => to.write_str(words),
            Self::About(words, about) => {
                to.write_str(words)?;
                to.write_str(about)
            }
            // In pieces: `write!` takes longer than all of them, and every call has such a line.
            Self::Called { principal, skill } => {
                to.write_str("User ")?;
                word(principal.id().subject(), to)?;
                to.write_str(" accessing ")?;
                to.write_str(skill)?;
                listed(principal.granted(), to)
            }
            Self::Denied(denied) => {
                write!(to, "Authorization failed for {}: ", denied.skill)?;
                match denied.scope() {
                    Some(scope) => write!(to, "missing {scope} scope"),
                    None => write!(to, "unmet condition on claims: {}", denied.unmet.join(", ")),
                }
            }
        }
    }
}

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// A subject within a message: as it is if it is one word, else in quotes, so that it cannot pass for
/// something else that is told.
fn word(subject: &str, to: &mut impl Write) -> fmt::Result {
    if none(subject.as_bytes(), |it| {
        it.is_unseen() | it.is(b' ') | it.is(b'"') | it.is(b'=')
    }) {
        to.write_str(subject)
    } else {
        write!(to, "{subject:?}")
    }
}

/// Scopes in the form in which the log has them: `['basic', 'premium']`.
fn listed(scopes: &ScopeSet, to: &mut impl Write) -> fmt::Result {
    to.write_str(" with scopes: [")?;
    let mut before = "'";
    for scope in scopes {
        to.write_str(before)?;
        to.write_str(scope.as_str())?;
        before = "', '";
    }
    to.write_str(if scopes.is_empty() { "]" } else { "']" })
}
