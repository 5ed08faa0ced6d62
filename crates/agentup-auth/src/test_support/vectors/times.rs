//! Moments: `exp`, `nbf`, `iat`, and how long a token may live.

use serde_json::json;

use super::{Family, changed, with, with_text, without};
use crate::test_support;

const EXP: &str = "RFC 7519 §4.1.4";
const NBF: &str = "RFC 7519 §4.1.5";
const IAT: &str = "RFC 7519 §4.1.6";
const DATE: &str = "RFC 7519 §2";
const LIFETIME: &str = "configuration: max_token_lifetime";

/// The leeway of the default policy.
const LEEWAY: u64 = 30;
/// The longest life of the default policy.
const DAY: u64 = 86_400;

pub(super) fn family() -> Family {
    let mut family = Family::new("times");
    expiry(&mut family);
    not_before(&mut family);
    issued_at(&mut family);
    ill_typed(&mut family);
    lifetime(&mut family);
    family
}

fn now() -> u64 {
    test_support::NOW.get()
}

fn expiry(family: &mut Family) {
    let now = now();
    let expires = |text: String| {
        let moved = changed(|claims| {
            claims.shift_remove("iat");
            claims.insert("exp".to_owned(), "@".into());
        });
        let payload = moved.split('.').nth(1).expect("three parts");
        let payload = super::base64url::decode(payload.as_bytes()).expect("base64url");
        let payload = String::from_utf8(payload)
            .expect("UTF-8")
            .replace("\"@\"", &text);
        super::hs256(super::HS256, payload)
    };
    for (name, text) in [
        ("in an hour", (now + 3600).to_string()),
        ("with a fraction", format!("{}.75", now + 3600)),
        ("with an exponent", "1.8000036e9".to_owned()),
        ("with a fraction of zero", format!("{}.0", now + 3600)),
        ("now", now.to_string()),
        (
            "in the last second of the leeway",
            (now - LEEWAY + 1).to_string(),
        ),
        (
            "in the last half second of the leeway",
            format!("{}.5", now - LEEWAY),
        ),
    ] {
        family.accept(&format!("exp {name}"), EXP, "hs256", expires(text));
    }
    for (name, text) in [
        ("at the end of the leeway", (now - LEEWAY).to_string()),
        (
            "with a fraction, before the end of the leeway",
            format!("{}.5", now - LEEWAY - 1),
        ),
        ("an hour ago", (now - 3600).to_string()),
        ("zero", "0".to_owned()),
        ("minus zero", "-0".to_owned()),
        ("one", "1".to_owned()),
        ("a very small fraction", "1e-300".to_owned()),
    ] {
        family.refuse(
            &format!("exp {name}"),
            EXP,
            "hs256",
            "expired",
            expires(text),
        );
    }
    family.refuse("exp missing", EXP, "hs256", "missing_claim", without("exp"));
}

fn not_before(family: &mut Family) {
    let now = now();
    for (name, value) in [
        ("long ago", json!(1)),
        ("zero", json!(0)),
        ("now", json!(now)),
        ("at the end of the leeway", json!(now + LEEWAY)),
        ("with a fraction", json!(0.5)),
    ] {
        family.accept(&format!("nbf {name}"), NBF, "hs256", with("nbf", value));
    }
    for (name, text) in [
        ("after the leeway", (now + LEEWAY + 1).to_string()),
        (
            "half a second after the leeway",
            format!("{}.5", now + LEEWAY),
        ),
        ("tomorrow", (now + DAY).to_string()),
        (
            "in the last second of the year 9999",
            "253402300799".to_owned(),
        ),
    ] {
        let token = with_text("nbf", &text);
        family.refuse(&format!("nbf {name}"), NBF, "hs256", "not_yet_valid", token);
    }
}

fn issued_at(family: &mut Family) {
    let now = now();
    family.accept("iat missing", IAT, "hs256", without("iat"));
    for (name, value) in [
        ("at the end of the leeway", json!(now + LEEWAY)),
        ("with a fraction", json!(1_799_999_999.25)),
    ] {
        family.accept(&format!("iat {name}"), IAT, "hs256", with("iat", value));
    }
    for (name, text) in [
        ("after the leeway", (now + LEEWAY + 1).to_string()),
        (
            "half a second after the leeway",
            format!("{}.5", now + LEEWAY),
        ),
        ("next year", (now + 365 * DAY).to_string()),
    ] {
        let token = with_text("iat", &text);
        family.refuse(
            &format!("iat {name}"),
            IAT,
            "hs256",
            "issued_in_future",
            token,
        );
    }
}

fn ill_typed(family: &mut Family) {
    for claim in ["exp", "nbf", "iat"] {
        for (name, text) in [
            ("null", "null"),
            ("a text of digits", "\"1800003600\""),
            ("an ISO date", "\"2027-01-15T09:00:00Z\""),
            ("an empty text", "\"\""),
            ("true", "true"),
            ("a list", "[1800003600]"),
            ("an object", r#"{"seconds":1800003600}"#),
            ("negative", "-1"),
            ("the least of 64 bits", "-9223372036854775808"),
            ("more than 64 bits", "18446744073709551616"),
            ("the most of 64 bits", "18446744073709551615"),
            ("a huge number", "1e308"),
            (
                "a number of 40 digits",
                "1800003600000000000000000000000000000000",
            ),
            ("in milliseconds", "1800003600000"),
            ("after the year 9999", "253402300800"),
        ] {
            let token = with_text(claim, text);
            family.refuse(
                &format!("{claim} {name}"),
                DATE,
                "hs256",
                "invalid_claim",
                token,
            );
        }
    }
}

fn lifetime(family: &mut Family) {
    let now = now();
    let lives = |issued: Option<u64>, expires: u64| {
        changed(|claims| {
            claims.insert("exp".to_owned(), expires.into());
            match issued {
                Some(issued) => claims.insert("iat".to_owned(), issued.into()),
                None => claims.shift_remove("iat"),
            };
        })
    };
    for (name, token) in [
        ("from now on", lives(Some(now), now + DAY)),
        (
            "that began before",
            lives(Some(now - 3600), now - 3600 + DAY),
        ),
        ("without iat", lives(None, now + DAY)),
    ] {
        family.accept(
            &format!("the longest life, {name}"),
            LIFETIME,
            "hs256",
            token,
        );
    }
    for (name, token) in [
        ("a second more", lives(Some(now), now + DAY + 1)),
        (
            "a second more, that began before",
            lives(Some(now - 3600), now - 3600 + DAY + 1),
        ),
        (
            "more than the leeway without iat",
            lives(None, now + DAY + LEEWAY + 1),
        ),
        ("a hundred years", lives(Some(now), now + 36_525 * DAY)),
        (
            "a hundred years without iat",
            lives(None, now + 36_525 * DAY),
        ),
    ] {
        let name = format!("too long a life: {name}");
        family.refuse(&name, LIFETIME, "hs256", "lifetime_too_long", token);
    }
}
