//! The `Authorization` header: one bearer token, and nothing else.

use super::{Family, good};
use crate::algorithm::Algorithm;

pub(super) fn family() -> Family {
    const BEARER: &str = "RFC 6750 §2.1";
    let mut family = Family::new("transport");
    let token = good(Algorithm::HS256);
    for scheme in ["Bearer ", "bearer ", "BEARER ", "BeArEr ", "Bearer   "] {
        let name = format!("accepted {scheme:?}");
        header(
            &mut family,
            &name,
            "RFC 9110 §11.1",
            &[&format!("{scheme}{token}")],
        );
    }
    header(&mut family, "no header", "RFC 6750 §3.1", &[]);
    if let Some(vector) = family.vectors.last_mut() {
        "absent".clone_into(&mut vector.expect);
    }
    for (name, code, value) in [
        ("empty header", "not_bearer", String::new()),
        ("token alone", "not_bearer", token.clone()),
        ("Basic", "not_bearer", "Basic YWxpY2U6c2VjcmV0".to_owned()),
        ("DPoP", "not_bearer", format!("DPoP {token}")),
        ("Token", "not_bearer", format!("Token {token}")),
        ("JWT", "not_bearer", format!("JWT {token}")),
        ("no space", "not_bearer", format!("Bearer{token}")),
        ("equals sign", "not_bearer", format!("Bearer={token}")),
        ("colon", "not_bearer", format!("Bearer: {token}")),
        ("tab", "not_bearer", format!("Bearer\t{token}")),
        ("plural", "not_bearer", format!("Bearers {token}")),
        (
            "letter that is not ASCII",
            "not_bearer",
            format!("B\u{435}arer {token}"),
        ),
        ("scheme alone", "empty_token", "Bearer".to_owned()),
        ("scheme and a space", "empty_token", "Bearer ".to_owned()),
        ("scheme and spaces", "empty_token", "Bearer    ".to_owned()),
        (
            "scheme twice",
            "not_a_token",
            format!("Bearer Bearer {token}"),
        ),
        ("space and tab", "not_a_token", format!("Bearer \t{token}")),
        ("quotes", "not_a_token", format!("Bearer \"{token}\"")),
        ("space after", "not_a_token", format!("Bearer {token} ")),
        ("semicolon after", "not_a_token", format!("Bearer {token};")),
        (
            "percent-encoded",
            "not_a_token",
            format!("Bearer {}", token.replace('.', "%2E")),
        ),
        (
            "two tokens, space between",
            "not_a_token",
            format!("Bearer {token} {token}"),
        ),
        (
            "two tokens, comma between",
            "two_credentials",
            format!("Bearer {token},{token}"),
        ),
        (
            "two credentials joined",
            "two_credentials",
            format!("Bearer {token}, Bearer {token}"),
        ),
        (
            "Basic joined",
            "two_credentials",
            format!("Bearer {token}, Basic YWxpY2U6eA=="),
        ),
        ("not three parts", "malformed", "Bearer abc".to_owned()),
        ("padding", "malformed", format!("Bearer {token}=")),
    ] {
        header(&mut family, name, BEARER, &[&value]).refused(code);
    }
    let value = format!("Bearer {token}");
    for (name, values) in [
        ("two headers, one token", [value.as_str(), value.as_str()]),
        (
            "two headers, Basic first",
            ["Basic YWxpY2U6eA==", value.as_str()],
        ),
        (
            "two headers, Basic second",
            [value.as_str(), "Basic YWxpY2U6eA=="],
        ),
        ("two headers, one empty", [value.as_str(), ""]),
    ] {
        header(&mut family, name, "RFC 6750 §3.1", &values).refused("two_credentials");
    }
    family
}

fn header<'f>(
    family: &'f mut Family,
    name: &str,
    rule: &str,
    values: &[&str],
) -> &'f mut super::Vector {
    let vector = family.push(name, rule, "hs256", String::new());
    vector.token = None;
    vector.authorization = Some(values.iter().map(|value| (*value).to_owned()).collect());
    vector
}
