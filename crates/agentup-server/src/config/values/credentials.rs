//! What belongs to credentials: the name of a header, and a moment.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use http::HeaderName;
use serde_json::json;

use super::Kind;

/// The name of a header that carries a credential.
pub(in super::super) struct CredentialHeader;

/// Headers that mean something else to HTTP, to proxies or to this protocol.
const TAKEN: [&str; 12] = [
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "dpop",
    "expect",
    "host",
    "origin",
    "transfer-encoding",
    "x-request-id",
];

impl Kind for CredentialHeader {
    type Value = HeaderName;

    fn read(&self, text: &str) -> Result<HeaderName, String> {
        let name: HeaderName = text
            .parse()
            .map_err(|_| format!("is not {}", self.expected()))?;
        if TAKEN.contains(&name.as_str()) {
            return Err("is a header with another meaning".to_owned());
        }
        Ok(name)
    }

    fn expected(&self) -> String {
        "the name of a header such as X-API-Key".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        // RFC 9110 §5.6.2.
        json!({"type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"})
    }

    fn show(&self, value: &HeaderName) -> serde_yaml::Value {
        value.as_str().into()
    }
}

/// A moment of RFC 3339, not before the epoch.
pub(in super::super) struct Moment;

impl Kind for Moment {
    type Value = DateTime<FixedOffset>;

    fn read(&self, text: &str) -> Result<Self::Value, String> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .filter(|moment| moment.timestamp() >= 0)
            .ok_or_else(|| format!("is not {}", self.expected()))
    }

    fn expected(&self) -> String {
        "a moment such as 2027-01-31T00:00:00Z".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        json!({"type": "string", "format": "date-time"})
    }

    fn show(&self, value: &Self::Value) -> serde_yaml::Value {
        value.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
    }
}
