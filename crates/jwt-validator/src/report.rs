//! What was found out about a token: the one thing that both forms of output show.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use crate::claims;

/// What was found out about one token.
pub(crate) struct Report<'a> {
    pub(crate) token: &'a str,
    /// Unix seconds as of which the token was judged.
    pub(crate) now: u64,
    pub(crate) judgment: Judgment,
}

/// The answer, and what it rests on.
pub(crate) struct Judgment {
    /// Header and payload, if the token could be read at all.
    pub(crate) decoded: Option<Decoded>,
    pub(crate) verdict: Verdict,
    /// What was not looked at and might be missed.
    pub(crate) notes: Vec<String>,
    /// What to do next.
    pub(crate) hint: Option<String>,
}

/// Header and payload as they stand in the token. Nothing in them is proven.
pub(crate) struct Decoded {
    pub(crate) header: Map<String, Value>,
    /// The claims; empty when the payload is not an object.
    pub(crate) payload: Map<String, Value>,
    /// The payload of a signature that is not over claims.
    pub(crate) content: Option<Content>,
}

/// A payload that is not a JSON object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Text(String),
    Bytes(Vec<u8>),
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Signature and claims hold.
    Valid {
        /// Which checks were made, beside the signature.
        checked: Checked,
    },
    /// The token cannot be read or was refused: the verifier's code, and the fault in words.
    Refused { code: &'static str, reason: String },
    /// Nobody asked, or there was no key.
    NotVerified(Skipped),
}

/// The claims that were compared with something, beside the times and the form of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) claims: bool,
    pub(crate) issuer: bool,
    pub(crate) audience: bool,
}

/// Why nothing was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skipped {
    NoKey,
    NotWanted,
}

impl Verdict {
    /// The exit status. Part of the interface.
    pub(crate) const fn exit_status(&self) -> u8 {
        match self {
            Self::Valid { .. } => 0,
            Self::Refused { .. } => 1,
            Self::NotVerified(_) => 3,
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Valid { .. } => "valid",
            Self::Refused { .. } => "refused",
            Self::NotVerified(_) => "not_verified",
        }
    }

    /// The code of a refusal, and in words why there is no better answer.
    pub(crate) fn code_and_reason(&self) -> (Option<&'static str>, Option<&str>) {
        match self {
            Self::Refused { code, reason } => (Some(*code), Some(reason)),
            Self::NotVerified(skipped) => (None, Some(skipped.reason())),
            Self::Valid { .. } => (None, None),
        }
    }
}

impl Skipped {
    /// In words, as both forms of output have it.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::NoKey => "no secret provided",
            Self::NotWanted => "--no-verify flag",
        }
    }
}

impl Checked {
    fn names(self) -> Vec<&'static str> {
        let all = [
            ("signature", true),
            ("claims", self.claims),
            ("issuer", self.issuer),
            ("audience", self.audience),
        ];
        all.into_iter()
            .filter_map(|(name, checked)| checked.then_some(name))
            .collect()
    }
}

impl Report<'_> {
    /// The report as one JSON object; names and meanings of its members are part of the interface.
    pub(crate) fn to_json(&self) -> Value {
        let Judgment {
            decoded,
            verdict,
            hint,
            ..
        } = &self.judgment;
        let content = decoded.as_ref().and_then(|it| it.content.as_ref());
        let payload = decoded.as_ref().map(|decoded| &decoded.payload);
        let payload = payload.filter(|_| content.is_none());
        let (code, reason) = verdict.code_and_reason();
        let checked = match verdict {
            Verdict::Valid { checked } => checked.names(),
            _ => Vec::new(),
        };
        let mut report = json!({
            "header": decoded.as_ref().map(|decoded| &decoded.header),
            "payload": payload,
            "verdict": verdict.word(),
            "code": code,
            "reason": reason,
            "hint": hint,
            "checked": checked,
            "expires_in_seconds": payload.and_then(|payload| claims::expires_in(payload, self.now)),
            "scopes": payload.and_then(claims::scopes),
            "user": payload.map(|payload| {
                claims::user(payload).map(|(name, value)| (name.to_owned(), value.clone())).collect::<Map<_, _>>()
            }),
        });
        if let (Some(content), Some(members)) = (content, report.as_object_mut()) {
            members.insert("content".to_owned(), content.to_json());
        }
        report
    }
}

impl Content {
    /// What the bytes are: text if they can be.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Bytes(error.into_bytes()),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => json!({ "text": text }),
            Self::Bytes(bytes) => json!({ "base64url": URL_SAFE_NO_PAD.encode(bytes) }),
        }
    }
}
