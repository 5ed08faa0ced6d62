//! What the strict reader takes and what it refuses.

use super::{MAX_MEMBERS, MAX_NAME_BYTES, Node, read_object};

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
            Node::Texts(vec!["x".into(), "y".into()]),
            Node::List,
            Node::Object,
        ]
    );
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
