//! The forms in which issuers write scopes.

use super::{Policy, VerifyError};
use crate::{
    json::Node,
    scope::{Scope, ScopeSet},
};

/// Reads a scope claim: a list in one text, separated by spaces (RFC 8693 §4.2) or commas, or an
/// array of texts.
///
/// # Errors
/// What is neither is a bad token. Taking it for "no scopes" would hide the fault, and taking a
/// part of it would be a guess.
pub(crate) fn read(node: &Node<'_>) -> Result<ScopeSet, VerifyError> {
    match node {
        Node::Text(text) => {
            let names = text.split([' ', ',']);
            collect(names.filter(|name| !name.is_empty()))
        }
        Node::Texts(texts) => collect(texts.iter()),
        _ => Err(INVALID),
    }
}

/// What two scope claims say together: the same, in whatever order, or a fault.
pub(super) fn agree(
    earlier: Option<Result<ScopeSet, VerifyError>>,
    later: Result<ScopeSet, VerifyError>,
) -> Result<ScopeSet, VerifyError> {
    let later = later?;
    let Some(earlier) = earlier.transpose()? else {
        return Ok(later);
    };
    let same =
        earlier.len() == later.len() && later.iter().all(|scope| earlier.contains(scope.as_str()));
    if same {
        Ok(earlier)
    } else {
        Err(VerifyError::ConflictingScopes)
    }
}

const INVALID: VerifyError = VerifyError::InvalidClaim("scope");

fn collect(names: impl Iterator<Item = impl AsRef<str>>) -> Result<ScopeSet, VerifyError> {
    let parse = |(count, name): (usize, _)| match Scope::parse(AsRef::as_ref(&name)) {
        Ok(scope) if count < Policy::MAX_SCOPES => Ok(scope),
        _ => Err(INVALID),
    };
    names.enumerate().map(parse).collect()
}
