//! Variables inside a text: `${NAME}`, `${NAME:default}` and `${NAME:-default}`.

use agentup_env::Environment;

/// A text with its variables replaced.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Expanded {
    pub(super) text: String,
    /// The variables that the text names, in order.
    pub(super) names: Vec<String>,
    /// Those that are not set and have no default. Nothing stands for them in the text.
    pub(super) unset: Vec<String>,
    /// Whether some of the text is the value of a variable, and not all of it stands in the file.
    pub(super) is_from_outside: bool,
}

/// Why a text with `${` in it cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ExpandError {
    #[error("`${{` is not closed")]
    Open,
    #[error("`${{…}}` does not name a variable: letters, digits and `_`, not a digit first")]
    Name,
    #[error("`${{…}}` stands inside of another; a default is plain text")]
    Nested,
}

/// Replaces the variables of a text. `$${` stands for `${`; any other `$` for itself.
///
/// As in a shell, the default counts also for a variable that is set to nothing. It reaches to the
/// first `}` and may have colons. Neither it nor a value is looked through for variables again.
pub(super) fn expand(text: &str, variables: &Environment) -> Result<Expanded, ExpandError> {
    let mut expanded = Expanded::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            expanded.text.push_str(before);
            expanded.text.push_str("${");
            rest = after;
            continue;
        }
        let (inside, after) = after.split_once('}').ok_or(ExpandError::Open)?;
        if inside.contains("${") {
            return Err(ExpandError::Nested);
        }
        expanded.text.push_str(before);
        expanded.replace(inside, variables)?;
        rest = after;
    }
    expanded.text.push_str(rest);
    Ok(expanded)
}

impl Expanded {
    fn replace(&mut self, inside: &str, variables: &Environment) -> Result<(), ExpandError> {
        let (name, default) = match inside.split_once(':') {
            Some((name, default)) => (name, Some(default.strip_prefix('-').unwrap_or(default))),
            None => (inside, None),
        };
        if !is_name(name) {
            return Err(ExpandError::Name);
        }
        self.names.push(name.to_owned());
        match (variables.get(name), default) {
            (Some("") | None, Some(default)) => self.text.push_str(default),
            (Some(value), _) => {
                self.text.push_str(value);
                self.is_from_outside = true;
            }
            (None, None) => self.unset.push(name.to_owned()),
        }
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> Result<Expanded, ExpandError> {
        let variables = [("SET", "v:${SET}"), ("EMPTY", ""), ("_n2", "2")];
        expand(text, &Environment::from_pairs(variables))
    }

    #[test]
    fn variables_are_replaced_once() {
        for (text, value) in [
            ("plain $ $SET {SET} $}", "plain $ $SET {SET} $}"),
            ("${SET}", "v:${SET}"),
            ("a${_n2}b${_n2}c", "a2b2c"),
            ("${SET:default}", "v:${SET}"),
            ("${UNSET:default}", "default"),
            ("${UNSET:-default}", "default"),
            ("${EMPTY:-default}", "default"),
            ("${EMPTY:default}", "default"),
            ("${EMPTY}", ""),
            ("${UNSET:}", ""),
            (
                "${UNSET:http://localhost:11434/v1}",
                "http://localhost:11434/v1",
            ),
            ("${UNSET:key: [a, b] # no YAML}", "key: [a, b] # no YAML"),
            ("${UNSET:--x}", "-x"),
            ("$${SET} $$", "${SET} $$"),
        ] {
            let expanded = expanded(text).unwrap();
            assert_eq!(
                (expanded.text.as_str(), expanded.unset.len()),
                (value, 0),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_set_is_told() {
        let expanded = expanded("a${UNSET}b${SET}${OTHER}").unwrap();
        assert_eq!(expanded.text, "abv:${SET}");
        assert_eq!(expanded.names, ["UNSET", "SET", "OTHER"]);
        assert_eq!(expanded.unset, ["UNSET", "OTHER"]);
    }

    #[test]
    fn what_is_no_variable_is_refused() {
        for (text, error) in [
            ("pa${ss", ExpandError::Open),
            ("${}", ExpandError::Name),
            ("${:default}", ExpandError::Name),
            ("${2N}", ExpandError::Name),
            ("${A-B}", ExpandError::Name),
            ("${ SET }", ExpandError::Name),
            ("${UNSET:${SET}}", ExpandError::Nested),
        ] {
            assert_eq!(expanded(text), Err(error), "{text}");
        }
    }
}
