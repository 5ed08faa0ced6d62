//! The caller's own token, for a skill that acts on the caller's behalf elsewhere.

use std::fmt;

use reqwest::header::HeaderValue;

/// The value of the header `Authorization` that the caller was admitted by: `Bearer` and a token
/// that has been verified. Only a run of a skill that is configured to pass it on has it.
#[derive(Clone)]
pub struct CallerToken(HeaderValue);

impl CallerToken {
    /// The value of the header, if it is a bearer token (`RFC 6750 §2.1`). A token that is bound
    /// to a key of the caller is of no use to anybody else.
    #[must_use]
    pub fn new(header: &HeaderValue) -> Option<Self> {
        let scheme = header.as_bytes().get(..7)?;
        if !scheme.eq_ignore_ascii_case(b"bearer ") {
            return None;
        }
        let mut header = header.clone();
        header.set_sensitive(true);
        Some(Self(header))
    }

    /// The value to be sent as `Authorization`.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for CallerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallerToken(…)")
    }
}
