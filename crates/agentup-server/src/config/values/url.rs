//! Addresses on the web.

use std::net::IpAddr;

use http::{HeaderValue, Uri};
use serde_json::json;

use super::Kind;

/// How an address on the web begins.
const WEB_PATTERN: &str = "^[hH][tT][tT][pP][sS]?://[^/]";

/// An address that people or clients may follow.
pub(in super::super) struct WebUrl;

/// An address that keys are fetched from. Whoever can change what comes from there can sign, so it
/// is https, or plain http from the same machine.
pub(in super::super) struct KeyUrl;

impl Kind for WebUrl {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, String> {
        parts(text).ok_or_else(|| format!("is not {}", self.expected()))?;
        Ok(text.to_owned())
    }

    fn expected(&self) -> String {
        "an absolute http or https URL without a password".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        json!({"type": "string", "pattern": WEB_PATTERN})
    }

    fn show(&self, value: &String) -> serde_yaml::Value {
        value.as_str().into()
    }

    /// A URL that is refused may have a password.
    fn is_secret(&self) -> bool {
        true
    }
}

impl Kind for KeyUrl {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, String> {
        match parts(text) {
            Some(Parts { is_https, host }) if is_https || is_loopback(&host) => Ok(text.to_owned()),
            Some(_) => {
                Err("is not https; plain http is for keys from this machine only".to_owned())
            }
            None => Err(format!("is not {}", self.expected())),
        }
    }

    fn expected(&self) -> String {
        "an absolute https URL without a password".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        json!({"type": "string", "pattern": WEB_PATTERN})
    }

    fn show(&self, value: &String) -> serde_yaml::Value {
        value.as_str().into()
    }

    /// A URL that is refused may have a password.
    fn is_secret(&self) -> bool {
        true
    }
}

/// A host by its name or address, without scheme and port.
pub(in super::super) struct HostName;

impl Kind for HostName {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, String> {
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if bare.parse::<IpAddr>().is_ok() || !text.is_empty() && text.bytes().all(is_name) {
            Ok(text.to_owned())
        } else {
            Err(format!("is not {}", self.expected()))
        }
    }

    fn expected(&self) -> String {
        "the name or the address of a host, without scheme and port".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        json!({"type": "string", "pattern": "^[A-Za-z0-9._:\\[\\]-]+$"})
    }

    fn show(&self, value: &String) -> serde_yaml::Value {
        value.as_str().into()
    }
}

/// The origin of web pages (RFC 6454 §6.1), or `*` for all.
pub(in super::super) struct Origin;

impl Kind for Origin {
    type Value = HeaderValue;

    fn read(&self, text: &str) -> Result<HeaderValue, String> {
        let wrong = || format!("is not {}", self.expected());
        let is_bare = text.matches('/').count() == 2;
        if text != "*" && (!is_bare || parts(text).is_none()) {
            return Err(wrong());
        }
        HeaderValue::try_from(text.to_ascii_lowercase()).map_err(|_| wrong())
    }

    fn expected(&self) -> String {
        "an origin such as https://app.example, without a path, or `*`".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        json!({"type": "string", "pattern": "^(\\*|[hH][tT][tT][pP][sS]?://[^/]+)$"})
    }

    fn show(&self, value: &HeaderValue) -> serde_yaml::Value {
        value.to_str().unwrap_or_default().into()
    }
}

/// Whether only this machine can reach the host.
pub(in super::super) fn is_loopback(host: &str) -> bool {
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

struct Parts {
    is_https: bool,
    host: String,
}

/// A user or password in a URL would end up in logs and on the agent's card.
fn parts(text: &str) -> Option<Parts> {
    let uri: Uri = text.parse().ok()?;
    let is_https = match uri.scheme_str()? {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let authority = uri.authority()?;
    let host = authority.host();
    if host.is_empty() || authority.as_str().contains('@') {
        return None;
    }
    Some(Parts {
        is_https,
        host: host.to_owned(),
    })
}
