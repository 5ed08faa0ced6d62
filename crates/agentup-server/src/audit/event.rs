//! Events: what is recorded. Their names and members are part of the interface: they are only added
//! to, and `docs/audit.schema.json` describes them.

use std::net::IpAddr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::About;

/// The version of what `docs/audit.schema.json` describes.
const SCHEMA: u64 = 1;

/// Something that has happened, and when.
#[derive(Debug)]
pub(crate) struct Event {
    time: DateTime<Utc>,
    what: What,
}

/// What has happened. No token, no secret and no claim but issuer and subject is in it.
#[derive(Debug, Serialize)]
#[serde(tag = "event")]
pub(crate) enum What {
    /// The server accepts requests.
    #[serde(rename = "server.started")]
    Started {
        address: String,
        version: &'static str,
    },
    /// The server has ended its work.
    #[serde(rename = "server.stopped")]
    Stopped,
    /// A credential was not accepted, or there was none. The caller is not known.
    #[serde(rename = "authentication.refused")]
    AuthenticationRefused {
        code: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        scheme: Option<&'static str>,
        #[serde(flatten)]
        about: About,
    },
    /// So many more were not accepted, of which there is no event of their own.
    #[serde(rename = "authentication.refused_more")]
    AuthenticationRefusedMore { requests: u64 },
    /// A caller lacks what a skill requires.
    #[serde(rename = "authorization.denied")]
    AuthorizationDenied {
        code: &'static str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        missing_scopes: Vec<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        unmet_claims: Vec<String>,
        #[serde(flatten)]
        about: About,
    },
    /// A skill was called of which every call is recorded.
    #[serde(rename = "skill.called")]
    SkillCalled {
        code: &'static str,
        #[serde(flatten)]
        about: About,
    },
    /// Somebody asks more often than is allowed.
    #[serde(rename = "rate.limited")]
    RateLimited {
        code: &'static str,
        #[serde(flatten)]
        about: About,
    },
    /// So many more requests came too often, of which there is no event of their own.
    #[serde(rename = "rate.limited_more")]
    RateLimitedMore { requests: u64 },
    /// A client got no TLS connection.
    #[serde(rename = "tls.refused")]
    TlsRefused { code: &'static str, client: IpAddr },
    /// So many more got none, of whom there is no event of their own.
    #[serde(rename = "tls.refused_more")]
    TlsRefusedMore { handshakes: u64 },
    /// A limit of the whole server is reached: what is above it is turned away from now on.
    #[serde(rename = "overload.began")]
    OverloadBegan { limit: &'static str },
    /// Nothing was turned away any more.
    #[serde(rename = "overload.ended")]
    OverloadEnded {
        limit: &'static str,
        turned_away: u64,
        seconds: u64,
    },
    /// The keys of an issuer are other ones now.
    #[serde(rename = "keys.changed")]
    KeysChanged {
        issuer: String,
        keys: usize,
        skipped: usize,
        exposed: usize,
    },
    /// The keys of an issuer cannot be fetched; those that are there hold.
    #[serde(rename = "keys.fetch_failed")]
    KeysFetchFailed {
        issuer: String,
        code: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        age_seconds: Option<u64>,
    },
    /// The keys of an issuer are too old to be trusted any more.
    #[serde(rename = "keys.discarded")]
    KeysDiscarded { issuer: String },
    /// The configuration was loaded anew.
    #[serde(rename = "config.reloaded")]
    ConfigReloaded,
    /// A configuration cannot be used; the old one holds.
    #[serde(rename = "config.refused")]
    ConfigRefused { reason: String },
    /// A file that is followed has changed: revoked tokens, API keys.
    #[serde(rename = "file.changed")]
    FileChanged { file: String, detail: String },
    /// A file that is followed has changed and cannot be used; what it said before holds.
    #[serde(rename = "file.refused")]
    FileRefused { file: String, reason: String },
    /// Too much came at once: so many events are not recorded.
    #[serde(rename = "audit.lost")]
    Lost { events: u64 },
    /// The file was opened. What stood behind its last whole event was cut off.
    #[serde(rename = "audit.opened")]
    Opened {
        #[serde(skip_serializing_if = "is_zero")]
        cut_bytes: u64,
    },
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde gives it like this"
)]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Event {
    pub(super) const fn new(time: DateTime<Utc>, what: What) -> Self {
        Self { time, what }
    }

    /// When it happened.
    pub(super) const fn time(&self) -> DateTime<Utc> {
        self.time
    }

    /// As it is written, but for its place in the chain.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        let time = self.time.to_rfc3339_opts(SecondsFormat::Micros, true);
        let mut event = Map::new();
        event.insert("schema".to_owned(), SCHEMA.into());
        // Its place is before what is told, where people look first.
        event.insert("seq".to_owned(), Value::Null);
        event.insert("time".to_owned(), time.into());
        if let Ok(Value::Object(members)) = serde_json::to_value(&self.what) {
            event.extend(members);
        }
        event
    }
}
