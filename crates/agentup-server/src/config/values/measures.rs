//! Numbers, lengths of time and sizes, each in a range.

use std::{fmt, ops::RangeInclusive, time::Duration};

use serde_json::json;

use super::{super::schema::caseless, Kind};

/// A length of time as people write it: `30`, `30s`, `1h 30m`, `0.5`.
const SPAN_PATTERN: &str = "^[+]?[0-9.]+( *[a-zµ]+( *[0-9]+ *[a-zµ]+)*)?$";

/// A number in a range.
pub(in super::super) struct Count<N>(pub(in super::super) RangeInclusive<N>);

impl<N> Kind for Count<N>
where
    N: Copy + fmt::Display + PartialOrd + std::str::FromStr + Into<serde_yaml::Value>,
{
    type Value = N;

    fn read(&self, text: &str) -> Result<N, String> {
        text.replace('_', "")
            .parse()
            .ok()
            .filter(|number| self.0.contains(number))
            .ok_or_else(|| format!("is not {}", self.expected()))
    }

    fn expected(&self) -> String {
        format!("a number from {} to {}", self.0.start(), self.0.end())
    }

    fn schema(&self) -> serde_json::Value {
        let [least, most] = [self.0.start(), self.0.end()].map(|end| {
            let end: serde_yaml::Value = (*end).into();
            serde_json::to_value(end).unwrap_or_default()
        });
        let (name, pattern) = if least.is_f64() {
            ("number", "^[-+]?[0-9_.eE]+$")
        } else {
            ("integer", "^[+]?[0-9_]+$")
        };
        json!({"anyOf": [
            {"type": name, "minimum": least, "maximum": most},
            {"type": "string", "pattern": pattern},
        ]})
    }

    fn show(&self, value: &N) -> serde_yaml::Value {
        (*value).into()
    }
}

/// A share of all, from none (0) to every one (1).
pub(in super::super) struct Share;

impl Kind for Share {
    type Value = f64;

    fn read(&self, text: &str) -> Result<f64, String> {
        let share = text.parse().ok();
        share
            .filter(|share| (0.0..=1.0).contains(share))
            .ok_or_else(|| format!("is not {}", self.expected()))
    }

    fn expected(&self) -> String {
        "a share from 0 to 1".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        json!({"anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": "^[-+]?[0-9.eE]+$"},
        ]})
    }

    fn show(&self, value: &f64) -> serde_yaml::Value {
        (*value).into()
    }
}

/// A length of time in a range of whole seconds: `30`, `30s`, `5m`, `1h 30m`.
pub(in super::super) struct Span(pub(in super::super) RangeInclusive<u64>);

impl Kind for Span {
    type Value = Duration;

    fn read(&self, text: &str) -> Result<Duration, String> {
        let seconds = text.parse().ok().map(Duration::from_secs);
        seconds
            .or_else(|| humantime::parse_duration(text).ok())
            .filter(|span| self.0.contains(&span.as_secs()) && span.subsec_nanos() == 0)
            .ok_or_else(|| format!("is not {}", self.expected()))
    }

    fn expected(&self) -> String {
        let [least, most] = [self.0.start(), self.0.end()].map(|seconds| in_units(*seconds));
        format!("a time from {least} to {most}, in seconds or as in 30s, 5m, 1h")
    }

    fn schema(&self) -> serde_json::Value {
        json!({"anyOf": [
            {"type": "integer", "minimum": self.0.start(), "maximum": self.0.end()},
            {"type": "string", "pattern": SPAN_PATTERN},
        ]})
    }

    fn show(&self, value: &Duration) -> serde_yaml::Value {
        in_units(value.as_secs()).into()
    }
}

/// Whole seconds, in the largest unit that they are a multiple of.
fn in_units(seconds: u64) -> String {
    for (name, unit) in [("d", 24 * 60 * 60), ("h", 60 * 60), ("m", 60)] {
        if seconds.is_multiple_of(unit)
            && let Some(number @ 1..) = seconds.checked_div(unit)
        {
            return format!("{number}{name}");
        }
    }
    format!("{seconds}s")
}

/// A length of time in a range of whole milliseconds: `0.5`, `250ms`, `30s`, `1m 30s`.
pub(in super::super) struct Delay(pub(in super::super) RangeInclusive<u64>);

