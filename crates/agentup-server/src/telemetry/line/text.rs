//! A line for people: time, level, module, message, and what belongs to it as `name=value`.

use std::{
    error::Error,
    fmt::{self, Write as _},
    io::Write as _,
};

use tracing::{
    Event, Level,
    field::{Field, Visit},
};

use super::{
    escape::{self, Escaping},
    stamp,
};

pub(super) fn write(line: &mut Vec<u8>, event: &Event<'_>, colours: bool) {
    let metadata = event.metadata();
    stamp::write(line);
    let (name, colour) = match *metadata.level() {
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
    line.extend_from_slice(metadata.target().as_bytes());
    line.push(b':');
    event.record(&mut Text(line));
    line.push(b'\n');
}

struct Text<'a>(&'a mut Vec<u8>);

impl Text<'_> {
    /// Begins a value. That of a message has no name.
    fn begin(&mut self, field: &Field) {
        self.0.push(b' ');
        if field.name() != "message" {
            self.0.extend_from_slice(field.name().as_bytes());
            self.0.push(b'=');
        }
    }

    fn number(&mut self, field: &Field, number: impl fmt::Display) {
        self.begin(field);
        let _ = write!(self.0, "{number}");
    }
}

impl Visit for Text<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.begin(field);
        if field.name() == "message" {
            let _ = Escaping(self.0).write_str(value);
        } else {
            escape::value(self.0, value);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.number(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.number(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.number(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.number(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.begin(field);
        let _ = write!(Escaping(self.0), "{value:?}");
    }
}
