//! A line for people: time, level, module, message, and what belongs to it as `name=value`.

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
    escape::{self, Eight, Escaping, Unescaped},
    stamp,
};

pub(super) struct Text<'a>(&'a mut Vec<u8>);

impl<'a> Text<'a> {
    /// Begins a line.
    pub(super) fn begin(line: &'a mut Vec<u8>, level: Level, target: &str, colours: bool) -> Self {
        stamp::write(line);
        let (name, colour) = match level {
            Level::ERROR => ("ERROR", "31"),
            Level::WARN => (" WARN", "33"),
            Level::INFO => (" INFO", "32"),
            Level::DEBUG => ("DEBUG", "34"),
            Level::TRACE => ("TRACE", "35"),
        };
        line.push(b' ');
        if colours {
            let _ = write!(line, "\u{1b}[{colour}m{name}\u{1b}[0m");
        } else {
            line.extend_from_slice(name.as_bytes());
        }
        line.push(b' ');
        line.extend_from_slice(target.as_bytes());
        line.push(b':');
        Self(line)
    }

    pub(super) fn end(self) {
        self.0.push(b'\n');
    }

    /// Begins a value. That of a message has no name.
    fn name(&mut self, field: &Field) {
        self.0.push(b' ');
        if field.name() != "message" {
            self.0.extend_from_slice(field.name().as_bytes());
            self.0.push(b'=');
        }
    }

    fn shown(&mut self, field: &Field, value: impl fmt::Display) {
        self.name(field);
        let _ = write!(self.0, "{value}");
    }
}

impl Line for Text<'_> {
    fn words(&mut self, write: impl FnOnce(&mut Unescaped<'_>) -> fmt::Result) {
        self.0.push(b' ');
        escape::words(self.0, write);
    }

    #[inline]
    fn text(&mut self, key: Key, text: &str) {
        self.0.extend_from_slice(key.text.as_bytes());
        escape::value(self.0, text);
    }

    #[inline]
    fn plain(&mut self, key: Key, write: impl FnOnce(&mut Vec<u8>)) {
        self.0.extend_from_slice(key.text.as_bytes());
        let begun = self.0.len();
        write(self.0);
        let written = self.0.get(begun..).unwrap_or_default();
        debug_assert!(escape::none(written, Eight::is_quoted), "{}", key.text);
    }

    #[inline]
    fn number(&mut self, key: Key, number: u64) {
        self.0.extend_from_slice(key.text.as_bytes());
        let mut digits = itoa::Buffer::new();
        self.0.extend_from_slice(digits.format(number).as_bytes());
    }
}

impl Visit for Text<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        if field.name() == "message" {
            let _ = Escaping(self.0).write_str(value);
        } else {
            escape::value(self.0, value);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.shown(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.shown(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.shown(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.shown(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.name(field);
        let _ = write!(Escaping(self.0), "{value:?}");
    }
}
