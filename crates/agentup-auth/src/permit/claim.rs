//! Conditions on claims: what the issuer must say of a caller for a skill to be theirs.

use serde_json::{Map, Value};

/// A claim, and the values of which it must have one.
///
/// The claim may be a text, a number or a truth value; the last two are compared as JSON writes
/// them, so that `true` and `"true"` are one. Of an array one member is enough. A claim that is not
/// there, or null, or an object, meets nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimCondition {
    path: Vec<String>,
    values: Vec<String>,
}

impl ClaimCondition {
    /// A claim by its name, or one inside of others by the names on the way to it, and the values
    /// of which one is asked for. Without a value nobody meets it.
    #[must_use]
    pub const fn new(path: Vec<String>, values: Vec<String>) -> Self {
        Self { path, values }
    }

    /// The name of the claim for people: `realm_access.roles` for one inside of another.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.join(".")
    }

    /// The values of which one is asked for.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// Whether verified claims meet it.
    #[must_use]
    pub fn is_met_by(&self, claims: &Map<String, Value>) -> bool {
        let mut names = self.path.iter();
        let first = names.next().and_then(|name| claims.get(name));
        let claim = names.fold(first, |claim, name| claim?.as_object()?.get(name));
        match claim {
            Some(Value::Array(members)) => members.iter().any(|member| self.is_asked_for(member)),
            Some(claim) => self.is_asked_for(claim),
            None => false,
        }
    }

    fn is_asked_for(&self, claim: &Value) -> bool {
        let has = |text: &str| self.values.iter().any(|value| value == text);
        match claim {
            Value::String(text) => has(text),
            Value::Number(number) => has(&number.to_string()),
            Value::Bool(truth) => has(if *truth { "true" } else { "false" }),
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        }
    }
}
