//! The form of the claims: one strict JSON object, nothing twice.

use super::{Family, HS256, good_text, hs256, with, with_text};

const FORM: &str = "RFC 7519 §7.2";
const TWICE: &str = "RFC 7519 §4";
const JSON: &str = "RFC 8259 §2";

pub(super) fn family() -> Family {
    let mut family = Family::new("claims");
    accepted(&mut family);
    not_an_object(&mut family);
    not_json(&mut family);
    twice(&mut family);
    family
}

/// The good claims with members put in front of them.
fn led_by(members: &str) -> String {
    good_text().replacen('{', &format!("{{{members},"), 1)
}

fn accepted(family: &mut Family) {
    family.accept("good", FORM, "hs256", hs256(HS256, good_text()));
    let spaced = good_text().replace(',', " ,\r\n\t").replace(':', " : ");
    // The issuer has a colon too; it must stay what it is.
    let spaced = spaced.replace("https : //", "https://");
    family.accept(
        "white space between tokens",
        JSON,
        "hs256",
        hs256(HS256, spaced),
    );
    let mut claims: Vec<_> = crate::test_support::claims().into_iter().collect();
    claims.reverse();
    let reversed = serde_json::Value::Object(claims.into_iter().collect()).to_string();
    family.accept("in another order", FORM, "hs256", hs256(HS256, reversed));
    let token = with(
        "https://example.com/roles",
        serde_json::json!([{ "a": [1, null] }, "b"]),
    );
    family.accept("unknown claims", "RFC 7519 §4", "hs256", token);
    let token = with("name", "Алиса 😀 \u{202e}".into());
    family.accept(
        "letters that are not ASCII",
        "RFC 8259 §8.1",
        "hs256",
        token,
    );
    let token = with_text("name", r#""\ud83d\ude00 \u00e9 \/ \b""#);
    family.accept(
        "escapes, a surrogate pair among them",
        "RFC 8259 §7",
        "hs256",
        token,
    );
    let token = with("same", serde_json::json!([{ "a": 1 }, { "a": 1 }]));
    family.accept("one name in two objects", TWICE, "hs256", token);
    family.accept(
        "an unknown claim that is null",
        FORM,
        "hs256",
        with("x", serde_json::json!(null)),
    );
    let names = good_text().replace("\"sub\"", r#""\u0073ub""#);
    family.accept(
        "a name with escapes",
        "RFC 8259 §7",
        "hs256",
        hs256(HS256, names),
    );
}

fn not_an_object(family: &mut Family) {
    let good = good_text();
    for (name, text) in [
        ("nothing", String::new()),
        ("array of the claims", format!("[{good}]")),
        (
            "array of the values",
            r#"["https://issuer.example","agentup","alice"]"#.to_owned(),
        ),
        ("text", "\"alice\"".to_owned()),
        (
            "text of the claims",
            serde_json::Value::from(good.as_str()).to_string(),
        ),
        ("null", "null".to_owned()),
        ("number", "1".to_owned()),
        ("true", "true".to_owned()),
        ("two objects", format!("{good}{good}")),
        ("two objects on two lines", format!("{good}\n{good}")),
        ("bytes after it", format!("{good}x")),
        ("closing brace after it", format!("{good}}}")),
        ("NUL after it", format!("{good}\0")),
        ("byte order mark before it", format!("\u{feff}{good}")),
    ] {
        family.refuse(name, FORM, "hs256", "malformed_claims", hs256(HS256, text));
    }
    family.refuse(
        "empty object",
        FORM,
        "hs256",
        "missing_claim",
        hs256(HS256, "{}"),
    );
}

fn not_json(family: &mut Family) {
    let good = good_text();
    for (name, text) in [
        ("comma at the end", good.replace('}', ",}")),
        ("comma at the start", good.replacen('{', "{,", 1)),
        ("comment to the end of line", format!("{good}//")),
        ("comment", led_by("/* */\"x\":1")),
        ("single quotes", good.replace('"', "'")),
        ("name without quotes", led_by("x:1")),
        ("NaN", led_by(r#""x":NaN"#)),
        ("Infinity", led_by(r#""x":-Infinity"#)),
        ("number out of range", led_by(r#""x":1e400"#)),
        ("negative number out of range", led_by(r#""x":-1e400"#)),
        ("leading zero", led_by(r#""x":01"#)),
        ("plus sign", led_by(r#""x":+1"#)),
        ("no digit before the point", led_by(r#""x":.5"#)),
        ("no digit after the point", led_by(r#""x":1."#)),
        ("no digit in the exponent", led_by(r#""x":1e"#)),
        ("hexadecimal", led_by(r#""x":0x10"#)),
        ("minus alone", led_by(r#""x":-"#)),
        ("capital literal", led_by(r#""x":True"#)),
        ("cut-off literal", led_by(r#""x":nul"#)),
        ("undefined", led_by(r#""x":undefined"#)),
        ("newline in a text", led_by("\"x\":\"\n\"")),
        ("control character in a name", led_by("\"x\u{1}\":1")),
        ("unknown escape", led_by(r#""x":"\x41""#)),
        ("escape of four other letters", led_by(r#""x":"\u00zz""#)),
        ("escape with a sign", led_by(r#""x":"\u+041""#)),
        ("lone high surrogate", led_by(r#""x":"\ud800""#)),
        ("lone low surrogate", led_by(r#""x":"\udc00""#)),
        (
            "high surrogate and a letter",
            led_by(r#""x":"\ud800\u0041""#),
        ),
        (
            "surrogates in the wrong order",
            led_by(r#""x":"\udc00\ud800""#),
        ),
        ("lone surrogate in a name", led_by(r#""\ud800":1"#)),
        (
            "no-break space between tokens",
            good.replacen(':', ":\u{a0}", 1),
        ),
        ("form feed between tokens", good.replacen(':', ":\u{c}", 1)),
        ("cut off", good[..good.len() - 1].to_owned()),
        ("cut off inside a text", good[..good.len() - 2].to_owned()),
        ("colon missing", good.replacen(':', " ", 1)),
        ("comma missing", good.replacen(',', " ", 1)),
        ("unclosed array", led_by(r#""x":[1"#)),
        ("array closed by a brace", led_by(r#""x":[1}"#)),
        ("comma in an empty array", led_by(r#""x":[,]"#)),
    ] {
        family.refuse(name, JSON, "hs256", "malformed_claims", hs256(HS256, text));
    }
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes) in [
        ("UTF-16", utf16),
        ("a byte that UTF-8 does not have", spoiled(&[0xFF])),
        ("an overlong slash", spoiled(&[0xC0, 0xAF])),
        ("a surrogate in UTF-8", spoiled(&[0xED, 0xA0, 0x80])),
        ("a cut-off character", spoiled(&[0xE2, 0x82])),
    ] {
        family.refuse(
            name,
            "RFC 8259 §8.1",
            "hs256",
            "malformed_claims",
            hs256(HS256, bytes),
        );
    }
}

/// The good claims with these bytes in a text of them.
fn spoiled(bytes: &[u8]) -> Vec<u8> {
    let text = led_by(r#""x":"@""#);
    let (before, after) = text.split_once('@').expect("the mark");
    [before.as_bytes(), bytes, after.as_bytes()].concat()
}

fn twice(family: &mut Family) {
    for (name, members) in [
        ("exp twice", r#""exp":9999999999"#),
        ("iss twice", r#""iss":"https://issuer.example""#),
        ("sub twice", r#""sub":"mallory""#),
        ("aud twice", r#""aud":"agentup""#),
        ("scope twice", r#""scope":"admin""#),
        ("sub twice, one with escapes", r#""\u0073ub":"mallory""#),
        ("unknown claim twice", r#""x":1,"x":1"#),
        (
            "unknown claim twice, one with escapes",
            r#""x":1,"\u0078":1"#,
        ),
        ("twice inside an object", r#""x":{"a":1,"a":2}"#),
        ("twice inside an array", r#""x":[{"a":1,"a":2}]"#),
        (
            "twice deep inside",
            r#""x":{"y":[[{"z":{"a":1,"b":2,"a":3}}]]}"#,
        ),
        ("empty name twice", r#""":1,"":2"#),
        ("twice with escapes both times", r#""\u0078":1,"\u0078":2"#),
        ("three times", r#""x":1,"x":1,"x":1"#),
    ] {
        let token = hs256(HS256, led_by(members));
        family.refuse(name, TWICE, "hs256", "malformed_claims", token);
    }
}
