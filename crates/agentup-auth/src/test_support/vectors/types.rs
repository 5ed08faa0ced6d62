//! Kinds of JWT: access tokens are accepted, and nothing that could be mistaken for one.

use serde_json::{Value, json};

use super::{Family, good_text, hs256, with};
use crate::test_support::claims;

const RULE: &str = "RFC 8725 §3.11";

pub(super) fn family() -> Family {
    let mut family = Family::new("types");
    headers(&mut family);
    other_kinds(&mut family);
    narrowed(&mut family);
    profile(&mut family);
    family
}

fn typed(typ: &Value, payload: String) -> String {
    hs256(&json!({ "alg": "HS256", "typ": typ }).to_string(), payload)
}

fn headers(family: &mut Family) {
    let token = hs256(r#"{"alg":"HS256"}"#, good_text());
    family.accept("absent", "RFC 7519 §5.1", "hs256", token);
    for typ in ["JWT", "jwt", "Jwt", "application/jwt", "APPLICATION/JWT"] {
        family.accept(
            typ,
            "RFC 7515 §4.1.9",
            "hs256",
            typed(&json!(typ), good_text()),
        );
    }
    for typ in [
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
        "Application/AT+jwt",
    ] {
        family.accept(
            typ,
            "RFC 9068 §2.1",
            "hs256",
            typed(&json!(typ), good_text()),
        );
    }
    for typ in [
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "id_token",
        "id+jwt",
        "JWS",
        "JOSE",
        "JWE",
        "",
        "JWT ",
        " JWT",
        "at+jwt\0",
        "at jwt",
        "text/at+jwt",
        "application/x/at+jwt",
        "application/",
        "token-introspection+jwt",
        "client-authentication+jwt",
        "oauth-authz-req+jwt",
        "kb+jwt",
    ] {
        let name = format!("other type {typ:?}");
        family.refuse(
            &name,
            RULE,
            "hs256",
            "wrong_type",
            typed(&json!(typ), good_text()),
        );
    }
    for (name, typ) in [
        ("null", json!(null)),
        ("number", json!(1)),
        ("array", json!(["JWT"])),
        ("object", json!({})),
        ("false", json!(false)),
    ] {
        let token = typed(&typ, good_text());
        family.refuse(
            &format!("typ: {name}"),
            "RFC 7515 §4.1.9",
            "hs256",
            "wrong_type",
            token,
        );
    }
}

/// Claims that only other kinds of tokens have.
fn other_kinds(family: &mut Family) {
    for (name, claim, value) in [
        ("an ID token with a nonce", "nonce", json!("n-0S6_WzA2Mj")),
        (
            "an ID token with an access token hash",
            "at_hash",
            json!("MTIzNDU2Nzg5MDEyMzQ1Ng"),
        ),
        (
            "an ID token with a code hash",
            "c_hash",
            json!("LDktKdoQak3Pk0cnXxCltA"),
        ),
        (
            "a logout token or event",
            "events",
            json!({ "urn:event": {} }),
        ),
        ("a nonce that is null", "nonce", json!(null)),
    ] {
        family.refuse(name, RULE, "hs256", "wrong_type", with(claim, value));
    }
    let mut claims = claims();
    claims.insert("nonce".to_owned(), json!("n"));
    let token = typed(&json!("at+jwt"), Value::Object(claims).to_string());
    family.accept(
        "a nonce in what says that it is an access token",
        RULE,
        "hs256",
        token,
    );
}

/// Where only `at+jwt` is accepted.
fn narrowed(family: &mut Family) {
    const TRUST: &str = "hs256-access-tokens";
    for typ in ["at+jwt", "application/at+jwt"] {
        let token = typed(&json!(typ), good_text());
        family.accept(
            &format!("only access tokens: {typ}"),
            "RFC 9068 §4",
            TRUST,
            token,
        );
    }
    let token = typed(&json!("JWT"), good_text());
    family.refuse(
        "only access tokens: JWT",
        "RFC 9068 §4",
        TRUST,
        "wrong_type",
        token,
    );
    let token = hs256(r#"{"alg":"HS256"}"#, good_text());
    family.refuse(
        "only access tokens: absent",
        "RFC 9068 §4",
        TRUST,
        "wrong_type",
        token,
    );
}

/// Where all of RFC 9068 is asked.
fn profile(family: &mut Family) {
    const TRUST: &str = "hs256-profile";
    const RULE: &str = "RFC 9068 §2.2";
    let access = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        let mut claims = claims();
        claims.insert("client_id".to_owned(), json!("app"));
        change(&mut claims);
        Value::Object(claims).to_string()
    };
    let token = typed(&json!("at+jwt"), access(&|_| {}));
    family.accept("access token profile", RULE, TRUST, token);
    for claim in ["iss", "aud", "sub", "exp", "iat", "jti", "client_id"] {
        let payload = access(&|claims| {
            claims.shift_remove(claim);
        });
        let token = typed(&json!("at+jwt"), payload);
        let name = format!("access token profile without {claim}");
        family.refuse(&name, RULE, TRUST, "missing_claim", token);
    }
    let payload = access(&|claims| {
        claims.insert("client_id".to_owned(), json!(7));
    });
    let name = "access token profile, client_id is a number";
    family.refuse(
        name,
        RULE,
        TRUST,
        "invalid_claim",
        typed(&json!("at+jwt"), payload),
    );
    let token = typed(&json!("JWT"), access(&|_| {}));
    family.refuse(
        "access token profile, typ JWT",
        RULE,
        TRUST,
        "wrong_type",
        token,
    );
}