impl Kind for Delay {
    type Value = Duration;

    fn read(&self, text: &str) -> Result<Duration, String> {
        let seconds = text.parse().ok().map(Duration::try_from_secs_f64);
        let delay = match seconds {
            Some(seconds) => seconds.ok(),
            None => humantime::parse_duration(text).ok(),
        };
        delay
            .map(|delay| Duration::from_millis(millis(delay)))
            .filter(|delay| self.0.contains(&millis(*delay)))
            .ok_or_else(|| format!("is not {}", self.expected()))
    }

    fn expected(&self) -> String {
        let [least, most] = [self.0.start(), self.0.end()].map(|delay| in_small_units(*delay));
        format!("a time from {least} to {most}, in seconds or as in 250ms, 30s, 5m")
    }

    fn schema(&self) -> serde_json::Value {
        json!({"anyOf": [
            {"type": "number", "minimum": 0},
            {"type": "string", "pattern": SPAN_PATTERN},
        ]})
    }

    fn show(&self, value: &Duration) -> serde_yaml::Value {
        in_small_units(millis(*value)).into()
    }
}

fn millis(delay: Duration) -> u64 {
    u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)
}

fn in_small_units(millis: u64) -> String {
    match millis.checked_div(1000) {
        Some(seconds) if millis.is_multiple_of(1000) => in_units(seconds),
        _ => format!("{millis}ms"),
    }
}

/// A measure, or `none` for no limit.
pub(in super::super) struct Limit<K>(pub(in super::super) K);

impl<K: Kind> Kind for Limit<K> {
    type Value = Option<K::Value>;

    fn read(&self, text: &str) -> Result<Option<K::Value>, String> {
        if text.eq_ignore_ascii_case("none") {
            Ok(None)
        } else {
            let limit = self.0.read(text).map(Some);
            limit.map_err(|_| format!("is not {}", self.expected()))
        }
    }

    fn expected(&self) -> String {
        format!("`none` or {}", self.0.expected())
    }

    fn schema(&self) -> serde_json::Value {
        json!({"anyOf": [{"const": "none"}, caseless(&["none"]), self.0.schema()]})
    }

    fn show(&self, value: &Option<K::Value>) -> serde_yaml::Value {
        value
            .as_ref()
            .map_or_else(|| "none".into(), |measure| self.0.show(measure))
    }
}

/// A number of bytes in a range: `65536`, `64KiB`, `1MiB`.
pub(in super::super) struct Size(pub(in super::super) RangeInclusive<usize>);

/// The longer names first, so that none is taken for the end of another.
const UNITS: [(&str, usize); 7] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("b", 1),
];

impl Kind for Size {
    type Value = usize;

    fn read(&self, text: &str) -> Result<usize, String> {
        let text = text.to_ascii_lowercase();
        let with_unit = UNITS
            .iter()
            .find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)));
        let (number, unit) = with_unit.unwrap_or((&text, 1));
        let number: Option<usize> = number.trim_end().replace('_', "").parse().ok();
        number
            .and_then(|number| number.checked_mul(unit))
            .filter(|size| self.0.contains(size))
            .ok_or_else(|| format!("is not {}", self.expected()))
    }

    fn expected(&self) -> String {
        let [least, most] = [self.0.start(), self.0.end()].map(|size| sized(*size));
        format!("a size from {least} to {most}, in bytes or as in 64KiB, 1MiB")
    }

    fn schema(&self) -> serde_json::Value {
        json!({"anyOf": [
            {"type": "integer", "minimum": self.0.start(), "maximum": self.0.end()},
            {"type": "string", "pattern": "^[+]?[0-9_]+ *([kKmMgG]?[iI]?[bB])?$"},
        ]})
    }

    fn show(&self, value: &usize) -> serde_yaml::Value {
        sized(*value).into()
    }
}

/// A size in the largest unit that it is a multiple of.
fn sized(bytes: usize) -> String {
    for (name, unit) in [("GiB", 1_usize << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] {
        if bytes.is_multiple_of(unit)
            && let Some(number @ 1..) = bytes.checked_div(unit)
        {
            return format!("{number}{name}");
        }
    }
    bytes.to_string()
}
