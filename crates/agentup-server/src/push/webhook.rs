//! A webhook that was found fit: its address, and the headers of what it gets.

use std::{fmt, sync::Arc};

use agentup_auth::remote::guard::Guard;
use agentup_protocol::{
    A2aError, AuthenticationInfo, Generation, Secret, TaskPushNotificationConfig,
};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use reqwest::Url;

use super::Push;

/// The token of the configuration, by which the receiver knows that it is meant.
const TOKEN: HeaderName = HeaderName::from_static("x-a2a-notification-token");

/// The longest id and address, in bytes.
const MAX_ID: usize = 256;
const MAX_URL: usize = 2048;

/// The longest token and credentials, in bytes: most servers take a head of 8 KiB.
const MAX_SECRET: usize = 4096;

/// Where notifications of a task go. It is not yet one of the task's.
#[derive(Clone)]
pub(crate) struct Webhook {
    pub(super) config: TaskPushNotificationConfig,
    /// That of the request which named it; it decides the form of the body.
    pub(super) generation: Generation,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    /// Who delivers.
    pub(super) push: Arc<Push>,
}

impl Webhook {
    /// Checks a configuration. `parent` is the path of its members in the request, for faults.
    ///
    /// # Errors
    /// When nothing could ever be sent there: the address is bad or forbidden as it stands, or
    /// something cannot be put into a header.
    pub(super) fn new(
        config: TaskPushNotificationConfig,
        generation: Generation,
        parent: &str,
        guard: &Guard,
        push: &Arc<Push>,
    ) -> Result<Self, A2aError> {
        let wrong =
            |member: &str, what: String| A2aError::invalid_param(format!("{parent}{member}"), what);
        if config.id.as_ref().is_some_and(|id| id.len() > MAX_ID) {
            return Err(wrong("id", format!("has more than {MAX_ID} bytes")));
        }
        if config.url.len() > MAX_URL {
            return Err(wrong("url", format!("has more than {MAX_URL} bytes")));
        }
        let url = Url::parse(&config.url);
        let url = url.map_err(|_| wrong("url", "is not an absolute URL".to_owned()))?;
        let checked = guard.check_url(&url);
        checked.map_err(|refused| wrong("url", refused.to_string()))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type(generation));
        if let Some(token) = &config.token {
            let value = secret_value(token.expose()).map_err(|what| wrong("token", what))?;
            headers.insert(TOKEN, value);
        }
        if let Some(value) = config.authentication.as_ref().and_then(authorization) {
            let value = value.map_err(|what| wrong("authentication", what));
            headers.insert(AUTHORIZATION, value?);
        }
        Ok(Self {
            config,
            generation,
            url,
            headers,
            push: Arc::clone(push),
        })
    }

    /// Whose notifications they are, without what may be secret in an address.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

const fn content_type(generation: Generation) -> HeaderValue {
    HeaderValue::from_static(match generation {
        Generation::V03 => "application/json",
        Generation::V10 => "application/a2a+json",
    })
}

/// The scheme and the credentials (RFC 9110 §11.4). A scheme alone is a wish that nothing was given
/// to fulfill.
fn authorization(authentication: &AuthenticationInfo) -> Option<Result<HeaderValue, String>> {
    let credentials = authentication.credentials.as_ref().map(Secret::expose);
    let credentials = credentials.filter(|credentials| !credentials.is_empty())?;
    let scheme = &authentication.scheme;
    if !scheme.bytes().all(is_token_byte) {
        return Some(Err("has a scheme that is none of HTTP".to_owned()));
    }
    Some(secret_value(&format!("{scheme} {credentials}")))
}

/// RFC 9110 §5.6.2.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A value that is not written to logs.
fn secret_value(text: &str) -> Result<HeaderValue, String> {
    if text.len() > MAX_SECRET {
        return Err(format!("has more than {MAX_SECRET} bytes"));
    }
    let value = HeaderValue::from_str(text);
    let mut value = value.map_err(|_| "cannot be put into a header".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("host", &self.host())
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
