//! Scope claims: every form that issuers write, and what is none of them.

use serde_json::{Map, Value, json};

use super::{Family, changed};

const RULE: &str = "RFC 9068 §2.2.3";

pub(super) fn family() -> Family {
    let mut family = Family::new("scopes");
    accepted(&mut family);
    refused(&mut family);
    conflicts(&mut family);
    family
}

/// A token with these scope claims and no other.
fn scoped(claims: &Value) -> String {
    let scopes: Map<String, Value> = claims.as_object().cloned().unwrap_or_default();
    changed(|all| {
        all.shift_remove("scope");
        all.extend(scopes);
    })
}

fn accepted(family: &mut Family) {
    let many: Vec<String> = (0..200).map(|number| format!("s{number}")).collect();
    let words = many.join(" ");
    for (name, claims, scopes) in [
        ("none", json!({}), vec![]),
        ("empty", json!({ "scope": "" }), vec![]),
        ("empty array", json!({ "scope": [] }), vec![]),
        ("one", json!({ "scope": "basic" }), vec!["basic"]),
        (
            "separated by a space",
            json!({ "scope": "basic premium" }),
            vec!["basic", "premium"],
        ),
        (
            "separated by a comma",
            json!({ "scope": "basic,premium" }),
            vec!["basic", "premium"],
        ),
        (
            "separated by comma and space",
            json!({ "scope": "basic, premium" }),
            vec!["basic", "premium"],
        ),
        (
            "separated by spaces",
            json!({ "scope": " basic  premium " }),
            vec!["basic", "premium"],
        ),
        (
            "array",
            json!({ "scope": ["basic", "premium"] }),
            vec!["basic", "premium"],
        ),
        (
            "scp, text",
            json!({ "scp": "basic premium" }),
            vec!["basic", "premium"],
        ),
        (
            "scp, array",
            json!({ "scp": ["basic", "premium"] }),
            vec!["basic", "premium"],
        ),
        (
            "scopes, array",
            json!({ "scopes": ["basic", "premium"] }),
            vec!["basic", "premium"],
        ),
        (
            "scopes, text",
            json!({ "scopes": "basic,premium" }),
            vec!["basic", "premium"],
        ),
        (
            "one of them twice",
            json!({ "scope": "basic basic" }),
            vec!["basic"],
        ),
        (
            "two claims that agree",
            json!({ "scope": "basic premium", "scp": ["premium", "basic"] }),
            vec!["basic", "premium"],
        ),
        (
            "three claims that agree",
            json!({ "scope": "basic", "scp": ["basic"], "scopes": "basic" }),
            vec!["basic"],
        ),
        (
            "with a colon and a slash",
            json!({ "scope": "https://x/y:z" }),
            vec!["https://x/y:z"],
        ),
        (
            "as many as allowed",
            json!({ "scope": words }),
            many.iter().map(String::as_str).collect(),
        ),
    ] {
        let scopes = scopes.into_iter().map(str::to_owned).collect();
        family.accept(name, RULE, "hs256", scoped(&claims)).scopes = Some(scopes);
    }
}

fn refused(family: &mut Family) {
    const GRAMMAR: &str = "RFC 6749 §3.3";
    let many: Vec<String> = (0..201).map(|number| format!("s{number}")).collect();
    for (name, value) in [
        ("null", json!(null)),
        ("number", json!(7)),
        ("true", json!(true)),
        ("object", json!({ "basic": true })),
        ("array with a number", json!(["basic", 1])),
        ("array with null", json!([null])),
        ("array in an array", json!([["basic"]])),
        ("array with an object", json!([{ "name": "basic" }])),
        ("array with a list in a text", json!(["basic premium"])),
        ("array with commas in a text", json!(["basic,premium"])),
        ("array with an empty text", json!(["basic", ""])),
        ("tab between", json!("basic\tpremium")),
        ("newline between", json!("basic\npremium")),
        ("NUL inside", json!("basic\0admin")),
        ("quote inside", json!("basic \"admin\"")),
        ("backslash inside", json!("basic\\admin")),
        ("not ASCII", json!("básic")),
        ("no-break space between", json!("basic\u{a0}premium")),
        ("more than allowed", json!(many.join(" "))),
        ("more than allowed in an array", json!(many)),
        ("one of 256 bytes", json!("s".repeat(256))),
    ] {
        for claim in ["scope", "scp"] {
            let name = format!("{claim}: {name}");
            let token = scoped(&json!({ claim: value }));
            family.refuse(&name, GRAMMAR, "hs256", "invalid_claim", token);
        }
    }
}

fn conflicts(family: &mut Family) {
    for (name, claims) in [
        ("scope and scp", json!({ "scope": "basic", "scp": "admin" })),
        (
            "scope and scopes",
            json!({ "scope": "basic", "scopes": ["basic", "admin"] }),
        ),
        (
            "one of them empty",
            json!({ "scope": "", "scp": ["admin"] }),
        ),
        (
            "the third",
            json!({ "scope": "basic", "scp": "basic", "scopes": "premium" }),
        ),
        ("by case", json!({ "scope": "basic", "scp": "Basic" })),
    ] {
        let name = format!("disagree: {name}");
        family.refuse(&name, RULE, "hs256", "conflicting_scopes", scoped(&claims));
    }
    let token = scoped(&json!({ "scope": "basic", "scp": 1 }));
    family.refuse(
        "one good, one ill-typed",
        RULE,
        "hs256",
        "invalid_claim",
        token,
    );
}
