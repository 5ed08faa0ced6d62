//! A line for programs: one object, with the message and all that belongs to it at its top.

use std::{
    error::Error,
    fmt::{self, Write as _},
    io::Write as _,
};

use tracing::{
    Level,
    field::{Field, Visit},
};

use super::{
    Key, Line,
    escape::{self, Unescaped},
    stamp,
};

pub(super) struct Json<'a>(&'a mut Vec<u8>);

impl<'a> Json<'a> {
    /// Begins a line.
    pub(super) fn begin(line: &'a mut Vec<u8>, level: Level, target: &str) -> Self {
        line.extend_from_slice(b"{\"timestamp\":\"");
        stamp::write(line);
        line.extend_from_slice(b"\",\"level\":\"");
        line.extend_from_slice(level.as_str().as_bytes());
        line.extend_from_slice(b"\",\"target\":\"");
        line.extend_from_slice(target.as_bytes());
        line.push(b'"');
        Self(line)
    }

    pub(super) fn end(self) {
        self.0.extend_from_slice(b"}\n");
    }

    fn name(&mut self, field: &Field) {
        self.0.extend_from_slice(b",\"");
        self.0.extend_from_slice(field.name().as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    fn shown(&mut self, field: &Field, value: impl fmt::Display) {
        self.name(field);
        let _ = write!(self.0, "{value}");
    }
}

impl Line for Json<'_> {
    fn words(&mut self, write: impl FnOnce(&mut Unescaped<'_>) -> fmt::Result) {
        self.0.extend_from_slice(b",\"message\":\"");
        escape::json_words(self.0, write);
        self.0.push(b'"');
    }

    #[inline]
    fn text(&mut self, key: Key, text: &str) {
        self.0.extend_from_slice(key.json.as_bytes());
        escape::json_part(self.0, text);
        self.0.push(b'"');
    }

    #[inline]
    fn plain(&mut self, key: Key, write: impl FnOnce(&mut Vec<u8>)) {
        self.0.extend_from_slice(key.json.as_bytes());
        write(self.0);
        self.0.push(b'"');
    }

    #[inline]
    fn number(&mut self, key: Key, number: u64) {
        let name = key.json.strip_suffix('"').unwrap_or_default();
        self.0.extend_from_slice(name.as_bytes());
        let mut digits = itoa::Buffer::new();
        self.0.extend_from_slice(digits.format(number).as_bytes());
    }
}

impl Visit for Json<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        escape::json(self.0, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.shown(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.shown(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no other numbers (RFC 8259 §6).
        if value.is_finite() {
            self.shown(field, value);
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.shown(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.name(field);
        self.0.push(b'"');
        let _ = write!(Part(self.0), "{value:?}");
        self.0.push(b'"');
    }
}

/// The inside of a text.
struct Part<'a>(&'a mut Vec<u8>);

impl fmt::Write for Part<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape::json_part(self.0, text);
        Ok(())
    }
}
