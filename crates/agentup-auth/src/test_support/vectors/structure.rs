//! Size, alphabet and number of parts.

use serde_json::{Map, Value};

use super::{Family, HS256, base64url, changed, good, good_text, hs256, with, without};
use crate::algorithm::Algorithm;

const PARTS: &str = "RFC 7515 §7.1";
const ALPHABET: &str = "RFC 7515 §2";
const SIZE: &str = "draft-ietf-oauth-rfc8725bis §2.10";

pub(super) fn family() -> Family {
    let mut family = Family::new("structure");
    parts(&mut family);
    alphabet(&mut family);
    size(&mut family);
    shape(&mut family);
    family
}

fn parts(family: &mut Family) {
    let token = good(Algorithm::HS256);
    let [header, payload, signature] = split(&token);
    family.accept("three parts", PARTS, "hs256", token.clone());
    for (name, text) in [
        ("one part", header.clone()),
        ("two parts", format!("{header}.{payload}")),
        (
            "two parts, payload and signature",
            format!("{payload}.{signature}"),
        ),
        ("four parts", format!("{token}.{signature}")),
        ("five parts", format!("{token}.{payload}.{signature}")),
        ("a dot more at the end", format!("{token}.")),
        ("a dot more at the start", format!(".{token}")),
        (
            "a dot more in the middle",
            format!("{header}..{payload}.{signature}"),
        ),
        ("one dot", ".".to_owned()),
        ("three dots", "...".to_owned()),
        ("nothing", String::new()),
        ("a word", "token".to_owned()),
        (
            "JSON serialization",
            serde_json::json!({
                "protected": header, "payload": payload, "signature": signature,
            })
            .to_string(),
        ),
        ("the scheme left on", format!("Bearer {token}")),
        ("in quotes", format!("\"{token}\"")),
        ("twice", format!("{token},{token}")),
    ] {
        family.refuse(name, PARTS, "hs256", "malformed", text);
    }
    for (name, code, text) in [
        ("two dots alone", "malformed_header", "..".to_owned()),
        (
            "empty header",
            "malformed_header",
            format!(".{payload}.{signature}"),
        ),
        (
            "empty payload",
            "bad_signature",
            format!("{header}..{signature}"),
        ),
        (
            "empty signature",
            "bad_signature",
            format!("{header}.{payload}."),
        ),
    ] {
        family.refuse(name, PARTS, "hs256", code, text);
    }
}

fn alphabet(family: &mut Family) {
    let token = good(Algorithm::HS256);
    let [header, payload, signature] = split(&token);
    for (name, text) in [
        (
            "padding on the header",
            format!("{header}=.{payload}.{signature}"),
        ),
        (
            "padding on the payload",
            format!("{header}.{payload}==.{signature}"),
        ),
        ("padding on the signature", format!("{token}=")),
        ("space before", format!(" {token}")),
        ("space after", format!("{token} ")),
        ("space inside", format!("{header} .{payload}.{signature}")),
        ("newline after", format!("{token}\n")),
        ("carriage return and newline after", format!("{token}\r\n")),
        (
            "newline inside the payload",
            format!("{header}.\n{payload}.{signature}"),
        ),
        ("tab inside", format!("{header}.\t{payload}.{signature}")),
        ("NUL after", format!("{token}\0")),
        ("NUL inside", format!("{header}.{payload}\0.{signature}")),
        ("percent-encoded dot", token.replacen('.', "%2E", 1)),
        ("fullwidth dot", token.replacen('.', "\u{ff0e}", 1)),
        ("no-break space after", format!("{token}\u{a0}")),
        ("byte order mark before", format!("\u{feff}{token}")),
        (
            "letter that is not ASCII",
            token.replacen('e', "\u{435}", 1),
        ),
        (
            "plus of the other alphabet",
            format!("{header}.{payload}.+{}", &signature[1..]),
        ),
        (
            "slash of the other alphabet",
            format!("{header}.{payload}./{}", &signature[1..]),
        ),
        (
            "tilde of b64token",
            format!("{header}.{payload}.~{}", &signature[1..]),
        ),
        (
            "unused bits set in the header",
            format!("{}.{payload}.{signature}", unused_bits(&header)),
        ),
        (
            "unused bits set in the payload",
            format!("{header}.{}.{signature}", unused_bits(&payload)),
        ),
        (
            "unused bits set in the signature",
            format!("{header}.{payload}.{}", unused_bits(&signature)),
        ),
        (
            "impossible length of the header",
            format!("{}.{payload}.{signature}", overlong(&header)),
        ),
        (
            "impossible length of the payload",
            format!("{header}.{}.{signature}", overlong(&payload)),
        ),
        (
            "impossible length of the signature",
            format!("{header}.{payload}.{}", overlong(&signature)),
        ),
    ] {
        family.refuse(name, ALPHABET, "hs256", "malformed", text);
    }
}

