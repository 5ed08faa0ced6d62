//! The id of a request, which its answer repeats letter for letter.

use std::fmt;

use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

/// The id of a JSON-RPC request: a string, a number or `null`, kept as it was written.
#[derive(Clone, Debug)]
pub struct Id<'a>(Form<'a>);

#[derive(Clone, Debug)]
enum Form<'a> {
    Borrowed(&'a RawValue),
    Null,
    Owned(Box<RawValue>),
}

impl Id<'_> {
    /// The id of an answer to a request whose id could not be read (JSON-RPC 2.0 §5).
    pub const NULL: Self = Self(Form::Null);

    /// An id of one's own making.
    #[must_use]
    pub fn number(number: u64) -> Id<'static> {
        // The digits of a number are JSON; should that ever fail, `null` is an id as well.
        let raw = RawValue::from_string(number.to_string());
        Id(raw.map_or(Form::Null, Form::Owned))
    }

    /// The id as JSON text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        match &self.0 {
            Form::Borrowed(raw) => raw.get(),
            Form::Null => "null",
            Form::Owned(raw) => raw.get(),
        }
    }

    /// The same id, free of the body it was read from.
    #[must_use]
    pub fn into_owned(self) -> Id<'static> {
        Id(match self.0 {
            Form::Borrowed(raw) => Form::Owned(raw.to_owned()),
            Form::Null => Form::Null,
            Form::Owned(raw) => Form::Owned(raw),
        })
    }
}

impl<'a> Id<'a> {
    /// The id that `raw` holds; `None` if it is of another type.
    pub(super) fn from_raw(raw: &'a RawValue) -> Option<Self> {
        match raw.get().as_bytes().first()? {
            b'"' | b'-' | b'0'..=b'9' => Some(Self(Form::Borrowed(raw))),
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
        match &self.0 {
            Form::Borrowed(raw) => raw.serialize(serializer),
            Form::Null => serializer.serialize_unit(),
            Form::Owned(raw) => raw.serialize(serializer),
        }
    }
}
