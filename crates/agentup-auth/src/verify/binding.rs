//! The key that a token is bound to (`cnf`, RFC 7800): without a proof such a token may be stolen.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::VerifyError;
use crate::keys::Thumbprint;

/// What `cnf` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// There is none: whoever has the token may use it.
    None,
    /// A key that proofs are signed with (`jkt`, RFC 9449 §6.1).
    Key(Thumbprint),
    /// Something that cannot be proved here, such as a certificate (`x5t#S256`, RFC 8705 §3.1), or
    /// more than one thing. Never taken for "none".
    Other,
}

#[derive(Deserialize)]
struct Confirmed {
    cnf: Map<String, Value>,
}

impl Binding {
    /// Reads `cnf` from a payload that has one and that was read strictly before.
    pub(super) fn read(payload: &str) -> Self {
        let Ok(Confirmed { cnf }) = serde_json::from_str(payload) else {
            return Self::Other;
        };
        let thumbprint = match cnf.get("jkt") {
            Some(Value::String(text)) if cnf.len() == 1 => Thumbprint::parse(text),
            _ => None,
        };
        thumbprint.map_or(Self::Other, Self::Key)
    }

    /// For a token that comes by itself.
    pub(super) const fn check_absent(&self) -> Result<(), VerifyError> {
        match self {
            Self::None => Ok(()),
            Self::Key(_) | Self::Other => Err(VerifyError::ProofRequired),
        }
    }

    /// The key of a token that a proof comes with.
    pub(super) const fn key(&self) -> Result<Thumbprint, VerifyError> {
        match self {
            Self::Key(key) => Ok(*key),
            Self::None => Err(VerifyError::NotBound),
            Self::Other => Err(VerifyError::ProofRequired),
        }
    }
}
