//! All that a line says of a request beside its words: named once, and told in both ways, in a line
//! of ours and in an event of `tracing`, for the log of a program that has its own.

use std::{fmt, io::Write as _, net::IpAddr};

use agentup_auth::PrincipalId;
use tracing::field::{DisplayValue, display};

use super::{Kind, words::Words};
use crate::{
    record::Record,
    telemetry::line::{Key, Line, key},
};

/// Hands the names and values to a macro that tells them, in the order of the line.
macro_rules! fields {
    ($record:expr, $tell:ident!$how:tt) => {{
        let record: &Record = $record;
        let notes = &record.notes;
        let asked = notes.asked;
        let principal = notes.principal.as_ref().map(|principal| principal.id());
        $tell! {
            $how
            request_id = Text(&record.id),
            trace_id = record.trace.as_ref().map(|trace| Hex(trace.trace_id())),
            method = Text(record.method.as_str()),
            route = Plain(record.route),
            operation = asked.map(|asked| Plain(asked.operation.label())),
            version = asked.map(|asked| Plain(asked.generation.version())),
            binding = asked.map(|asked| Plain(asked.binding.name())),
            skill = notes.skill.as_deref().map(Text),
            user = principal.map(|id| Text(id.subject())),
            issuer = principal.and_then(issuer),
            client = record.client,
            task = notes.task.as_ref().map(|task| Plain(task.id())),
            outcome = Plain(record.outcome.code()),
            status = u64::from(record.status.as_u16()),
            duration_us = u64::try_from(record.took.as_micros()).unwrap_or(u64::MAX),
        }
    }};
}

/// Adds them to a line of ours.
pub(super) fn write(record: &Record, line: &mut impl Line) {
    macro_rules! written {
        (($line:expr) $($name:ident = $value:expr,)*) => {
            $($value.write(key!($name), $line);)*
        };
    }
    fields!(record, written!(line));
}

/// Tells them, and the words, to whoever takes the events of `tracing`.
pub(super) fn event(kind: Kind, words: &Words<'_>, record: &Record) {
    // Each event is of one kind, for good.
    macro_rules! event {
        (($kind:expr, $words:expr) $($name:ident = $value:expr,)*) => {
            tracing::event!(
                target: $kind.target(),
                $kind.level(),
                $($name = $value.traced(),)*
                "{}",
                $words
            )
        };
    }
    match kind {
        Kind::Refused => fields!(record, event!(Kind::Refused, words)),
        Kind::Denied => fields!(record, event!(Kind::Denied, words)),
        Kind::Called => fields!(record, event!(Kind::Called, words)),
        Kind::Failed => fields!(record, event!(Kind::Failed, words)),
        Kind::Limited => fields!(record, event!(Kind::Limited, words)),
        Kind::Answered => fields!(record, event!(Kind::Answered, words)),
        Kind::Unremarkable => fields!(record, event!(Kind::Unremarkable, words)),
    }
}

/// Nobody vouches for the anonymous principal.
fn issuer(id: &PrincipalId) -> Option<Text<'_>> {
    Some(Text(id.issuer())).filter(|Text(issuer)| !issuer.is_empty())
}

/// A value, for both ways.
trait Field {
    type Traced: tracing::Value;

    fn traced(self) -> Self::Traced;

    fn write(self, key: Key, line: &mut impl Line);
}

/// There is nothing to say of what is not known.
impl<T: Field> Field for Option<T> {
    type Traced = Option<T::Traced>;

    fn traced(self) -> Self::Traced {
        self.map(T::traced)
    }

    #[inline]
    fn write(self, key: Key, line: &mut impl Line) {
        if let Some(value) = self {
            value.write(key, line);
        }
    }
}

/// Any text.
struct Text<'a>(&'a str);

impl<'a> Field for Text<'a> {
    type Traced = &'a str;

    fn traced(self) -> Self::Traced {
        self.0
    }

    #[inline]
    fn write(self, key: Key, line: &mut impl Line) {
        line.text(key, self.0);
    }
}

/// Text that the code or a generator of ids has made, a word without quotes and the like.
struct Plain<'a>(&'a str);

impl<'a> Field for Plain<'a> {
    type Traced = &'a str;

    fn traced(self) -> Self::Traced {
        self.0
    }

    #[inline]
    fn write(self, key: Key, line: &mut impl Line) {
        line.plain(key, |line| line.extend_from_slice(self.0.as_bytes()));
    }
}

/// The id of a trace (W3C Trace Context §3.2.2.3).
struct Hex(u128);

impl Field for Hex {
    type Traced = DisplayValue<Self>;

    fn traced(self) -> Self::Traced {
        display(self)
    }

    #[inline]
    fn write(self, key: Key, line: &mut impl Line) {
        line.plain(key, |line| {
            let _ = write!(line, "{self}");
        });
    }
}

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Field for IpAddr {
    type Traced = DisplayValue<Self>;

    fn traced(self) -> Self::Traced {
        display(self)
    }

    #[inline]
    fn write(self, key: Key, line: &mut impl Line) {
        line.plain(key, |line| match self {
            // By far the most, and `fmt` takes its time for them.
            Self::V4(address) => {
                let mut digits = itoa::Buffer::new();
                for (index, octet) in address.octets().into_iter().enumerate() {
                    if index > 0 {
                        line.push(b'.');
                    }
                    line.extend_from_slice(digits.format(octet).as_bytes());
                }
            }
            Self::V6(address) => {
                let _ = write!(line, "{address}");
            }
        });
    }
}

impl Field for u64 {
    type Traced = Self;

    fn traced(self) -> Self::Traced {
        self
    }

    #[inline]
    fn write(self, key: Key, line: &mut impl Line) {
        line.number(key, self);
    }
}
