//! The `WWW-Authenticate` challenge of a bearer scheme (RFC 6750 §3, RFC 9110 §11.6.1).

/// What a bearer challenge says to a person.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) description: Option<String>,
    pub(super) scope: Option<String>,
}

/// Reads a `Bearer` challenge at the beginning of a header value, as far as it is well-formed.
pub(super) fn bearer(value: &str) -> Option<Challenge> {
    let (scheme, mut rest) = value
        .trim_start()
        .split_once(' ')
        .unwrap_or((value.trim(), ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let mut challenge = Challenge::default();
    while let Some((name, value, after)) = parameter(rest) {
        match name.to_ascii_lowercase().as_str() {
            "error_description" => challenge.description = Some(value),
            "scope" => challenge.scope = Some(value),
            _ => {}
        }
        rest = after;
    }
    Some(challenge)
}

/// One `name=value` or `name="value"`, and what is left behind its comma. A next challenge in the same
/// header (`Basic realm=…`) ends the list, because its name has a space in it.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let (name, rest) = text.trim_start_matches([' ', '\t', ',']).split_once('=')?;
    let name = name.trim_end();
    if name.contains(|character: char| character.is_whitespace() || character == '"') {
        return None;
    }
    let rest = rest.trim_start();
    if let Some(quoted) = rest.strip_prefix('"') {
        let (value, after) = unquote(quoted)?;
        return Some((name, value, after));
    }
    let (value, after) = rest.split_once(',').unwrap_or((rest, ""));
    Some((name, value.trim_end().to_owned(), after))
}

/// The value up to the closing quote, without its backslashes, and what follows.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            character => value.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parameters_are_found_wherever_they_are() {
        for value in [
            r#"Bearer realm="a", error_description="Token has expired", scope="basic premium""#,
            r#"bearer scope="basic premium",error_description="Token has expired""#,
            r#"Bearer  Scope = "basic premium" , ERROR_DESCRIPTION="Token has expired", Basic realm="b""#,
            r#"Bearer error=invalid_token, scope="basic premium", error_description="Token has \expired"#,
        ] {
            let challenge = bearer(value).unwrap();
            assert_eq!(challenge.scope.as_deref(), Some("basic premium"), "{value}");
            let well_formed = value.ends_with('"');
            assert_eq!(
                challenge.description.as_deref(),
                well_formed.then_some("Token has expired"),
                "{value}"
            );
        }
        assert_eq!(
            bearer(r#"Bearer error_description="say \"please\", and = wait""#)
                .unwrap()
                .description
                .unwrap(),
            r#"say "please", and = wait"#
        );
    }

    #[test]
    fn other_schemes_and_bare_challenges_say_nothing() {
        assert_eq!(bearer(r#"Basic realm="a""#), None);
        assert_eq!(bearer(""), None);
        for value in ["Bearer", "Bearer ", r#"Bearer realm="a""#, "Bearer scope="] {
            let challenge = bearer(value).unwrap();
            assert_eq!(challenge.description, None, "{value}");
        }
    }
}
