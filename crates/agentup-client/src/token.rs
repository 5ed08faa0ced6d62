//! The token: taken from where the person keeps it, sent in one header, shown in small part only.

mod claims;
mod source;

use reqwest::header::HeaderValue;
use thiserror::Error;

pub(crate) use claims::UnverifiedClaims;
pub(crate) use source::{TokenArgs, given};

/// Longer than any server takes in a header.
const MAX_BYTES: usize = 64 * 1024;
/// How much of a token is shown at most.
const SHOWN: usize = 50;

/// Why a text cannot be sent as a bearer token. Says nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum TokenError {
    #[error("the token is empty")]
    Empty,
    #[error("the token is longer than 64 KiB")]
    TooLong,
    #[error("the token has spaces or characters that cannot be sent in a header")]
    Unsendable,
}

/// A bearer token, whole and unverified. Has no `Debug` and no `Display`.
pub(crate) struct Token {
    /// `Bearer …`, marked as sensitive, so that the HTTP stack neither prints nor indexes it.
    header: HeaderValue,
    preview: String,
    claims: Option<UnverifiedClaims>,
}

impl Token {
    /// Reads a token, with or without the word `Bearer` that people copy along with it.
    ///
    /// # Errors
    ///
    /// The text is empty, over 64 KiB, or has other characters than visible ASCII.
    pub(crate) fn parse(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        let token = match text.split_once(char::is_whitespace) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim_start(),
            _ => text,
        };
        if token.is_empty() || token.eq_ignore_ascii_case("bearer") {
            return Err(TokenError::Empty);
        }
        if token.len() > MAX_BYTES {
            return Err(TokenError::TooLong);
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Unsendable);
        }
        let mut header =
            HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| TokenError::Unsendable)?;
        header.set_sensitive(true);
        Ok(Self {
            header,
            preview: preview(token),
            claims: UnverifiedClaims::read(token),
        })
    }

    /// The value of the `Authorization` header.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// Its beginning, by which a person recognizes it.
    pub(crate) fn preview(&self) -> &str {
        &self.preview
    }

    /// What the token says of itself, if it is a JWT.
    pub(crate) const fn claims(&self) -> Option<&UnverifiedClaims> {
        self.claims.as_ref()
    }
}

/// The first 50 characters of a long JWT: its header and the start of its payload, never a part of
/// the signature. Of a short JWT less, and of an opaque token, where any part may be the secret one,
/// next to nothing.
fn preview(token: &str) -> String {
    let mut dots = token.match_indices('.').map(|(at, _)| at);
    let signature = dots.nth(1).filter(|_| dots.next().is_none());
    let shown = match signature {
        Some(dot) if token.len() > 2 * SHOWN => dot.min(SHOWN),
        Some(dot) => dot.min(SHOWN / 5),
        None if token.len() >= SHOWN => 4,
        None => 0,
    };
    format!("{}...", token.get(..shown).unwrap_or_default())
}

#[cfg(test)]
mod tests;
