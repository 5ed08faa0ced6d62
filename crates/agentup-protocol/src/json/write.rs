//! Writes answers as `serde_json` writes them.
//!
//! `serde_json` hands each quote, comma and name to its target as a piece of its own, and looks for
//! what to escape in names that the code itself has chosen.

mod compound;

use std::cell::Cell;

use serde::ser::{Error, Impossible, Serialize, Serializer};

pub(super) use compound::Compound;

use super::text::{is_plain, plain_length};

/// More than most answers have, in bytes.
const USUAL_LENGTH: usize = 1024;

/// So much room that it is not worth to be kept by a thread, in bytes.
const MUCH: usize = 64 * 1024;

thread_local! {
    /// Where an answer is put together before its length is known.
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The name by which `serde_json` knows JSON text that is to be written as it is.
pub(crate) const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// The JSON text of `value`, the same as that of [`serde_json::to_vec`].
///
/// # Errors
///
/// Those of [`serde_json::to_vec`]: a map whose keys are not text, or a fault of `value` itself.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut writer = Writer::new();
    match value.serialize(&mut writer) {
        Ok(()) => Ok(writer.finish()),
        Err(Unusual) => serde_json::to_vec(value),
    }
}

/// The same as [`to_vec`], as a string.
///
/// # Errors
///
/// Those of [`to_vec`].
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<String> {
    // It is made of strings and ASCII.
    String::from_utf8(to_vec(value)?).or_else(|_| serde_json::to_string(value))
}

/// A value that [`Writer`] leaves to `serde_json`.
#[derive(Debug, thiserror::Error)]
#[error("a value that answers do not have")]
pub(super) struct Unusual;

impl Error for Unusual {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Text that grows. Its room is filled with whatever beforehand, so that a piece of known length is
/// copied by an instruction or two.
pub(super) struct Writer {
    room: Vec<u8>,
    length: usize,
    /// Whether the next string is JSON already.
    is_raw: bool,
}

impl Writer {
    fn new() -> Self {
        let mut room = ROOM.take();
        if room.is_empty() {
            room.resize(USUAL_LENGTH, 0);
        }
        Self {
            room,
            length: 0,
            is_raw: false,
        }
    }

    fn finish(self) -> Vec<u8> {
        let written = self.room.get(..self.length).unwrap_or_default().to_vec();
        if self.room.len() <= MUCH {
            ROOM.set(self.room);
        }
        written
    }

    /// The next so many bytes, to be filled.
    #[inline]
    fn place(&mut self, length: usize) -> &mut [u8] {
        let begin = self.length;
        let end = begin.saturating_add(length);
        if end > self.room.len() {
            self.grow(end);
        }
        self.length = end;
        self.room.get_mut(begin..end).unwrap_or_default()
    }

    #[cold]
    fn grow(&mut self, least: usize) {
        let double = self.room.len().saturating_mul(2);
        self.room.resize(least.max(double), 0);
    }

    #[inline]
    fn put(&mut self, piece: &[u8]) {
        self.place(piece.len()).copy_from_slice(piece);
    }

    /// The name of a member, which the code has chosen so that it needs no escape.
    #[inline]
    fn name(&mut self, before: u8, name: &str) {
        let place = self.place(name.len().saturating_add(4));
        if let [first, quote, middle @ .., end, colon] = place {
            (*first, *quote, *end, *colon) = (before, b'"', b'"', b':');
            middle.copy_from_slice(name.as_bytes());
        }
    }

    fn string(&mut self, text: &str) {
        let text = text.as_bytes();
        if !is_plain(text) {
            return self.escaped(text);
        }
        let place = self.place(text.len().saturating_add(2));
        if let [begin, middle @ .., end] = place {
            (*begin, *end) = (b'"', b'"');
            middle.copy_from_slice(text);
        }
    }

    #[inline(never)]
    fn escaped(&mut self, text: &[u8]) {
        self.put(b"\"");
        let mut rest = text;
        while let Some((plain, others)) = rest.split_at_checked(plain_length(rest)) {
            self.put(plain);
            let Some((special, others)) = others.split_first() else {
                break;
            };
            self.escape(*special);
            rest = others;
        }
        self.put(b"\"");
    }

    fn escape(&mut self, special: u8) {
        match special {
            b'"' => self.put(b"\\\""),
            b'\\' => self.put(b"\\\\"),
            b'\n' => self.put(b"\\n"),
            b'\r' => self.put(b"\\r"),
            b'\t' => self.put(b"\\t"),
            0x08 => self.put(b"\\b"),
            0x0c => self.put(b"\\f"),
            control => self.put(format!("\\u{control:04x}").as_bytes()),
        }
    }

    /// Leaves a value that is rare, as a number, to `serde_json`.
    fn delegate(&mut self, value: &impl Serialize) -> Result<(), Unusual> {
        let json = serde_json::to_vec(value).map_err(|_| Unusual)?;
        self.put(&json);
        Ok(())
    }
}

/// Methods for values that are left to `serde_json` one by one.
macro_rules! delegate {
    ($($method:ident $type:ty)*) => {
        $(fn $method(self, value: $type) -> Result<(), Unusual> {
            self.delegate(&value)
        })*
    };
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Unusual;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Impossible<(), Unusual>;
    type SerializeTupleVariant = Impossible<(), Unusual>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Impossible<(), Unusual>;

    delegate! {
        serialize_i8 i8 serialize_i16 i16 serialize_i32 i32 serialize_i64 i64 serialize_i128 i128
        serialize_u8 u8 serialize_u16 u16 serialize_u32 u32 serialize_u64 u64 serialize_u128 u128
        serialize_f32 f32 serialize_f64 f64 serialize_char char serialize_bytes &[u8]
    }

    fn serialize_bool(self, value: bool) -> Result<(), Unusual> {
        self.put(if value { b"true" } else { b"false" });
        Ok(())
    }

    #[inline]
    fn serialize_str(self, text: &str) -> Result<(), Unusual> {
        if std::mem::take(&mut self.is_raw) {
            self.put(text.as_bytes());
        } else {
            self.string(text);
        }
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unusual> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unusual> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unusual> {
        self.put(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unusual> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unusual> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unusual> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unusual> {
        self.put(b"{");
        self.string(variant);
        self.put(b":");
        value.serialize(&mut *self)?;
        self.put(b"}");
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'a>, Unusual> {
        Ok(Compound::list(self))
    }

    fn serialize_tuple(self, _: usize) -> Result<Compound<'a>, Unusual> {
        Ok(Compound::list(self))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'a>, Unusual> {
        Ok(Compound::object(self))
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Compound<'a>, Unusual> {
        if name == RAW_VALUE {
            return Ok(Compound::raw(self));
        }
        Ok(Compound::object(self))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Unusual> {
        Err(Unusual)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unusual> {
        Err(Unusual)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unusual> {
        Err(Unusual)
    }
}
