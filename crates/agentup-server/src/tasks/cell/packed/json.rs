//! Values of JSON: packed as what they are, because a number that is written as text and read again
//! may be another one.

use agentup_protocol::JsonObject;
use serde_json::{Number, Value};

use super::{Piece, Reader, Writer};

impl Piece for Value {
    fn put(&self, to: &mut Writer<'_>) {
        match self {
            Self::Null => to.byte(0),
            Self::Bool(false) => to.byte(1),
            Self::Bool(true) => to.byte(2),
            Self::Number(number) => {
                to.byte(3);
                number.put(to);
            }
            Self::String(text) => {
                to.byte(4);
                text.put(to);
            }
            Self::Array(values) => {
                to.byte(5);
                values.put(to);
            }
            Self::Object(members) => {
                to.byte(6);
                members.put(to);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::Null,
            1 => Self::Bool(false),
            2 => Self::Bool(true),
            3 => Self::Number(Piece::take(from)?),
            4 => Self::String(Piece::take(from)?),
            5 => Self::Array(Piece::take(from)?),
            _ => Self::Object(Piece::take(from)?),
        })
    }
}

impl Piece for Number {
    fn put(&self, to: &mut Writer<'_>) {
        let (kind, bytes) = match (self.as_u64(), self.as_i64()) {
            (Some(number), _) => (0, number.to_le_bytes()),
            (None, Some(number)) => (1, number.to_le_bytes()),
            (None, None) => (2, self.as_f64().unwrap_or_default().to_le_bytes()),
        };
        to.byte(kind);
        for byte in bytes {
            to.byte(byte);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let kind = from.byte()?;
        let (bytes, rest) = from.rest.split_first_chunk()?;
        from.rest = rest;
        match kind {
            0 => Some(u64::from_le_bytes(*bytes).into()),
            1 => Some(i64::from_le_bytes(*bytes).into()),
            _ => Self::from_f64(f64::from_le_bytes(*bytes)),
        }
    }
}

impl Piece for JsonObject {
    fn put(&self, to: &mut Writer<'_>) {
        to.length(self.len());
        for (name, value) in self {
            name.put(to);
            value.put(to);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let length = from.length()?;
        let member = |_| Some((Piece::take(from)?, Piece::take(from)?));
        (0..length).map(member).collect()
    }
}
