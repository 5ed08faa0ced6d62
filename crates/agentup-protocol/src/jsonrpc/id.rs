//! The id of a request, which its answer repeats letter for letter.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use crate::json::RAW_VALUE;

/// The id of a JSON-RPC request: a string, a number or `null`, kept as it was written.
#[derive(Clone, Debug)]
pub struct Id<'a>(Form<'a>);

#[derive(Clone, Debug)]
enum Form<'a> {
    Borrowed(&'a str),
    Null,
    Owned(Box<str>),
}

impl Id<'_> {
    /// The id of an answer to a request whose id could not be read (JSON-RPC 2.0 §5).
    pub const NULL: Self = Self(Form::Null);

    /// An id of one's own making.
    #[must_use]
    pub fn number(number: u64) -> Id<'static> {
        Id(Form::Owned(number.to_string().into()))
    }

    /// The id as JSON text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        match &self.0 {
            Form::Borrowed(json) => json,
            Form::Null => "null",
            Form::Owned(json) => json,
        }
    }

    /// The same id, free of the body it was read from.
    #[must_use]
    pub fn into_owned(self) -> Id<'static> {
        Id(match self.0 {
            Form::Borrowed(json) => Form::Owned(json.into()),
            Form::Null => Form::Null,
            Form::Owned(json) => Form::Owned(json),
        })
    }
}

impl<'a> Id<'a> {
    /// The id that this JSON is; `None` if it is of another type.
    pub(super) fn from_json(json: &'a str) -> Option<Self> {
        match json.as_bytes().first()? {
            b'"' | b'-' | b'0'..=b'9' => Some(Self(Form::Borrowed(json))),
            b'n' => Some(Self::NULL),
            _ => None,
        }
    }
}

impl PartialEq for Id<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json()
    }
}

impl Eq for Id<'_> {}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_json())
    }
}

impl Serialize for Id<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // What a `RawValue` does, which cannot be made of JSON without reading it anew.
        let mut raw = serializer.serialize_struct(RAW_VALUE, 1)?;
        raw.serialize_field(RAW_VALUE, self.as_json())?;
        raw.end()
    }
}
