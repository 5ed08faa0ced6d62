//! From the bytes of a body to a request that borrows from them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Id;
use super::response::raw;
use crate::{A2aError, ErrorKind};

/// A request as it came in; its parameters are still text.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What the answer must repeat.
    pub id: Id<'a>,
    /// The name of the method, not yet looked up.
    pub method: Cow<'a, str>,
    /// The parameters, not yet read.
    pub params: Option<&'a RawValue>,
}

/// A body that is no request, and the id to answer it with.
#[derive(Debug)]
pub struct Rejected<'a> {
    /// The id, if one could be read in spite of the fault; else null.
    pub id: Id<'a>,
    /// What is wrong with the body.
    pub error: A2aError,
}

/// A request to send.
#[derive(Clone, Debug, Serialize)]
pub struct Call<'a, P> {
    jsonrpc: &'static str,
    id: Id<'a>,
    method: &'a str,
    params: P,
}

impl<'a, P: Serialize> Call<'a, P> {
    /// A request to send.
    #[must_use]
    pub const fn new(id: Id<'a>, method: &'a str, params: P) -> Self {
        Self {
            jsonrpc: "2.0",
            id,
            method,
            params,
        }
    }
}

impl<'a> Request<'a> {
    /// Reads the envelope of a request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ParseError`] for what is not JSON; [`ErrorKind::InvalidRequest`] for what is
    /// not JSON-RPC 2.0, has no id (A2A has no notifications) or is a batch (A2A §9).
    pub fn parse(body: &'a [u8]) -> Result<Self, Rejected<'a>> {
        serde_json::from_slice::<Envelope<'a>>(body)
            .ok()
            .and_then(Self::from_envelope)
            .ok_or_else(|| Rejected::from_body(body))
    }

    fn from_envelope(envelope: Envelope<'a>) -> Option<Self> {
        let Envelope {
            jsonrpc,
            id,
            method,
            params,
        } = envelope;
        let id = Id::from_json(id.get())?;
        (jsonrpc == "2.0").then_some(Self { id, method, params })
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
}

impl<'a> Rejected<'a> {
    /// Looks at a body once more, to tell what is wrong and to save its id.
    fn from_body(body: &'a [u8]) -> Self {
        let Ok(whole) = serde_json::from_slice::<&RawValue>(body) else {
            return Self {
                id: Id::NULL,
                error: ErrorKind::ParseError.into(),
            };
        };
        if whole.get().starts_with('[') {
            return Self::invalid(Id::NULL, "batches are not part of A2A");
        }
        let Ok(loose) = serde_json::from_slice::<Loose<'a>>(body) else {
            return Self {
                id: Id::NULL,
                error: ErrorKind::InvalidRequest.into(),
            };
        };
        let Some(raw) = loose.id else {
            return Self::invalid(Id::NULL, "a request must have an id");
        };
        let Some(id) = Id::from_json(raw.get()) else {
            return Self::invalid(Id::NULL, "an id must be a string, a number or null");
        };
        if loose.jsonrpc.is_none_or(|raw| raw.get() != "\"2.0\"") {
            return Self::invalid(id, "jsonrpc must be \"2.0\"");
        }
        if loose.method.is_none_or(|raw| !raw.get().starts_with('"')) {
            return Self::invalid(id, "method must be a string");
        }
        Self {
            id,
            error: ErrorKind::InvalidRequest.into(),
        }
    }

    fn invalid(id: Id<'a>, message: &'static str) -> Self {
        Self {
            id,
            error: A2aError::new(ErrorKind::InvalidRequest, message),
        }
    }
}

/// The members of a request, whatever they hold.
#[derive(Deserialize)]
struct Loose<'a> {
    #[serde(borrow)]
    jsonrpc: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "raw")]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<&'a RawValue>,
}
