//! An HTTP status other than 200, with what the server says about it in headers and body.

mod challenge;

use std::fmt::{self, Write as _};

use reqwest::{
    StatusCode,
    header::{HeaderMap, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde_json::Value;

use crate::{console::one_line, http::Answer};

/// What the server answered instead of a result.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// `error_description` of the challenge (RFC 6750 §3), else the message of the body.
    pub(crate) description: Option<String>,
    /// The scopes that the challenge asks for.
    pub(crate) scope: Option<String>,
    location: Option<String>,
    retry_after: Option<String>,
}

impl Refusal {
    pub(crate) fn new(answer: &Answer) -> Self {
        let header = |name| header(&answer.headers, name);
        let challenge = answer
            .headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
            .find_map(challenge::bearer)
            .unwrap_or_default();
        Self {
            status: answer.status,
            description: challenge.description.or_else(|| message(&answer.body)),
            scope: challenge.scope,
            location: answer
                .status
                .is_redirection()
                .then(|| header(LOCATION))
                .flatten(),
            retry_after: header(RETRY_AFTER),
        }
    }
}

/// One line with the status, then what else is known, a line each.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status.as_u16())?;
        let mut line = |label: &str, text: &Option<String>| match text {
            Some(text) => write!(f, "\n   {label}{}", one_line(text)),
            None => Ok(()),
        };
        line("", &self.description)?;
        line("Scope needed: ", &self.scope)?;
        line(
            "Redirects are not followed; this one leads to ",
            &self.location,
        )?;
        line("Retry after (seconds or date): ", &self.retry_after)
    }
}

fn header(headers: &HeaderMap, name: reqwest::header::HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The message of an error body: JSON-RPC and `google.rpc.Status` (`error.message`), OAuth
/// (`error_description`), problem details (`detail`), or a bare `error` or `message`.
fn message(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    let message = [
        "/error/message",
        "/error_description",
        "/detail",
        "/error",
        "/message",
    ]
    .into_iter()
    .find_map(text)?;
    let mut shown = message.to_owned();
    if let Some(code) = body
        .pointer("/error/code")
        .and_then(Value::as_i64)
        .filter(|code| *code < 0)
    {
        // Writing to a string cannot fail.
        let _ = write!(shown, " (JSON-RPC error {code})");
    }
    Some(shown)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn shown(
        status: u16,
        headers: &[(reqwest::header::HeaderName, &'static str)],
        body: &str,
    ) -> String {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        let status = StatusCode::from_u16(status).unwrap();
        Refusal::new(&Answer {
            status,
            headers: headers.collect(),
            body: body.into(),
        })
        .to_string()
    }

    #[test]
    fn the_challenge_is_explained() {
        let challenge = r#"Bearer realm="a", error="insufficient_scope", error_description="More is needed", scope="premium""#;
        assert_eq!(
            shown(
                403,
                &[(WWW_AUTHENTICATE, challenge)],
                r#"{"error":{"message":"not this"}}"#
            ),
            "403\n   More is needed\n   Scope needed: premium"
        );
    }

    #[test]
    fn without_a_description_the_body_is_asked() {
        let bare = [(WWW_AUTHENTICATE, r#"Bearer realm="a""#)];
        for (body, text) in [
            (
                r#"{"error":{"code":401,"message":"Missing credential"}}"#,
                "401\n   Missing credential",
            ),
            (
                r#"{"error":{"code":-32600,"message":"No"}}"#,
                "401\n   No (JSON-RPC error -32600)",
            ),
            (
                r#"{"error":"invalid_token","error_description":"Expired"}"#,
                "401\n   Expired",
            ),
            (r#"{"detail":"Unauthorized"}"#, "401\n   Unauthorized"),
            ("<html>", "401"),
            ("", "401"),
        ] {
            assert_eq!(shown(401, &bare, body), text);
        }
    }

    #[test]
    fn a_redirect_and_a_pause_are_told() {
        assert_eq!(
            shown(307, &[(LOCATION, "https://evil.example/")], ""),
            "307\n   Redirects are not followed; this one leads to https://evil.example/"
        );
        assert_eq!(
            shown(429, &[(RETRY_AFTER, "7")], ""),
            "429\n   Retry after (seconds or date): 7"
        );
        assert_eq!(shown(200, &[(LOCATION, "/")], ""), "200");
    }
}
