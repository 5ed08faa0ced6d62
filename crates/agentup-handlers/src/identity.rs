//! What the service hears of the caller in headers.

use std::fmt::Write as _;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use crate::{SkillContext, SkillError};

const USER: HeaderName = HeaderName::from_static("x-agentup-user");
const ISSUER: HeaderName = HeaderName::from_static("x-agentup-issuer");
const SCOPES: HeaderName = HeaderName::from_static("x-agentup-scopes");

/// What a service hears of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Who it is and which scopes it was granted.
    Headers,
    /// The same, and the caller's token, so that the service can act for it elsewhere.
    Token,
    /// Nothing.
    None,
}

impl Identity {
    /// The headers of a call: the caller and the request.
    pub(crate) fn headers(self, context: &SkillContext) -> Result<HeaderMap, SkillError> {
        let mut headers = HeaderMap::new();
        headers.extend(context.request_header());
        if self == Self::None {
            return Ok(headers);
        }
        for (name, value) in [(USER, context.user_id()), (ISSUER, context.issuer())] {
            if let Some(value) = value {
                headers.insert(name, text(&escaped(value))?);
            }
        }
        // The grammar of scopes has nothing that a header has not (RFC 6749 §3.3).
        headers.insert(SCOPES, text(&context.user_scopes().join_or(" ", ""))?);
        if self == Self::Token {
            let token = context.caller_token().ok_or_else(|| {
                SkillError::new("This skill acts for its caller and needs a bearer token.")
            })?;
            headers.insert(AUTHORIZATION, token.header());
        }
        Ok(headers)
    }
}

fn text(value: &str) -> Result<HeaderValue, SkillError> {
    HeaderValue::try_from(value).map_err(SkillError::internal)
}

/// A value with everything but visible ASCII percent-encoded (RFC 3986 §2.1), and the percent sign
/// with it: so no two values have one form, and each survives the trip.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_users_have_one_header() {
        for (value, header) in [
            ("alice@example.org", "alice@example.org"),
            ("auth0|1", "auth0|1"),
            ("jürgen", "j%C3%BCrgen"),
            ("j%C3%BCrgen", "j%25C3%25BCrgen"),
            (" a\r\nX-Agentup-User: b", "%20a%0D%0AX-Agentup-User:%20b"),
        ] {
            assert_eq!(escaped(value), header);
        }
    }
}
