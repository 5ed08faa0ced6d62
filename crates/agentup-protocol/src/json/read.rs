//! Reads JSON of which it is known what it usually looks like.
//!
//! Every method answers `None` when it finds something else, be it no JSON or just unusual. It is then
//! for `serde_json` to read the text anew and to say what it is. So what is read here must be what
//! `serde_json` would have read; property tests hold the two together.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::text::plain_length;
use crate::JsonObject;

/// How deep values are that are left to `serde_json`, which itself goes on to 128 from the beginning.
const MAX_DEPTH: u8 = 64;

/// What is left of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// At the beginning of a body; `None` if it is not UTF-8.
    pub(crate) fn new(body: &'a [u8]) -> Option<Self> {
        std::str::from_utf8(body).ok().map(Self)
    }

    /// Reads an object: `member` reads each of its members.
    #[inline]
    pub(crate) fn object(&mut self, member: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.between(b'{', b'}', member)
    }

    /// Reads a list: `element` reads each of its elements.
    #[inline]
    pub(crate) fn list(&mut self, element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.between(b'[', b']', element)
    }

    /// Whether a member has this name, which is then read. Names are tried one after the other,
    /// because that takes an instruction or two for each.
    #[expect(
        clippy::inline_always,
        reason = "only where the name is known, it takes as little"
    )]
    #[inline(always)]
    pub(crate) fn name(&mut self, name: &str) -> bool {
        let rest = self.0.strip_prefix('"');
        let rest = rest.and_then(|rest| rest.strip_prefix(name));
        let rest = rest.and_then(|rest| rest.strip_prefix("\":"));
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Reads a string in which nothing is escaped.
    pub(crate) fn plain(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let (plain, rest) = self.0.split_at_checked(plain_length(self.0.as_bytes()))?;
        self.0 = rest.strip_prefix('"')?;
        Some(plain)
    }

    /// Reads a string.
    pub(crate) fn text(&mut self) -> Option<String> {
        let begin = *self;
        if let Some(plain) = self.plain() {
            return Some(plain.to_owned());
        }
        *self = begin;
        self.value()
    }

    /// Reads a string that is not empty.
    pub(crate) fn non_empty(&mut self) -> Option<String> {
        self.text().filter(|text| !text.is_empty())
    }

    /// Reads a list of strings.
    pub(crate) fn texts(&mut self) -> Option<Vec<String>> {
        let mut texts = Vec::new();
        self.list(|reader| reader.text().map(|text| texts.push(text)))?;
        Some(texts)
    }

    /// Reads an object of whatever members, texts most of them.
    pub(crate) fn map(&mut self) -> Option<Box<JsonObject>> {
        let mut members = JsonObject::new();
        self.object(|reader| {
            let name = reader.text()?;
            reader.take(b':')?;
            let value = match reader.peek()? {
                b'"' => Value::String(reader.text()?),
                _ => reader.value()?,
            };
            members.insert(name, value);
            Some(())
        })?;
        Some(Box::new(members))
    }

    /// Reads a string in which nothing is escaped, or else any value, and answers its JSON.
    pub(crate) fn json(&mut self) -> Option<&'a str> {
        let begin = *self;
        self.span(|reader| reader.plain().map(drop)).or_else(|| {
            *self = begin;
            self.value().map(RawValue::get)
        })
    }

    /// Has `serde_json` read a value.
    pub(crate) fn value<T: Deserialize<'a>>(&mut self) -> Option<T> {
        let json = self.span(|reader| reader.skip(MAX_DEPTH))?;
        serde_json::from_str(json).ok()
    }

    /// Nothing but space follows.
    pub(crate) fn end(self) -> Option<()> {
        self.0.bytes().all(is_space).then_some(())
    }

    /// The text that is read by `read`.
    fn span(&mut self, read: impl FnOnce(&mut Self) -> Option<()>) -> Option<&'a str> {
        self.peek()?;
        let begin = self.0;
        read(self)?;
        begin.get(..begin.len().saturating_sub(self.0.len()))
    }

    #[inline]
    fn between(
        &mut self,
        open: u8,
        close: u8,
        mut element: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            self.peek()?;
            element(self)?;
            if self.take(b',').is_none() {
                return self.take(close);
            }
        }
    }

    /// Passes over a value. Whether it is one, `serde_json` will see.
    fn skip(&mut self, depth: u8) -> Option<()> {
        match self.peek()? {
            b'"' => self.string(),
            b'{' => {
                let depth = depth.checked_sub(1)?;
                self.object(|reader| {
                    reader.string()?;
                    reader.take(b':')?;
                    reader.skip(depth)
                })
            }
            b'[' => {
                let depth = depth.checked_sub(1)?;
                self.list(|reader| reader.skip(depth))
            }
            _ => self.scalar(),
        }
    }

    /// Passes over a string.
    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            let (_, rest) = self.0.split_at_checked(plain_length(self.0.as_bytes()))?;
            let escape = match rest.as_bytes() {
                [b'"', ..] => 1,
                [b'\\', _, ..] => 2,
                _ => return None,
            };
            self.0 = rest.get(escape..)?;
            if escape == 1 {
                return Some(());
            }
        }
    }

    /// Passes over a number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Option<()> {
        let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let length = self.0.bytes().take_while(|byte| is_inside(byte)).count();
        self.0 = self.0.get(length..)?;
        Some(())
    }

    /// Takes this byte if it is the next one that is no space.
    #[inline]
    fn take(&mut self, byte: u8) -> Option<()> {
        if self.peek()? != byte {
            return None;
        }
        self.0 = self.0.get(1..)?;
        Some(())
    }

    /// The next byte that is no space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            let first = *self.0.as_bytes().first()?;
            if !is_space(first) {
                return Some(first);
            }
            self.0 = self.0.get(1..)?;
        }
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Puts what was read in its place; a second value for it is unusual.
#[inline]
pub(crate) fn once<T>(place: &mut Option<T>, value: Option<T>) -> Option<()> {
    if place.is_some() {
        return None;
    }
    *place = Some(value?);
    Some(())
}
