//! Lists and objects.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple};

use super::{Unusual, Writer};

/// A list or an object that is being written.
pub(in crate::json) struct Compound<'a> {
    writer: &'a mut Writer,
    /// What stands before the next element: the opening bracket, then a comma.
    before: u8,
    /// The closing bracket; none for text that is JSON already.
    end: Option<u8>,
}

impl<'a> Compound<'a> {
    pub(super) const fn list(writer: &'a mut Writer) -> Self {
        Self {
            writer,
            before: b'[',
            end: Some(b']'),
        }
    }

    pub(super) const fn object(writer: &'a mut Writer) -> Self {
        Self {
            writer,
            before: b'{',
            end: Some(b'}'),
        }
    }

    /// JSON text, in the form of an object with nothing else in it.
    pub(super) const fn raw(writer: &'a mut Writer) -> Self {
        Self {
            writer,
            before: b'{',
            end: None,
        }
    }

    #[inline]
    fn before(&mut self) -> u8 {
        std::mem::replace(&mut self.before, b',')
    }

    #[inline]
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unusual> {
        let before = self.before();
        self.writer.put(&[before]);
        value.serialize(&mut *self.writer)
    }

    #[inline]
    fn close(mut self) {
        if let Some(end) = self.end {
            if self.before != b',' {
                let before = self.before();
                self.writer.put(&[before]);
            }
            self.writer.put(&[end]);
        }
    }
}

impl SerializeStruct for Compound<'_> {
    type Ok = ();
    type Error = Unusual;

    #[expect(
        clippy::inline_always,
        reason = "where the name is known, writing it takes an instruction or two"
    )]
    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unusual> {
        if self.end.is_some() {
            let before = self.before();
            self.writer.name(before, name);
        } else {
            self.writer.is_raw = true;
        }
        value.serialize(&mut *self.writer)
    }

    #[inline]
    fn end(self) -> Result<(), Unusual> {
        self.close();
        Ok(())
    }
}

impl SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Unusual;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unusual> {
        let before = self.before();
        self.writer.put(&[before]);
        let begin = self.writer.length;
        key.serialize(&mut *self.writer)?;
        // `serde_json` puts other keys in quotes, or refuses them.
        let is_text = self.writer.room.get(begin) == Some(&b'"');
        is_text.then_some(()).ok_or(Unusual)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unusual> {
        self.writer.put(b":");
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Unusual> {
        self.close();
        Ok(())
    }
}

impl SerializeSeq for Compound<'_> {
    type Ok = ();
    type Error = Unusual;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unusual> {
        self.element(value)
    }

    fn end(self) -> Result<(), Unusual> {
        self.close();
        Ok(())
    }
}

impl SerializeTuple for Compound<'_> {
    type Ok = ();
    type Error = Unusual;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unusual> {
        self.element(value)
    }

    fn end(self) -> Result<(), Unusual> {
        self.close();
        Ok(())
    }
}
