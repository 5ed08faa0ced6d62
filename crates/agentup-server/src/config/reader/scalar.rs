//! One value of the file: its variables replaced, then read by its kind.

use agentup_env::cli::terminal::safe_text;

use super::{
    super::{
        report::{Found, Report, Spot},
        tree::{Node, Value},
        values::Kind,
        variables::{Expanded, expand},
    },
    Got,
};

/// The longest value that is repeated in a fault, in characters.
const MAX_SHOWN: usize = 60;

impl Report<'_> {
    /// One value: its variables replaced, then read by its kind.
    pub(in super::super) fn scalar<K: Kind>(
        &self,
        kind: &K,
        node: &Node,
        path: &str,
        is_optional: bool,
    ) -> Got<Found<K::Value>> {
        let spot = self.spot(node.at, path);
        let text = match &node.value {
            Value::Text(text) => text,
            Value::Null => return Got::Absent,
            Value::List(_) | Value::Map(_) => {
                self.wrong_type(&spot, node, &kind.expected());
                return Got::Faulty;
            }
        };
        let expanded = match expand(text, self.variables) {
            Ok(expanded) => expanded,
            Err(error) => {
                let remedy = "write `${NAME}` or `${NAME:default}` for a variable, `$${` for the text itself";
                self.fault(&spot, error.to_string(), remedy);
                return Got::Faulty;
            }
        };
        if expanded.text.is_empty() && is_optional {
            return Got::Absent;
        }
        if let Some(name) = expanded.unset.first() {
            let remedy = format!(
                "set it in the environment or in .env, or write a default: `${{{name}:…}}`"
            );
            self.fault(&spot, format!("variable {name} is not set"), remedy);
            return Got::Faulty;
        }
        if expanded.text.is_empty() {
            return Got::Absent;
        }
        match kind.read(&expanded.text) {
            Ok(value) => {
                if kind.is_secret() && !expanded.is_from_outside {
                    self.note_written_secret(&spot);
                }
                Got::Value(Found { value, spot })
            }
            Err(problem) => {
                self.fault(&spot, format!("{} {problem}", naming(kind, &expanded)), "");
                Got::Faulty
            }
        }
    }

    /// The values of a list. One that is bad or missing makes the list so.
    pub(in super::super) fn members<K: Kind>(
        &self,
        kind: &K,
        items: &[Node],
        path: &str,
    ) -> Option<Vec<Found<K::Value>>> {
        let read = |(index, item): (usize, &Node)| {
            let path = format!("{path}[{index}]");
            match self.scalar(kind, item, &path, false) {
                Got::Value(found) => Some(found),
                Got::Faulty => None,
                Got::Absent => {
                    self.fault(&self.spot(item.at, path), "has no value", "");
                    None
                }
            }
        };
        // All are read, so that every fault is found, before one that is missing ends it.
        let found: Vec<_> = items.iter().enumerate().map(read).collect();
        found.into_iter().collect()
    }

    /// Reports that a value has the wrong type.
    pub(in super::super) fn wrong_type(&self, spot: &Spot, node: &Node, expected: &str) {
        let found = match node.value {
            Value::Null => "nothing",
            Value::Text(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        };
        self.fault(spot, format!("expected {expected}, found {found}"), "");
    }
}

/// A name for a value that is wrong: the value itself only if it stands in the file and is no
/// secret. What a variable holds may be a secret that was meant for another key.
fn naming<K: Kind>(kind: &K, expanded: &Expanded) -> String {
    if !expanded.names.is_empty() {
        return format!("the value of {}", expanded.names.join(" and "));
    }
    if kind.is_secret() || expanded.text.chars().count() > MAX_SHOWN {
        return "the value".to_owned();
    }
    format!("`{}`", safe_text(&expanded.text))
}
