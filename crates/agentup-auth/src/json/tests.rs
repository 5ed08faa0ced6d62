//! What the strict reader takes and what it refuses.

use proptest::prelude::*;

use super::{MAX_MEMBERS, MAX_NAME_BYTES, Node, Texts, read_object};

fn members(text: &str) -> Option<Vec<(String, Node<'_>)>> {
    let mut seen = Vec::new();
    read_object(text, |name, node| seen.push((name.to_owned(), node))).ok()?;
    Some(seen)
}

#[test]
fn values_keep_their_kind() {
    let text =
        r#" {"a":null,"b":true,"c":7,"d":7.5,"e":-7,"f":"x","g":["x","\u0079"],"h":[1],"i":{}} "#;
    let seen = members(text).expect("an object");
    let kinds: Vec<Node<'_>> = seen.into_iter().map(|(_, node)| node).collect();
    assert_eq!(
        kinds,
        [
            Node::Null,
            Node::Bool(true),
            Node::Whole(7),
            Node::Number(7.5),
            Node::Number(-7.0),
            Node::Text("x".into()),
            Node::Texts(Texts(r#""x","\u0079""#)),
            Node::List,
            Node::Object,
        ]
    );
}

#[test]
fn texts_of_an_array_are_read_when_asked_for() {
    for (array, expected) in [
        ("[]", &[][..]),
        ("[ ]", &[]),
        (r#"["x"]"#, &["x"]),
        (
            " [\n\"x\" ,\t\"\\u0079]\",\"\",\"x\" ] ",
            &["x", "y]", "", "x"],
        ),
    ] {
        let text = format!(r#"{{"a":{array}}}"#);
        let seen = members(&text).expect("an object");
        let [(_, Node::Texts(texts))] = seen.as_slice() else {
            panic!("{array} is {seen:?}");
        };
        let texts: Vec<_> = texts.iter().collect();
        assert_eq!(texts, expected, "{array}");
    }
    for array in [
        r#"["x" "y"]"#,
        r#"["x",]"#,
        r#"[,"x"]"#,
        r#"["x",,"y"]"#,
        r#"["x"}"#,
    ] {
        assert_eq!(members(&format!(r#"{{"a":{array}}}"#)), None, "{array}");
    }
    for array in ["[1]", "[null]", r#"["x",1]"#, r#"[["x"]]"#, r#"[{},"x"]"#] {
        let text = format!(r#"{{"a":{array}}}"#);
        let seen = members(&text).expect("an object");
        assert_eq!(seen, [("a".to_owned(), Node::List)], "{array}");
    }
}

#[test]
fn names_that_are_nearly_the_same_are_told_apart() {
    // The same length, first and last letter.
    assert!(members(r#"{"axb":1,"ayb":1,"a\u007ab":1}"#).is_some());
    for twice in [r#"{"axb":1,"ayb":1,"axb":1}"#, r#"{"":1,"a":1,"":1}"#] {
        assert_eq!(members(twice), None, "{twice}");
    }
}

#[test]
fn whole_numbers_are_read_to_the_last_that_fits() {
    let number = |text: &str| {
        let text = format!(r#"{{"a":{text}}}"#);
        match members(&text)?.pop()? {
            (_, Node::Whole(number)) => Some(Node::Whole(number)),
            (_, Node::Number(number)) => Some(Node::Number(number)),
            _ => None,
        }
    };
    let most = u64::MAX.to_string();
    assert_eq!(number(&most), Some(Node::Whole(u64::MAX)));
    assert_eq!(number("0"), Some(Node::Whole(0)));
    for beyond in [
        "18446744073709551616",
        "18446744073709551620",
        "99999999999999999999",
    ] {
        let expected = beyond.parse().expect("a number");
        assert_eq!(number(beyond), Some(Node::Number(expected)), "{beyond}");
    }
    assert_eq!(number("10e1"), Some(Node::Number(100.0)));
    assert_eq!(number("1/"), None);
    assert_eq!(number("1:"), None);
}

#[test]
fn what_is_not_one_object_is_refused() {
    for text in [
        "",
        "[]",
        "null",
        "\"x\"",
        "7",
        "{",
        "{}{}",
        "{} x",
        "\u{feff}{}",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":NaN}",
        "{\"a\":1e400}",
        "{\"a\":01}",
        "{/**/}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":+1}",
        "{\"a\":tru}",
    ] {
        assert_eq!(members(text), None, "{text}");
    }
}

#[test]
fn members_there_twice_are_refused_at_every_depth() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":1}"#,
        r#"{"x":{"a":1,"a":1}}"#,
        r#"{"x":[{"a":1,"\u0061":2}]}"#,
    ] {
        assert_eq!(members(text), None, "{text}");
    }
    assert!(members(r#"{"a":{"a":1},"b":{"a":1}}"#).is_some());
}

#[test]
fn size_has_limits() {
    let object = |count: usize| {
        let inner: Vec<String> = (0..count).map(|n| format!("\"m{n}\":1")).collect();
        format!("{{{}}}", inner.join(","))
    };
    assert!(members(&object(MAX_MEMBERS)).is_some());
    assert!(members(&object(MAX_MEMBERS + 1)).is_none());
    assert!(members(&format!("{{\"x\":{}}}", object(MAX_MEMBERS + 1))).is_none());

    let named = |length: usize| format!("{{\"{}\":1}}", "n".repeat(length));
    assert!(members(&named(MAX_NAME_BYTES)).is_some());
    assert!(members(&named(MAX_NAME_BYTES + 1)).is_none());

    let nested = |depth: usize| format!("{{\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(members(&nested(15)).is_some());
    assert!(members(&nested(16)).is_none());
    assert!(members(&nested(5_000)).is_none());
}

#[test]
fn escapes_stand_for_what_they_say() {
    let read = |escaped: &str| {
        let text = format!(r#"{{"a":"{escaped}"}}"#);
        members(&text)
            .map(|seen| {
                seen.into_iter()
                    .map(|(_, node)| node.clone())
                    .collect::<Vec<_>>()
            })
            .map(|nodes| format!("{nodes:?}"))
    };
    for (escaped, plain) in [
        (r#"\" \\ \/ \b\f\n\r\t"#, "\" \\ / \u{8}\u{c}\n\r\t"),
        (r"x\u0041y", "xAy"),
        (r"\u00e9\u20AC", "é€"),
        (r"\ud83d\uDE00", "😀"),
        (r"\u0000", "\0"),
    ] {
        let expected = format!("{:?}", vec![Node::Text(plain.into())]);
        assert_eq!(read(escaped), Some(expected), "{escaped}");
    }
    for escaped in [
        r"\",
        r"\x",
        r"\u12",
        r"\u+123",
        r"\ud800",
        r"\ud800\u0041",
        r"\udc00",
        r"\ud800\n",
        r"\U0041",
    ] {
        assert_eq!(read(escaped), None, "{escaped}");
    }
}

/// Whether `serde_json` takes the text as an object.
fn is_object_elsewhere(text: &str) -> bool {
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok()
}

/// Texts that are nearly JSON: its own tokens in any order.
fn nearly_json() -> impl Strategy<Value = String> {
    let tokens = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\"a\"",
        "\"b\"",
        "\"",
        "\\",
        "\\u0061",
        "\\ud83d",
        "\\ude00",
        "true",
        "null",
        "fals",
        "0",
        "-",
        "1",
        "12",
        ".",
        ".5",
        "e",
        "E+2",
        "-0",
        "é",
        "1e308",
        "99999999999999999999",
        "\u{1}",
        "\u{7f}",
    ];
    prop::collection::vec(prop::sample::select(tokens.to_vec()), 0..12)
        .prop_map(|tokens| format!("{{\"x\":{}}}", tokens.concat()))
}

proptest! {
    #[test]
    fn strict_readers_agree(text in prop_oneof![nearly_json(), "\\PC*", r#"\{"[a-c\\"]{0,4}":[0-9eE.+-]{0,6}\}"#]) {
        // Ours refuses duplicates and what is over a limit, so it may refuse more, never less.
        if members(&text).is_some() {
            prop_assert!(is_object_elsewhere(&text), "{text}");
        }
    }

    #[test]
    fn what_is_well_formed_is_taken(number in prop::num::f64::NORMAL, whole: u64, text: String) {
        let text = serde_json::json!({ "a": number, "b": whole, "c": text, "d": [text, null] });
        let written = text.to_string();
        let seen = members(&written).expect("an object");
        prop_assert_eq!(&seen[1].1, &Node::Whole(whole));
        prop_assert_eq!(&seen[2].1, &Node::Text(text["c"].as_str().expect("a text").into()));
    }
}
