//! The registered claims that are texts: issuer, audience, subject, token id, and bindings.

use serde_json::{Value, json};

use super::{Family, changed, with, with_text, without};

pub(super) fn family() -> Family {
    let mut family = Family::new("registered");
    issuer(&mut family);
    audience(&mut family);
    subject(&mut family);
    token_id(&mut family);
    required(&mut family);
    binding(&mut family);
    family
}

/// Values that are no text.
fn ill_typed() -> [(&'static str, Value); 5] {
    [
        ("null", json!(null)),
        ("number", json!(7)),
        ("true", json!(true)),
        ("array", json!([["x"]])),
        ("object", json!({ "x": "y" })),
    ]
}

fn issuer(family: &mut Family) {
    const RULE: &str = "RFC 7519 §4.1.1";
    let token = with_text("iss", r#""https:\/\/issuer.example""#);
    family.accept("iss with escapes", RULE, "hs256", token);
    family.refuse(
        "iss missing",
        RULE,
        "hs256",
        "missing_claim",
        without("iss"),
    );
    for (name, value) in ill_typed() {
        let token = with("iss", value);
        family.refuse(
            &format!("iss {name}"),
            RULE,
            "hs256",
            "invalid_claim",
            token,
        );
    }
    let token = with("iss", json!(["https://issuer.example"]));
    family.refuse("iss array of ours", RULE, "hs256", "invalid_claim", token);
    let token = with("iss", json!({ "https://issuer.example": true }));
    family.refuse("iss object of ours", RULE, "hs256", "invalid_claim", token);
    for value in [
        "",
        "https://issuer.exampl",
        "https://issuer.example/",
        "https://issuer.example.evil",
        "HTTPS://issuer.example",
        "https://ISSUER.example",
        "http://issuer.example",
        " https://issuer.example",
        "https://issuer.example ",
        "https://issuer.example\0",
        "https://issuer.example#",
        "issuer.example",
        "https://issuer.example:443",
        "*",
        "https://i\u{455}suer.example",
    ] {
        let name = format!("iss {value:?}");
        family.refuse(
            &name,
            RULE,
            "hs256",
            "untrusted_issuer",
            with("iss", json!(value)),
        );
    }
}

fn audience(family: &mut Family) {
    const RULE: &str = "RFC 7519 §4.1.3";
    for (name, trust, value) in [
        ("array of ours alone", "hs256", json!(["agentup"])),
        (
            "array with ours first",
            "hs256",
            json!(["agentup", "other"]),
        ),
        (
            "array with ours last",
            "hs256",
            json!(["https://other.example", "other", "agentup"]),
        ),
        ("one of two names", "hs256-two-audiences", json!("agentup")),
        (
            "the other of two names",
            "hs256-two-audiences",
            json!("other"),
        ),
        (
            "both names",
            "hs256-two-audiences",
            json!(["other", "agentup"]),
        ),
    ] {
        family.accept(&format!("aud {name}"), RULE, trust, with("aud", value));
    }
    family.refuse(
        "aud missing",
        RULE,
        "hs256",
        "missing_claim",
        without("aud"),
    );
    for (name, value) in ill_typed() {
        let token = with("aud", value);
        family.refuse(
            &format!("aud {name}"),
            RULE,
            "hs256",
            "invalid_claim",
            token,
        );
    }
    for (name, value) in [
        ("array with a number", json!(["agentup", 7])),
        ("array with null", json!([null, "agentup"])),
        ("array in an array", json!([["agentup"]])),
        ("array with an object", json!(["agentup", {}])),
        ("object of ours", json!({ "agentup": true })),
    ] {
        let token = with("aud", value);
        family.refuse(
            &format!("aud {name}"),
            RULE,
            "hs256",
            "invalid_claim",
            token,
        );
    }
    for (name, value) in [
        ("other", json!("other")),
        ("empty", json!("")),
        ("empty array", json!([])),
        ("array of others", json!(["other", "another"])),
        ("prefix", json!("agent")),
        ("longer", json!("agentup2")),
        ("other case", json!("AgentUp")),
        ("space after", json!("agentup ")),
        ("list separated by spaces", json!("other agentup")),
        ("list separated by commas", json!("agentup,other")),
        ("array with a prefix", json!(["agent", "up"])),
        ("wildcard", json!("*")),
        ("NUL after", json!("agentup\0")),
    ] {
        let token = with("aud", value);
        family.refuse(
            &format!("aud {name}"),
            RULE,
            "hs256",
            "wrong_audience",
            token,
        );
    }
}

fn subject(family: &mut Family) {
    const RULE: &str = "RFC 7519 §4.1.2";
    for (name, value) in [
        ("of 255 bytes", "s".repeat(255)),
        ("e-mail address", "alice@example.com".to_owned()),
        ("with a space", "Alice A.".to_owned()),
        ("not ASCII", "Алиса".to_owned()),
        ("pairwise", "auth0|5f7c8ec7c33c6c004bbafe82".to_owned()),
    ] {
        family.accept(
            &format!("sub {name}"),
            RULE,
            "hs256",
            with("sub", json!(value)),
        );
    }
    family.refuse(
        "sub missing",
        RULE,
        "hs256",
        "missing_claim",
        without("sub"),
    );
    for (name, value) in ill_typed() {
        let token = with("sub", value);
        family.refuse(
            &format!("sub {name}"),
            RULE,
            "hs256",
            "invalid_claim",
            token,
        );
    }
    for (name, value) in [
        ("empty", String::new()),
        ("of 256 bytes", "s".repeat(256)),
        ("with a newline", "alice\nadmin".to_owned()),
        ("with a tab", "alice\t".to_owned()),
        ("with NUL", "alice\0".to_owned()),
        ("with DEL", "alice\u{7f}".to_owned()),
        ("with a C1 control", "alice\u{85}".to_owned()),
        ("with a terminal escape", "\u{1b}[31malice".to_owned()),
    ] {
        let token = with("sub", json!(value));
        family.refuse(
            &format!("sub {name}"),
            RULE,
            "hs256",
            "invalid_claim",
            token,
        );
    }
}

fn token_id(family: &mut Family) {
    const RULE: &str = "RFC 7519 §4.1.7";
    family.accept("jti missing", RULE, "hs256", without("jti"));
    family.accept(
        "jti of 255 bytes",
        RULE,
        "hs256",
        with("jti", json!("j".repeat(255))),
    );
    for (name, value) in ill_typed() {
        let token = with("jti", value);
        family.refuse(
            &format!("jti {name}"),
            RULE,
            "hs256",
            "invalid_claim",
            token,
        );
    }
    for (name, value) in [("empty", String::new()), ("of 256 bytes", "j".repeat(256))] {
        let token = with("jti", json!(value));
        family.refuse(
            &format!("jti {name}"),
            RULE,
            "hs256",
            "invalid_claim",
            token,
        );
    }
    let revoked = "hs256-revoked";
    family.accept("jti not listed", RULE, revoked, with("jti", json!("good")));
    family.accept(
        "jti listed for another issuer",
        RULE,
        revoked,
        with("jti", json!("token-1")),
    );
    family.accept(
        "jti in another case than the listed",
        RULE,
        revoked,
        with("jti", json!("BAD")),
    );
    family.refuse(
        "jti listed",
        RULE,
        revoked,
        "revoked",
        with("jti", json!("bad")),
    );
    let token = with_text("jti", r#""\u0062ad""#);
    family.refuse("jti listed, with escapes", RULE, revoked, "revoked", token);
}

fn required(family: &mut Family) {
    const RULE: &str = "configuration: required_claims";
    const TRUST: &str = "hs256-required";
    for (name, value) in [
        ("text", json!("t-1")),
        ("list", json!([])),
        ("false", json!(false)),
    ] {
        family.accept(
            &format!("required claim, {name}"),
            RULE,
            TRUST,
            with("tenant", value),
        );
    }
    let token = without("tenant");
    family.refuse(
        "required claim missing",
        RULE,
        TRUST,
        "missing_claim",
        token,
    );
    let token = with("tenant", json!(null));
    family.refuse("required claim null", RULE, TRUST, "missing_claim", token);
    let token = with("Tenant", json!("t-1"));
    family.refuse(
        "required claim in another case",
        RULE,
        TRUST,
        "missing_claim",
        token,
    );
    let token = changed(|claims| {
        claims.insert("tenant".to_owned(), json!("t-1"));
        claims.shift_remove("jti");
    });
    family.refuse("required jti missing", RULE, TRUST, "missing_claim", token);
}

fn binding(family: &mut Family) {
    for (name, rule, value) in [
        (
            "a DPoP key",
            "RFC 9449 §7.1",
            json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }),
        ),
        (
            "a certificate",
            "RFC 8705 §3",
            json!({ "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" }),
        ),
        ("a key", "RFC 7800 §3.2", json!({ "jwk": { "kty": "oct" } })),
        ("nothing", "RFC 7800 §3.1", json!({})),
        ("null", "RFC 7800 §3.1", json!(null)),
        ("a text", "RFC 7800 §3.1", json!("jkt")),
    ] {
        let name = format!("bound to {name}");
        family.refuse(&name, rule, "hs256", "proof_required", with("cnf", value));
    }
}
