//! Scopes: what a token grants, what the configured hierarchy makes of it.

use std::{fmt, sync::Arc};

mod graph;

pub use graph::{EffectiveScopes, GraphError, ScopeGraph};

/// The scope that every authenticated principal holds: being authenticated is all it asks.
pub const PUBLIC: &str = "public";

/// One scope, a name without spaces or commas (RFC 6749 §3.3).
///
/// The grammar of the RFC allows a comma inside a scope. Here it separates scopes, because tokens
/// of the `basic,premium` form are accepted; a scope with a comma could never be granted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope(Arc<str>);

/// Why a text is not a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeError {
    /// The text is empty.
    #[error("a scope must not be empty")]
    Empty,
    /// The text is longer than [`Scope::MAX_BYTES`].
    #[error("a scope is at most 255 bytes long")]
    TooLong,
    /// The text has a byte outside the grammar, or a comma.
    #[error("a scope has printable ASCII only, and no space, comma, quote or backslash")]
    BadCharacter,
}

impl Scope {
    /// The longest scope accepted, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Reads one scope.
    ///
    /// # Errors
    /// When the text is empty, too long, or not of the grammar of RFC 6749 §3.3 less the comma.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() {
            return Err(ScopeError::Empty);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(ScopeError::TooLong);
        }
        if !text.bytes().all(is_scope_byte) {
            return Err(ScopeError::BadCharacter);
        }
        Ok(Self(text.into()))
    }

    /// The scope's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `%x21 / %x23-5B / %x5D-7E` of RFC 6749 §3.3, less the comma.
const fn is_scope_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E) && byte != b','
}

/// Scopes in the order in which they were granted, each once. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeSet(Arc<[Scope]>);

impl ScopeSet {
    /// Whether the set has this very scope. The hierarchy is not asked.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|scope| scope.as_str() == name)
    }

    /// The scopes, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Scope> {
        self.0.iter()
    }

    /// How many scopes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, separated by `separator`; `none` when there are none.
    #[must_use]
    pub fn join_or(&self, separator: &str, none: &str) -> String {
        if self.0.is_empty() {
            return none.to_owned();
        }
        self.0
            .iter()
            .map(Scope::as_str)
            .collect::<Vec<_>>()
            .join(separator)
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut set: Vec<Scope> = Vec::new();
        for scope in scopes {
            if !set.contains(&scope) {
                set.push(scope);
            }
        }
        Self(set.into())
    }
}

impl<'a> IntoIterator for &'a ScopeSet {
    type Item = &'a Scope;
    type IntoIter = std::slice::Iter<'a, Scope>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests;
