//! Why parameters could not be read: walks them again, slowly, and names each member at fault.
//!
//! Reading itself stops at the first fault and cannot say where a missing member was missed, so
//! that it can be fast. Only when it fails is this second look taken. Its rules mirror the types
//! of the model one by one, and a property test holds the two together.

pub(crate) mod v03;
pub(crate) mod v10;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::{A2aError, FieldViolation, JsonObject, Timestamp, wire};

/// A rule that one value must obey; it reports to the finder what does not.
pub(crate) type Rule = fn(&mut Finder, &Value);

/// Reads parameters and, if that fails, says which of them are wrong by `rule`.
pub(crate) fn read<T: DeserializeOwned>(
    params: Option<&RawValue>,
    rule: Rule,
) -> Result<T, A2aError> {
    let text = params.map_or("{}", RawValue::get);
    from_object(text).map_err(|_| A2aError::invalid_params(violations(text, rule)))
}

fn from_object<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = wire::object(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

fn violations(text: &str, rule: Rule) -> Vec<FieldViolation> {
    let mut finder = Finder::default();
    find(&mut finder, text, rule);
    if finder.violations.is_empty() {
        // A `Value` keeps the last of two members of one name, so it cannot show them.
        finder.report("must not have a member twice");
    }
    finder.violations
}

fn find(finder: &mut Finder, text: &str, rule: Rule) {
    match serde_json::from_str(text) {
        Ok(params) => rule(finder, &params),
        Err(_) => finder.report("cannot be read as JSON"),
    }
}

/// Collects violations while it walks through a value.
#[derive(Debug, Default)]
pub(crate) struct Finder {
    path: String,
    violations: Vec<FieldViolation>,
}

impl Finder {
    /// Enough to correct a request by; a bound, because the caller decides how many there are.
    const MAX_VIOLATIONS: usize = 16;

    /// Reports the value at which the walk stands.
    pub(crate) fn report(&mut self, description: &'static str) {
        if self.violations.len() < Self::MAX_VIOLATIONS {
            let field = if self.path.is_empty() {
                "params"
            } else {
                &self.path
            };
            let field = field.to_owned();
            self.violations.push(FieldViolation {
                field,
                description: description.into(),
            });
        }
    }

    /// Reports a member of the object at which the walk stands.
    pub(crate) fn report_member(&mut self, name: &str, description: &'static str) {
        self.at_member(name, |finder| finder.report(description));
    }

    /// The value as an object; reports one that is not.
    pub(crate) fn object<'a>(&mut self, value: &'a Value) -> Option<&'a JsonObject> {
        let object = value.as_object();
        if object.is_none() {
            self.report("must be an object");
        }
        object
    }

    /// Applies a rule to a member that must be there.
    pub(crate) fn required(&mut self, object: &JsonObject, name: &str, rule: Rule) {
        match self.member(object, name) {
            Some(value) => self.at_member(name, |finder| rule(finder, value)),
            None => self.report_member(name, "is required"),
        }
    }

    /// Applies a rule to a member that may be there; `null` is the same as absent.
    pub(crate) fn optional(&mut self, object: &JsonObject, name: &str, rule: Rule) {
        if let Some(value) = self.member(object, name).filter(|value| !value.is_null()) {
            self.at_member(name, |finder| rule(finder, value));
        }
    }

    /// Applies a rule to each element of a list.
    pub(crate) fn each(&mut self, list: &[Value], rule: Rule) {
        for (index, value) in list.iter().enumerate() {
            if self.violations.len() >= Self::MAX_VIOLATIONS {
                return;
            }
            self.within(&format!("[{index}]"), |finder| rule(finder, value));
        }
    }

    /// The member in either spelling, `camelCase` or `snake_case`; reports both at once.
    fn member<'a>(&mut self, object: &'a JsonObject, name: &str) -> Option<&'a Value> {
        let snake = snake_case(name);
        let other = if snake == name {
            None
        } else {
            object.get(&snake)
        };
        match (object.get(name), other) {
            (Some(value), Some(_)) => {
                self.report_member(name, "must not be given in two spellings");
                Some(value)
            }
            (one, other) => one.or(other),
        }
    }

    fn at_member(&mut self, name: &str, walk: impl FnOnce(&mut Self)) {
        if self.path.is_empty() {
            self.within(name, walk);
        } else {
            self.within(&format!(".{name}"), walk);
        }
    }

    fn within(&mut self, step: &str, walk: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(step);
        walk(self);
        self.path.truncate(length);
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len().saturating_add(4));
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

pub(crate) fn string(finder: &mut Finder, value: &Value) {
    if !value.is_string() {
        finder.report("must be a string");
    }
}

pub(crate) fn non_empty(finder: &mut Finder, value: &Value) {
    match value.as_str() {
        None => finder.report("must be a string"),
        Some("") => finder.report("must not be empty"),
        Some(_) => {}
    }
}

pub(crate) fn boolean(finder: &mut Finder, value: &Value) {
    if !value.is_boolean() {
        finder.report("must be true or false");
    }
}

pub(crate) fn count(finder: &mut Finder, value: &Value) {
    if !matches!(wire::count(value), Ok(Some(_))) {
        finder.report("must be a number from 0 to 2147483647");
    }
}

pub(crate) fn metadata(finder: &mut Finder, value: &Value) {
    let _ = finder.object(value);
}

pub(crate) fn strings(finder: &mut Finder, value: &Value) {
    match value.as_array() {
        Some(list) => finder.each(list, string),
        None => finder.report("must be a list of strings"),
    }
}

pub(crate) fn bytes(finder: &mut Finder, value: &Value) {
    if value.as_str().and_then(wire::base64::decode).is_none() {
        finder.report("must be a string of base64");
    }
}

pub(crate) fn timestamp(finder: &mut Finder, value: &Value) {
    if value.as_str().and_then(Timestamp::parse).is_none() {
        finder.report("must be an RFC 3339 timestamp");
    }
}

#[cfg(test)]
mod tests;
