//! Points in time as the wire has them: RFC 3339, UTC, milliseconds, `Z` (A2A §5.6.1).

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Datelike as _, SecondsFormat, Timelike as _, Utc};
use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::ser::{Serialize, Serializer};

/// A point in time, exact to the millisecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// Reads RFC 3339 with any offset; `None` if `text` is not that.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        Some(Self::from(time.to_utc()))
    }

    /// The same point in time as chrono has it.
    #[must_use]
    pub const fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// Its text, if its year has four digits; without the patterns of chrono, as it stands in every
    /// answer.
    fn digits(self) -> Option<[u8; 24]> {
        let (date, time) = (self.0.date_naive(), self.0.time());
        let year = u32::try_from(date.year()).ok()?;
        let millis = time.nanosecond() / 1_000_000;
        let ([c1, c2], [y1, y2]) = (pair(year / 100)?, pair(year % 100)?);
        let ([m1, m2], [d1, d2]) = (pair(date.month())?, pair(date.day())?);
        let ([h1, h2], [n1, n2]) = (pair(time.hour())?, pair(time.minute())?);
        let ([s1, s2], [f1, f2], [_, f3]) =
            (pair(time.second())?, pair(millis / 10)?, pair(millis % 10)?);
        Some([
            c1, c2, y1, y2, b'-', m1, m2, b'-', d1, d2, b'T', //
            h1, h2, b':', n1, n2, b':', s1, s2, b'.', f1, f2, f3, b'Z',
        ])
    }

    fn with_text<R>(self, read: impl FnOnce(&str) -> R) -> R {
        match self
            .digits()
            .as_ref()
            .map(|digits| std::str::from_utf8(digits))
        {
            Some(Ok(text)) => read(text),
            _ => read(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true)),
        }
    }
}

impl From<DateTime<Utc>> for Timestamp {
    /// Drops what is finer than a millisecond, so that a value equals what is read back.
    fn from(time: DateTime<Utc>) -> Self {
        let nanos = time.nanosecond();
        let millis = nanos.saturating_sub(nanos % 1_000_000);
        Self(time.with_nanosecond(millis).unwrap_or(time))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.write_str(text))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with_text(|text| serializer.serialize_str(text))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let time = Self::parse(&text);
        time.ok_or_else(|| D::Error::invalid_value(Unexpected::Str("…"), &"an RFC 3339 timestamp"))
    }
}

/// The two digits of a number below 100.
fn pair(number: u32) -> Option<[u8; 2]> {
    let digit = |number| u8::try_from(number).ok()?.checked_add(b'0');
    (number < 100).then_some([digit(number / 10)?, digit(number % 10)?])
}

#[cfg(test)]
mod tests;
