//! Answers: written around a result that is only borrowed, read by clients.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::Id;
use crate::{A2aError, ErrorKind, Generation};

const VERSION: &str = "2.0";

/// The answer to a request that was carried out.
#[derive(Clone, Debug, Serialize)]
pub struct Success<'a, R> {
    jsonrpc: &'static str,
    id: &'a Id<'a>,
    result: R,
}

impl<'a, R: Serialize> Success<'a, R> {
    /// Puts a result into its envelope.
    #[must_use]
    pub const fn new(id: &'a Id<'a>, result: R) -> Self {
        Self {
            jsonrpc: VERSION,
            id,
            result,
        }
    }
}

/// The answer to a request that was not carried out.
#[derive(Clone, Debug, Serialize)]
pub struct Failure<'a> {
    jsonrpc: &'static str,
    id: &'a Id<'a>,
    error: crate::error::JsonRpcError<'a>,
}

impl<'a> Failure<'a> {
    /// Puts an error into its envelope.
    #[must_use]
    pub const fn new(id: &'a Id<'a>, error: &'a A2aError, generation: Generation) -> Self {
        Self {
            jsonrpc: VERSION,
            id,
            error: error.to_jsonrpc(generation),
        }
    }
}

/// An answer as a client reads it: the text of the result, or the error.
#[derive(Clone, Debug)]
pub struct Reply<'a> {
    /// What the request said.
    pub id: Id<'a>,
    /// What came of it; a result that is `null` is a result.
    pub outcome: Result<&'a RawValue, ReplyError>,
}

/// The error of an answer, as it came.
#[derive(Clone, Debug, PartialEq, Deserialize, thiserror::Error)]
#[error("{message} ({code})")]
pub struct ReplyError {
    /// The code of JSON-RPC.
    pub code: i64,
    /// The message for people.
    pub message: String,
    /// Details in whatever form the other side gives them.
    #[serde(default)]
    pub data: Option<serde_json::Value>,
}

impl ReplyError {
    /// Which error of the protocol it is, if it is one.
    #[must_use]
    pub fn kind(&self) -> Option<ErrorKind> {
        ErrorKind::from_code(self.code)
    }
}

impl<'a> Reply<'a> {
    /// Reads an answer.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidAgentResponse`] for what is not a JSON-RPC 2.0 response with either a
    /// result or an error.
    pub fn parse(body: &'a [u8]) -> Result<Self, A2aError> {
        let invalid = || A2aError::from(ErrorKind::InvalidAgentResponse);
        let envelope: Envelope<'a> = serde_json::from_slice(body).map_err(|_| invalid())?;
        let id = envelope
            .id
            .map_or(Some(Id::NULL), |id| Id::from_json(id.get()))
            .ok_or_else(invalid)?;
        let outcome = match (envelope.result, envelope.error) {
            (Some(result), None) => Ok(result),
            // 0.3 answers may hold both members, one of them null.
            (_, Some(error)) => Err(error),
            (None, None) => return Err(invalid()),
        };
        if envelope.jsonrpc != VERSION {
            return Err(invalid());
        }
        Ok(Self { id, outcome })
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "raw")]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<ReplyError>,
}

/// Reads a member whose `null` is not the same as none.
pub(super) fn raw<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}
