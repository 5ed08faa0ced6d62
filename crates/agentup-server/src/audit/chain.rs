//! The chain: each event holds the hash of the one before, so that none can be changed, taken out
//! or put elsewhere without all that follow telling of it.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value};

/// What stands in place of a hash before the first event.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The end of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The number of the last event; 0 before the first one.
    pub(crate) seq: u64,
    /// The hash of the last event, if it has one.
    pub(crate) hash: Option<String>,
}

impl Head {
    /// The end of a chain that has no event yet.
    pub(super) const fn new() -> Self {
        Self { seq: 0, hash: None }
    }

    /// The end of a chain whose last event is this one. None for what is no event.
    pub(super) fn of(event: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            seq: event.get("seq")?.as_u64()?,
            hash: event.get("hash").and_then(Value::as_str).map(str::to_owned),
        })
    }

    /// Puts an event behind the last one: numbers it and, if `chained`, gives it its hashes.
    pub(super) fn append(&mut self, event: &mut Map<String, Value>, chained: bool) {
        self.seq = self.seq.saturating_add(1);
        event.insert("seq".to_owned(), self.seq.into());
        if chained {
            let before = self.hash.take().unwrap_or_else(|| NOTHING.to_owned());
            event.insert("prev".to_owned(), before.into());
            let hash = hash(event);
            event.insert("hash".to_owned(), hash.clone().into());
            self.hash = Some(hash);
        } else {
            self.hash = None;
        }
    }
}

/// The hash that belongs to an event: of its canonical form (RFC 8785) without its own hash.
pub(super) fn hash(event: &Map<String, Value>) -> String {
    let mut rest = event.clone();
    rest.remove("hash");
    // The members of an event are texts, whole numbers and lists of texts, all of which have one.
    let canonical = serde_json_canonicalizer::to_vec(&rest).unwrap_or_default();
    let mut text = String::with_capacity(NOTHING.len());
    for byte in digest(&SHA256, &canonical).as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
