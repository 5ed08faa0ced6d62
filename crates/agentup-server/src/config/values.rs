//! The kinds of values that settings have: how each is read from a text, and how it is shown.

use std::path::PathBuf;

use secrecy::SecretString;
use serde_json::json;

use super::schema::{caseless, text};

mod address;
mod credentials;
mod measures;
mod names;
mod network;
mod url;

pub(super) use address::MetricsAddress;
pub(super) use credentials::{CredentialHeader, Moment};
pub(super) use measures::{Count, Delay, Limit, Share, Size, Span};
pub(super) use names::{MediaType, ScopeName, SignatureAlgorithm};
pub(super) use network::Network;
pub(super) use url::{HostName, KeyUrl, Origin, WebUrl, is_loopback};

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

    /// A value of this kind that has no variables in it, as JSON Schema (2020-12). It may take more
    /// than [`Kind::read`], and never less.
    fn schema(&self) -> serde_json::Value;

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

    fn schema(&self) -> serde_json::Value {
        text()
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

    fn schema(&self) -> serde_json::Value {
        text()
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

    fn schema(&self) -> serde_json::Value {
        text()
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

    fn schema(&self) -> serde_json::Value {
        json!({"anyOf": [
            {"type": "boolean"},
            {"enum": [0, 1]},
            caseless(&["true", "yes", "on", "1", "false", "no", "off", "0"]),
        ]})
    }

    fn show(&self, value: &bool) -> serde_yaml::Value {
        (*value).into()
    }
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

    fn schema(&self) -> serde_json::Value {
        let words: Vec<&str> = self.0.iter().map(|(word, _)| *word).collect();
        json!({"anyOf": [{"enum": words}, caseless(&words)]})
    }

    fn show(&self, value: &T) -> serde_yaml::Value {
        let word = self
            .0
            .iter()
            .find_map(|(word, other)| (other == value).then_some(*word));
        word.unwrap_or_default().into()
    }
}

#[cfg(test)]
mod tests;
