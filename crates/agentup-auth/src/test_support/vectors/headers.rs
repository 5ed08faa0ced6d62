//! Header members that are refused whatever the signature is, and JSON that is no header.

use serde_json::json;

use super::{Family, good_text, hs256, sign_with};
use crate::{
    algorithm::Algorithm,
    issue::SigningKey,
    test_support::{jwks, other_private_pem},
};

pub(super) fn family() -> Family {
    let mut family = Family::new("headers");
    accepted(&mut family);
    embedded_keys(&mut family);
    critical(&mut family);
    unsupported(&mut family);
    malformed(&mut family);
    family
}

/// A signed token whose header has one member more.
fn having(member: &str) -> String {
    hs256(&format!(r#"{{"alg":"HS256",{member}}}"#), good_text())
}

fn accepted(family: &mut Family) {
    for (name, member) in [
        ("unknown member", r#""x-unknown":{"a":[1,null]}"#),
        (
            "x5t, which names a certificate and brings none",
            r#""x5t":"AAAA""#,
        ),
        ("x5t#S256", r#""x5t#S256":"AAAA""#),
        ("b64 true, which changes nothing", r#""b64":true"#),
        ("cty of something else", r#""cty":"json""#),
        ("unknown member in capitals", r#""CRIT":["exp"]"#),
    ] {
        family.accept(name, "RFC 7515 §4", "hs256", having(member));
    }
}

fn embedded_keys(family: &mut Family) {
    const RULE: &str = "RFC 8725 §3.10";
    let pem = other_private_pem(Algorithm::RS256).expect("there is one");
    let attacker = SigningKey::from_pem(Algorithm::RS256, pem.as_bytes()).expect("RSA");
    let jwk = attacker.public_jwk(Some("key-1"));
    let header = json!({ "alg": "RS256", "kid": "key-1", "jwk": jwk }).to_string();
    let token = sign_with(&attacker, &header, good_text());
    family.refuse(
        "jwk, and signed with it",
        RULE,
        "rs256",
        "embedded_key",
        token,
    );
    for (member, value) in [
        ("jku", "https://evil.example/jwks"),
        ("x5u", "https://evil.example/chain.pem"),
    ] {
        let header = json!({ "alg": "RS256", "kid": "key-1", member: value }).to_string();
        let token = sign_with(&attacker, &header, good_text());
        let name = format!("{member}, and signed with that key");
        family.refuse(&name, RULE, "rs256", "embedded_key", token);
    }
    let own = jwks(Algorithm::RS256).to_string();
    for (name, member) in [
        ("jwk with a good signature", format!(r#""jwk":{own}"#)),
        ("jwk null", r#""jwk":null"#.to_owned()),
        ("jwk with escapes", r#""\u006awk":{}"#.to_owned()),
        (
            "jku with a good signature",
            r#""jku":"https://issuer.example/jwks""#.to_owned(),
        ),
        (
            "jku of this host",
            r#""jku":"http://169.254.169.254/""#.to_owned(),
        ),
        ("jku null", r#""jku":null"#.to_owned()),
        (
            "x5u with a good signature",
            r#""x5u":"https://issuer.example/c""#.to_owned(),
        ),
        ("x5c with a good signature", r#""x5c":["MIIB"]"#.to_owned()),
        ("x5c empty", r#""x5c":[]"#.to_owned()),
    ] {
        family.refuse(name, RULE, "hs256", "embedded_key", having(&member));
    }
}

fn critical(family: &mut Family) {
    for (name, value) in [
        ("an unknown name", r#"["x-unknown"]"#),
        ("a name that is absent", r#"["absent"]"#),
        ("b64", r#"["b64"]"#),
        ("an empty list", "[]"),
        ("a name twice", r#"["x","x"]"#),
        ("a registered header name", r#"["alg"]"#),
        ("a claim name", r#"["exp"]"#),
        ("a text", r#""exp""#),
        ("null", "null"),
        ("an object", "{}"),
        ("numbers", "[1]"),
        ("true", "true"),
    ] {
        let token = having(&format!(r#""crit":{value}"#));
        let name = format!("crit: {name}");
        family.refuse(&name, "RFC 7515 §4.1.11", "hs256", "critical_header", token);
    }
    let token = having(r#""x-unknown":true,"crit":["x-unknown"]"#);
    let name = "crit: an unknown name that is there";
    family.refuse(name, "RFC 7515 §4.1.11", "hs256", "critical_header", token);
    let token = having(r#""b64":false,"crit":["b64"]"#);
    let name = "crit: b64, and b64 is false";
    family.refuse(name, "RFC 7797 §7", "hs256", "critical_header", token);
}

fn unsupported(family: &mut Family) {
    for (name, rule, member) in [
        ("b64 false", "RFC 7797 §7", r#""b64":false"#),
        ("b64 as a text", "RFC 7797 §3", r#""b64":"false""#),
        ("b64 zero", "RFC 7797 §3", r#""b64":0"#),
        ("b64 null", "RFC 7797 §3", r#""b64":null"#),
        ("zip", "RFC 7516 §4.1.3", r#""zip":"DEF""#),
        ("zip null", "RFC 7516 §4.1.3", r#""zip":null"#),
        ("enc", "RFC 7516 §4.1.2", r#""enc":"A256GCM""#),
        ("cty JWT", "RFC 7519 §5.2", r#""cty":"JWT""#),
        ("cty jwt", "RFC 7519 §5.2", r#""cty":"jwt""#),
        (
            "cty application/jwt",
            "RFC 7519 §5.2",
            r#""cty":"application/jwt""#,
        ),
        ("cty number", "RFC 7515 §4.1.10", r#""cty":1"#),
    ] {
        family.refuse(name, rule, "hs256", "unsupported_header", having(member));
    }
}

fn malformed(family: &mut Family) {
    const RULE: &str = "RFC 7515 §4";
    for (name, header) in [
        ("array", r#"[{"alg":"HS256"}]"#),
        ("text", r#""HS256""#),
        ("null", "null"),
        ("number", "256"),
        ("empty object", "{}"),
        ("two objects", r#"{"alg":"HS256"}{"alg":"HS256"}"#),
        ("bytes after it", r#"{"alg":"HS256"} x"#),
        ("NUL after it", "{\"alg\":\"HS256\"}\0"),
        ("byte order mark", "\u{feff}{\"alg\":\"HS256\"}"),
        ("comma at the end", r#"{"alg":"HS256",}"#),
        ("single quotes", "{'alg':'HS256'}"),
        ("name without quotes", r#"{alg:"HS256"}"#),
        ("comment", r#"{"alg":"HS256"/**/}"#),
        ("NaN", r#"{"alg":"HS256","x":NaN}"#),
        ("number out of range", r#"{"alg":"HS256","x":1e400}"#),
        ("lone surrogate", r#"{"alg":"HS256","x":"\ud800"}"#),
        ("newline in a text", "{\"alg\":\"HS256\",\"x\":\"\n\"}"),
        ("cut off", r#"{"alg":"HS256""#),
        ("typ twice", r#"{"alg":"HS256","typ":"JWT","typ":"JWT"}"#),
        ("kid twice", r#"{"alg":"HS256","kid":"a","kid":"a"}"#),
        ("unknown member twice", r#"{"alg":"HS256","x":1,"x":1}"#),
        (
            "unknown member twice, with escapes",
            r#"{"alg":"HS256","x":1,"\u0078":1}"#,
        ),
        (
            "member twice inside",
            r#"{"alg":"HS256","x":{"a":1,"a":1}}"#,
        ),
    ] {
        let name = format!("header: {name}");
        family.refuse(
            &name,
            RULE,
            "hs256",
            "malformed_header",
            hs256(header, good_text()),
        );
    }
    let mut bytes = br#"{"alg":"HS256","x":"y"}"#.to_vec();
    for byte in &mut bytes {
        if *byte == b'y' {
            *byte = 0xFF;
        }
    }
    let token = crate::issue::sign_bytes(&bytes, good_text().as_bytes(), &super::hs256_key());
    let token = token.expect("HMAC signs anything");
    family.refuse(
        "header: bad UTF-8",
        RULE,
        "hs256",
        "malformed_header",
        token,
    );
}
