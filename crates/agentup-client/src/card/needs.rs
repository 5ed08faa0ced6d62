//! The scopes that a card asks for, of the agent or of one skill.

use std::fmt;

use serde_json::{Map, Value, json};

/// Alternatives, of which one is enough; of an alternative all scopes are needed. None at all asks for
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs(Vec<Vec<String>>);

impl Needs {
    /// What the members `security` (A2A 0.3: `[{scheme: [scopes]}]`) or `securityRequirements`
    /// (1.0: `[{"schemes": {scheme: {"list": [scopes]}}}]`) of a card or a skill ask for; `None` if it
    /// has neither.
    pub(super) fn of(members: &Map<String, Value>) -> Option<Self> {
        let list = |name| members.get(name).and_then(Value::as_array);
        let alternatives = list("security").or_else(|| list("securityRequirements"))?;
        Some(Self(
            alternatives
                .iter()
                .filter_map(Value::as_object)
                .map(scopes)
                .collect(),
        ))
    }

    /// Whether these scopes are enough.
    pub(crate) fn are_met_by(&self, scopes: &[String]) -> bool {
        self.0.is_empty()
            || self
                .0
                .iter()
                .any(|alternative| alternative.iter().all(|scope| scopes.contains(scope)))
    }

    /// As an array of alternatives.
    pub(crate) fn to_json(&self) -> Value {
        json!(self.0)
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An alternative that asks for nothing makes the others moot.
        if self.are_met_by(&[]) {
            return f.write_str("-");
        }
        let alternatives: Vec<_> = self
            .0
            .iter()
            .map(|alternative| alternative.join(" + "))
            .collect();
        f.write_str(&alternatives.join(" or "))
    }
}

/// The scopes of one alternative, of all its schemes.
fn scopes(alternative: &Map<String, Value>) -> Vec<String> {
    let schemes = alternative
        .get("schemes")
        .and_then(Value::as_object)
        .unwrap_or(alternative);
    let mut scopes = Vec::new();
    for scheme in schemes.values() {
        let list = scheme
            .get("list")
            .unwrap_or(scheme)
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        scopes.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    scopes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(members: &Value) -> Option<Needs> {
        Needs::of(members.as_object().unwrap())
    }

    #[test]
    fn both_generations_say_the_same() {
        for members in [
            json!({"security": [{"bearer": ["basic"]}]}),
            json!({"securityRequirements": [{"schemes": {"bearer": {"list": ["basic"]}}}]}),
            json!({"security": [{"bearer": ["basic"]}], "securityRequirements": []}),
        ] {
            let needs = needs(&members).unwrap();
            assert_eq!(needs.to_string(), "basic", "{members}");
            assert!(needs.are_met_by(&["basic".to_owned()]), "{members}");
            assert!(!needs.are_met_by(&["premium".to_owned()]), "{members}");
        }
    }

    #[test]
    fn alternatives_and_sums() {
        let needs =
            needs(&json!({"security": [{"a": ["x", "y"]}, {"b": ["z"], "c": []}]})).unwrap();
        assert_eq!(needs.to_string(), "x + y or z");
        assert_eq!(needs.to_json(), json!([["x", "y"], ["z"]]));
        let met = |scopes: &[&str]| {
            needs.are_met_by(&scopes.iter().map(|&s| s.to_owned()).collect::<Vec<_>>())
        };
        assert!(met(&["x", "y"]) && met(&["z"]));
        assert!(!met(&["x"]) && !met(&[]));
    }

    #[test]
    fn nothing_asked_is_met_by_nothing() {
        for members in [
            json!({"security": []}),
            json!({"security": [{}]}),
            json!({"security": [{"b": []}]}),
        ] {
            let needs = needs(&members).unwrap();
            assert!(needs.are_met_by(&[]), "{members}");
            assert_eq!(needs.to_string(), "-", "{members}");
        }
        assert_eq!(needs(&json!({"security": "basic"})), None);
    }
}
