//! Lengths of time and moments, as people write them on a command line.

use std::{str::FromStr, time::Duration};

use thiserror::Error;

/// Why a length of time or a moment could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WhenError {
    /// Neither seconds nor a duration.
    #[error("expected seconds or a duration such as 3600, 90s, 2h or \"1day 12h\"")]
    Span,
    /// A length beyond [`Span::MAX`].
    #[error("longer than a hundred years")]
    TooLong,
    /// Neither a number, an offset nor a date.
    #[error(
        "expected Unix seconds, a date such as 2026-01-31T12:00:00Z, `now`, or an offset such as +10m or -2h"
    )]
    Moment,
    /// A date that has no Unix time from zero up.
    #[error("before 1970")]
    BeforeEpoch,
}

/// A length of time in whole seconds: `3600`, `90s`, `2h`, `1day 12h`.
///
/// Invariant: at most [`Span::MAX`], so that adding one to the present never leaves the range of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(u64);

impl Span {
    /// A hundred years of 365 days.
    pub const MAX: u64 = 100 * 365 * 24 * 60 * 60;

    /// The length in seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }
}

impl FromStr for Span {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<Self, WhenError> {
        let text = text.trim();
        let seconds = if is_number(text) {
            text.parse().map_err(|_| WhenError::TooLong)?
        } else {
            humantime::parse_duration(text)
                .as_ref()
                .map(Duration::as_secs)
                .map_err(|_| WhenError::Span)?
        };
        if seconds > Self::MAX {
            Err(WhenError::TooLong)
        } else {
            Ok(Self(seconds))
        }
    }
}

/// A moment, fixed or counted from the present: `1767225600`, `2026-01-01T00:00:00Z`, `now`, `+10m`, `-2h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Unix seconds.
    At(u64),
    /// That many seconds from now.
    After(u64),
    /// That many seconds ago.
    Before(u64),
}

impl Moment {
    /// The moment in Unix seconds, when it is `now`.
    #[must_use]
    pub const fn unix(self, now: u64) -> u64 {
        match self {
            Self::At(seconds) => seconds,
            Self::After(seconds) => now.saturating_add(seconds),
            Self::Before(seconds) => now.saturating_sub(seconds),
        }
    }
}

impl FromStr for Moment {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<Self, WhenError> {
        let text = text.trim();
        if text == "now" {
            return Ok(Self::After(0));
        }
        if let Some(offset) = text.strip_prefix('+') {
            return offset.parse().map(|Span(seconds)| Self::After(seconds));
        }
        if let Some(offset) = text.strip_prefix('-') {
            return offset.parse().map(|Span(seconds)| Self::Before(seconds));
        }
        if is_number(text) {
            return text.parse().map(Self::At).map_err(|_| WhenError::Moment);
        }
        let date = chrono::DateTime::parse_from_rfc3339(text).map_err(|_| WhenError::Moment)?;
        u64::try_from(date.timestamp())
            .map(Self::At)
            .map_err(|_| WhenError::BeforeEpoch)
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_seconds_or_a_duration() {
        for (text, seconds) in [
            ("3600", 3600),
            ("0", 0),
            ("90s", 90),
            ("2h", 7200),
            ("1h 30m", 5400),
            ("1day 12h", 129_600),
            (" 15min ", 900),
            ("3153600000", Span::MAX),
        ] {
            assert_eq!(text.parse(), Ok(Span(seconds)), "{text}");
        }
        for (text, error) in [
            ("", WhenError::Span),
            ("soon", WhenError::Span),
            ("-60", WhenError::Span),
            ("1.5", WhenError::Span),
            ("3153600001", WhenError::TooLong),
            ("101years", WhenError::TooLong),
            ("99999999999999999999", WhenError::TooLong),
        ] {
            assert_eq!(text.parse::<Span>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_moment_is_fixed_or_counted_from_now() {
        for (text, unix) in [
            ("now", 1000),
            ("+5m", 1300),
            ("-5m", 700),
            ("-2h", 0),
            ("+60", 1060),
            ("1767225600", 1_767_225_600),
            ("2026-01-01T00:00:00Z", 1_767_225_600),
            ("2026-01-01T01:00:00+01:00", 1_767_225_600),
        ] {
            assert_eq!(
                text.parse::<Moment>().map(|moment| moment.unix(1000)),
                Ok(unix),
                "{text}"
            );
        }
        for (text, error) in [
            ("", WhenError::Moment),
            ("yesterday", WhenError::Moment),
            ("2026-01-01", WhenError::Moment),
            ("99999999999999999999", WhenError::Moment),
            ("1969-12-31T23:59:59Z", WhenError::BeforeEpoch),
            ("+soon", WhenError::Span),
        ] {
            assert_eq!(text.parse::<Moment>(), Err(error), "{text}");
        }
    }
}
