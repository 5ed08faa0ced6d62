//! The kinds of values that settings have: how each is read from a text, and how it is shown.

use std::{fmt, ops::RangeInclusive, path::PathBuf, time::Duration};

use agentup_auth::{Algorithm, Scope};
use secrecy::SecretString;

mod url;

pub(super) use url::{KeyUrl, Origin, WebUrl, is_loopback};

/// What is shown in place of a secret.
const SECRET_SHOWN: &str = "<set>";

/// A kind of value that is written as one text, number or truth value.
pub(super) trait Kind {
    /// What a text becomes.
    type Value;

    /// Reads a text.
    ///
    /// # Errors
    /// With what the text is not, to be put behind it: "is not a number from 1 to 9".
    fn read(&self, text: &str) -> Result<Self::Value, String>;

    /// What a value of this kind looks like: "a number from 1 to 9".
    fn expected(&self) -> String;

    /// The value as it is shown to people. A secret must not be.
    fn show(&self, value: &Self::Value) -> serde_yaml::Value;

    /// Whether a text of this kind must not be repeated in a fault.
    fn is_secret(&self) -> bool {
        false
    }
}

/// Any text.
pub(super) struct Text;

impl Kind for Text {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, String> {
        if text
            .chars()
            .any(|character| character.is_control() && character != '\n' && character != '\t')
        {
            return Err("has control characters".to_owned());
        }
        Ok(text.to_owned())
    }

    fn expected(&self) -> String {
        "a text".to_owned()
    }

    fn show(&self, value: &String) -> serde_yaml::Value {
        value.as_str().into()
    }
}

/// A text that nobody may see.
pub(super) struct Secret;

impl Kind for Secret {
    type Value = SecretString;

    fn read(&self, text: &str) -> Result<SecretString, String> {
        Ok(text.into())
    }

    fn expected(&self) -> String {
        "a text".to_owned()
    }

    fn show(&self, _: &SecretString) -> serde_yaml::Value {
        SECRET_SHOWN.into()
    }

    fn is_secret(&self) -> bool {
        true
    }
}

/// The path of a file. One that is not absolute begins in the folder of the configuration.
pub(super) struct FilePath;

impl Kind for FilePath {
    type Value = PathBuf;

    fn read(&self, text: &str) -> Result<PathBuf, String> {
        if text.contains('\0') {
            Err("is not a path".to_owned())
        } else {
            Ok(text.into())
        }
    }

    fn expected(&self) -> String {
        "the path of a file".to_owned()
    }

    fn show(&self, value: &PathBuf) -> serde_yaml::Value {
        value.display().to_string().into()
    }
}

/// Yes or no.
pub(super) struct Flag;

impl Kind for Flag {
    type Value = bool;

    fn read(&self, text: &str) -> Result<bool, String> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(format!("is not {}", self.expected())),
        }
    }

    fn expected(&self) -> String {
        "true or false".to_owned()
    }

    fn show(&self, value: &bool) -> serde_yaml::Value {
        (*value).into()
    }
}

/// A number in a range.
pub(super) struct Count<N>(pub(super) RangeInclusive<N>);

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

    fn show(&self, value: &N) -> serde_yaml::Value {
        (*value).into()
    }
}

/// A length of time in a range of whole seconds: `30`, `30s`, `5m`, `1h 30m`.
pub(super) struct Span(pub(super) RangeInclusive<u64>);

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
        let [least, most] = [self.0.start(), self.0.end()]
            .map(|seconds| humantime::format_duration(Duration::from_secs(*seconds)).to_string());
        format!("a time from {least} to {most}, in seconds or as in 30s, 5m, 1h")
    }

    fn show(&self, value: &Duration) -> serde_yaml::Value {
        humantime::format_duration(*value).to_string().into()
    }
}

/// A length of time, or `none` for no limit.
pub(super) struct Limit(pub(super) Span);

impl Kind for Limit {
    type Value = Option<Duration>;

    fn read(&self, text: &str) -> Result<Option<Duration>, String> {
        if text.eq_ignore_ascii_case("none") {
            Ok(None)
        } else {
            self.0.read(text).map(Some)
        }
    }

    fn expected(&self) -> String {
        format!("`none` or {}", self.0.expected())
    }

    fn show(&self, value: &Option<Duration>) -> serde_yaml::Value {
        value
            .as_ref()
            .map_or_else(|| "none".into(), |span| self.0.show(span))
    }
}

/// A number of bytes in a range: `65536`, `64KiB`, `1MiB`.
pub(super) struct Size(pub(super) RangeInclusive<usize>);

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

/// One of a few words; their case does not count.
pub(super) struct Choice<T: 'static>(pub(super) &'static [(&'static str, T)]);

impl<T: Copy + PartialEq> Kind for Choice<T> {
    type Value = T;

    fn read(&self, text: &str) -> Result<T, String> {
        self.0
            .iter()
            .find_map(|(word, value)| word.eq_ignore_ascii_case(text).then_some(*value))
            .ok_or_else(|| format!("is not {}", self.expected()))
    }

    fn expected(&self) -> String {
        let words: Vec<_> = self.0.iter().map(|(word, _)| format!("`{word}`")).collect();
        match words.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        }
    }

    fn show(&self, value: &T) -> serde_yaml::Value {
        let word = self
            .0
            .iter()
            .find_map(|(word, other)| (other == value).then_some(*word));
        word.unwrap_or_default().into()
    }
}

/// A signature algorithm.
pub(super) struct SignatureAlgorithm;

impl Kind for SignatureAlgorithm {
    type Value = Algorithm;

    fn read(&self, text: &str) -> Result<Algorithm, String> {
        if text.eq_ignore_ascii_case("none") {
            return Err("is no signature at all and can never be allowed".to_owned());
        }
        text.parse().map_err(|error| format!("is {error}"))
    }

    fn expected(&self) -> String {
        "the name of a signature algorithm such as HS256 or RS256".to_owned()
    }

    fn show(&self, value: &Algorithm) -> serde_yaml::Value {
        value.name().into()
    }
}

/// A scope.
pub(super) struct ScopeName;

impl Kind for ScopeName {
    type Value = Scope;

    fn read(&self, text: &str) -> Result<Scope, String> {
        Scope::parse(text).map_err(|error| format!("is not a scope: {error}"))
    }

    fn expected(&self) -> String {
        "the name of a scope".to_owned()
    }

    fn show(&self, value: &Scope) -> serde_yaml::Value {
        value.as_str().into()
    }
}

/// A media type; `text` is short for `text/plain`.
pub(super) struct MediaType;

impl Kind for MediaType {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, String> {
        let is_token = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+*".contains(&byte))
        };
        // RFC 6838 §4.2: the names; parameters follow behind a semicolon.
        let names = text.split(';').next().unwrap_or_default().trim_end();
        match names.split_once('/') {
            None if text.eq_ignore_ascii_case("text") => Ok("text/plain".to_owned()),
            Some((kind, subtype)) if is_token(kind) && is_token(subtype) => Ok(text.to_owned()),
            _ => Err(format!("is not {}", self.expected())),
        }
    }

    fn expected(&self) -> String {
        "`text` or a media type such as application/json".to_owned()
    }

    fn show(&self, value: &String) -> serde_yaml::Value {
        value.as_str().into()
    }
}

#[cfg(test)]
mod tests;
