//! The encoded forms of an error: JSON-RPC `error` and `google.rpc.Status`.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use super::{A2aError, DOMAIN, FieldViolation};
use crate::Generation;

const ERROR_INFO: &str = "type.googleapis.com/google.rpc.ErrorInfo";
const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";

/// The `error` member of a JSON-RPC response.
#[derive(Clone, Copy, Debug)]
pub struct JsonRpcError<'a> {
    error: &'a A2aError,
    generation: Generation,
}

impl<'a> JsonRpcError<'a> {
    pub(super) const fn new(error: &'a A2aError, generation: Generation) -> Self {
        Self { error, generation }
    }
}

impl Serialize for JsonRpcError<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let error = self.error;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", &error.kind.code())?;
        map.serialize_entry("message", &error.message)?;
        if has_details(error) {
            match self.generation {
                Generation::V03 => map.serialize_entry("data", &PlainDetails(error))?,
                Generation::V10 => map.serialize_entry("data", &TypedDetails(error))?,
            }
        }
        map.end()
    }
}

/// The body of an HTTP+JSON error response.
#[derive(Clone, Copy, Debug)]
pub struct RestError<'a>(&'a A2aError);

impl<'a> RestError<'a> {
    pub(super) const fn new(error: &'a A2aError) -> Self {
        Self(error)
    }
}

impl Serialize for RestError<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("error", &Status(self.0))?;
        map.end()
    }
}

struct Status<'a>(&'a A2aError);

impl Serialize for Status<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let error = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", &error.kind.http_status())?;
        map.serialize_entry("status", error.kind.grpc_status())?;
        map.serialize_entry("message", &error.message)?;
        if has_details(error) {
            map.serialize_entry("details", &TypedDetails(error))?;
        }
        map.end()
    }
}

fn has_details(error: &A2aError) -> bool {
    error.kind.reason().is_some() || !error.violations.is_empty()
}

/// The details as an array of messages with `@type`, as 1.0 has them.
struct TypedDetails<'a>(&'a A2aError);

impl Serialize for TypedDetails<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let error = self.0;
        let mut list = serializer.serialize_seq(None)?;
        if let Some(reason) = error.kind.reason() {
            list.serialize_element(&ErrorInfo {
                type_url: ERROR_INFO,
                reason,
                domain: DOMAIN,
                metadata: Metadata(&error.metadata),
            })?;
        }
        if !error.violations.is_empty() {
            list.serialize_element(&BadRequest {
                type_url: BAD_REQUEST,
                field_violations: &error.violations,
            })?;
        }
        list.end()
    }
}

#[derive(serde::Serialize)]
struct ErrorInfo<'a> {
    #[serde(rename = "@type")]
    type_url: &'static str,
    reason: &'static str,
    domain: &'static str,
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    metadata: Metadata<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct BadRequest<'a> {
    #[serde(rename = "@type")]
    type_url: &'static str,
    field_violations: &'a [FieldViolation],
}

/// The details as one object, for 0.3 leaves their form open and its clients expect an object.
struct PlainDetails<'a>(&'a A2aError);

impl Serialize for PlainDetails<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let error = self.0;
        let mut map = serializer.serialize_map(None)?;
        if let Some(reason) = error.kind.reason() {
            map.serialize_entry("reason", reason)?;
        }
        if !error.metadata.is_empty() {
            map.serialize_entry("metadata", &Metadata(&error.metadata))?;
        }
        if !error.violations.is_empty() {
            map.serialize_entry("fieldViolations", &error.violations)?;
        }
        map.end()
    }
}

struct Metadata<'a>(&'a [(&'static str, String)]);

impl Metadata<'_> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
