//! The credential as it arrives: from the values of the `Authorization` header to one token.

use std::fmt;

pub(crate) mod header;

/// A bearer token that nobody has looked into yet, borrowed from where it arrived.
///
/// It says its length and nothing else: `Debug` is redacted and there is no `Display`.
#[derive(Clone, Copy)]
pub struct BearerToken<'a>(&'a [u8]);

/// The authorization scheme that a token came with (RFC 9110 §11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `Bearer`: whoever has the token may use it (RFC 6750 §2.1).
    Bearer,
    /// `DPoP`: the token is good only with a proof (RFC 9449 §7.1).
    Dpop,
}

/// Why the `Authorization` header has no usable token in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Two headers, or two credentials in one: which one counts must not be guessed
    /// (RFC 6750 §3.1, `invalid_request`).
    #[error("the request has more than one credential")]
    TwoCredentials,
    /// The scheme is none that is accepted, or nothing separates it from the token.
    #[error("the authorization scheme is not accepted")]
    NotBearer,
    /// The scheme is there and the token is not.
    #[error("the bearer token is empty")]
    EmptyToken,
    /// What follows the scheme has bytes that no token has (RFC 6750 §2.1, `b64token`).
    #[error("the bearer token has characters that no token has")]
    NotAToken,
}

impl<'a> BearerToken<'a> {
    /// A token that was given by itself, without a header around it.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(text.as_bytes())
    }

    /// The token itself. For forwarding it to where it belongs; never for a log.
    #[must_use]
    pub const fn expose(&self) -> &'a [u8] {
        self.0
    }

    /// Looks at each byte of it.
    ///
    /// # Errors
    /// When one is there that no token has (RFC 6750 §2.1, `b64token`).
    pub fn check(&self) -> Result<(), CredentialError> {
        if is_token(self.0) {
            Ok(())
        } else if self.0.contains(&b',') {
            // Proxies join repeated headers with a comma, which no token has.
            Err(CredentialError::TwoCredentials)
        } else {
            Err(CredentialError::NotAToken)
        }
    }
}

impl fmt::Debug for BearerToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BearerToken({} bytes)", self.0.len())
    }
}

impl CredentialError {
    /// A name for logs and metrics. Part of the interface: renaming one breaks dashboards.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TwoCredentials => "two_credentials",
            Self::NotBearer => "not_bearer",
            Self::EmptyToken => "empty_token",
            Self::NotAToken => "not_a_token",
        }
    }

    /// What the caller is told.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::TwoCredentials => "Request has more than one credential",
            _ => "Invalid JWT token format",
        }
    }
}

/// Finds the bearer token in all values of the `Authorization` header of one request.
///
/// As [`credential`], for those who accept no other scheme than `Bearer`.
///
/// # Errors
/// When there is more than one credential, or the one there is no bearer token.
pub fn bearer_token<'a>(
    values: impl Iterator<Item = &'a [u8]>,
) -> Result<Option<BearerToken<'a>>, CredentialError> {
    match credential(values)? {
        None => Ok(None),
        Some((Scheme::Bearer, token)) => Ok(Some(token)),
        Some((Scheme::Dpop, _)) => Err(CredentialError::NotBearer),
    }
}

/// Finds the token in all values of the `Authorization` header of one request, with its scheme.
///
/// No header at all is `Ok(None)`. The scheme's case does not count (RFC 9110 §11.1); the token
/// starts after one or more spaces (RFC 9110 §11.4). Tokens elsewhere (query, body, cookie) are
/// not looked for: RFC 6750 §2.2 and §2.3 are not supported, on purpose.
///
/// # Errors
/// When there is more than one credential, or the one there is no token of a known scheme.
pub fn credential<'a>(
    values: impl Iterator<Item = &'a [u8]>,
) -> Result<Option<(Scheme, BearerToken<'a>)>, CredentialError> {
    let found = unread_credential(values)?;
    if let Some((_, token)) = &found {
        token.check()?;
    }
    Ok(found)
}

/// As [`credential`], for those who may know the token by heart: its bytes are not looked at. Who
/// refuses it looks at them with [`BearerToken::check`] first, for that is the better reason.
///
/// # Errors
/// As [`credential`], but for the bytes of the token.
pub fn unread_credential<'a>(
    mut values: impl Iterator<Item = &'a [u8]>,
) -> Result<Option<(Scheme, BearerToken<'a>)>, CredentialError> {
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(CredentialError::TwoCredentials);
    }
    let (scheme, rest) = scheme(value).ok_or(CredentialError::NotBearer)?;
    let token = match rest {
        [] => return Err(CredentialError::EmptyToken),
        [b' ', ..] => after_spaces(rest),
        _ => return Err(CredentialError::NotBearer),
    };
    if token.is_empty() {
        return Err(CredentialError::EmptyToken);
    }
    Ok(Some((scheme, BearerToken(token))))
}

/// The scheme that a value begins with, and what follows it.
fn scheme(value: &[u8]) -> Option<(Scheme, &[u8])> {
    [(&b"bearer"[..], Scheme::Bearer), (b"dpop", Scheme::Dpop)]
        .into_iter()
        .find_map(|(name, scheme)| {
            let (start, rest) = value.split_at_checked(name.len())?;
            start.eq_ignore_ascii_case(name).then_some((scheme, rest))
        })
}

/// Whether each byte is one that a token may have. Looks to the end in any case: without a way out,
/// the compiler has many bytes checked at once.
fn is_token(text: &[u8]) -> bool {
    text.iter()
        .fold(true, |all, &byte| all & is_token_byte(byte))
}

/// `b64token` of RFC 6750 §2.1. What a token of ours may have is narrower, and checked later.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "a branch for each would cost more than all of them"
)]
const fn is_token_byte(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    // The digits, and the three signs before them: `-`, `.` and `/`.
    let is_digit_or_sign = byte.wrapping_sub(b'-') <= b'9' - b'-';
    let is_sign = (byte == b'_') | (byte == b'~') | (byte == b'+') | (byte == b'=');
    is_letter | is_digit_or_sign | is_sign
}

/// What is left after the spaces. Tabs and newlines are not spaces here.
const fn after_spaces(mut text: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests;