fn size(family: &mut Family) {
    let sized = |length: usize| {
        // Three bytes of payload are four of token; the rest is found by trying.
        let mut fill = length / 4 * 3 - 400;
        loop {
            let token = with("fill", "x".repeat(fill).into());
            if token.len() >= length {
                return token;
            }
            fill += 1;
        }
    };
    family.accept("as large as allowed", SIZE, "hs256", sized(8192));
    family.refuse(
        "larger than allowed",
        SIZE,
        "hs256",
        "too_large",
        sized(8193),
    );
    family.refuse(
        "much larger than allowed",
        SIZE,
        "hs256",
        "too_large",
        sized(20_000),
    );

    let header = |length: usize| {
        let text = format!(
            r#"{{"alg":"HS256","fill":"{}"}}"#,
            "x".repeat(length / 4 * 3 - 25)
        );
        hs256(&text, good_text())
    };
    family.accept("header as large as allowed", SIZE, "hs256", header(1024));
    family.refuse(
        "header larger than allowed",
        SIZE,
        "hs256",
        "too_large",
        header(1028),
    );
}

/// Number of members, depth, and length of names.
fn shape(family: &mut Family) {
    let members = |count: usize| {
        changed(|claims| {
            let more = count - claims.len();
            claims.extend((0..more).map(|number| (format!("m{number}"), number.into())));
        })
    };
    family.accept("as many claims as allowed", SIZE, "hs256", members(64));
    family.refuse(
        "more claims than allowed",
        SIZE,
        "hs256",
        "malformed_claims",
        members(65),
    );
    let nested: Map<String, Value> = (0..65)
        .map(|number| (format!("m{number}"), number.into()))
        .collect();
    let token = with("nested", nested.clone().into());
    family.refuse(
        "more members than allowed inside",
        SIZE,
        "hs256",
        "malformed_claims",
        token,
    );
    let mut header = nested;
    header.insert("alg".to_owned(), "HS256".into());
    let token = hs256(&Value::Object(header).to_string(), good_text());
    family.refuse(
        "more header members than allowed",
        SIZE,
        "hs256",
        "malformed_header",
        token,
    );

    let deep = |depth: usize| {
        let text = format!("{}{}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        super::with_text("deep", &text)
    };
    family.accept("as deep as allowed", SIZE, "hs256", deep(16));
    family.refuse(
        "deeper than allowed",
        SIZE,
        "hs256",
        "malformed_claims",
        deep(17),
    );
    family.refuse("very deep", SIZE, "hs256", "malformed_claims", deep(2500));
    let text = format!(
        r#"{{"alg":"HS256","deep":{}{}}}"#,
        "[".repeat(300),
        "]".repeat(300)
    );
    family.refuse(
        "deep header",
        SIZE,
        "hs256",
        "malformed_header",
        hs256(&text, good_text()),
    );

    family.accept(
        "name as long as allowed",
        SIZE,
        "hs256",
        with(&"n".repeat(256), true.into()),
    );
    let token = with(&"n".repeat(257), true.into());
    family.refuse(
        "name longer than allowed",
        SIZE,
        "hs256",
        "malformed_claims",
        token,
    );
    let token = without("scope");
    family.accept("without scopes", SIZE, "hs256", token).scopes = Some(Vec::new());
    family.accept(
        "spaces around the JSON",
        SIZE,
        "hs256",
        hs256(
            &format!(" \r\n{HS256}\t "),
            format!("\n {} \n", good_text()),
        ),
    );
}

fn split(token: &str) -> [String; 3] {
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts.try_into().expect("three parts")
}

/// The same bytes, spelled with a last symbol whose unused bits are not zero; padded with a space
/// of JSON if all bits are used.
fn unused_bits(part: &str) -> String {
    let mut bytes = base64url::decode(part.as_bytes()).expect("base64url");
    while bytes.len().is_multiple_of(3) {
        bytes.push(b' ');
    }
    let mut text = base64url::encode(&bytes);
    let last = text.pop().expect("not empty");
    // The symbol after a canonical last one differs in the lowest, unused bit.
    let next = match last {
        'Z' => 'a',
        'z' => '0',
        '9' => '-',
        '-' => '_',
        other => char::from_u32(u32::from(other) + 1).expect("ASCII"),
    };
    text.push(next);
    text
}

/// One symbol more than a whole number of bytes needs.
fn overlong(part: &str) -> String {
    let whole = part.len() / 4 * 4;
    format!("{}A", &part[..whole])
}
