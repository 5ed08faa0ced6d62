//! The same as `serde_json`, for values of every form. Answers are in `tests/properties.rs`.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::{Reader, to_string, to_vec};
use crate::jsonrpc::{Id, Success};

#[track_caller]
fn check(value: &(impl Serialize + ?Sized)) {
    let expected = serde_json::to_string(value).unwrap();
    assert_eq!(to_string(value).unwrap(), expected);
    assert_eq!(to_vec(value).unwrap(), expected.as_bytes());
}

#[test]
fn strings_are_escaped_where_they_must_be() {
    for code in 0..0x300 {
        let letter = char::from_u32(code).unwrap();
        // At each place of a word, and behind it.
        for before in 0..10 {
            check(&format!("{}{letter}{}", "a".repeat(before), "b".repeat(9)));
        }
    }
    check("\\\"\n\r\t\u{8}\u{c}\u{1f}\u{7f}ü€😀");
}

#[test]
fn values_of_every_form_are_written() {
    check(&json!({
        "": null, "b": [true, false], "n": [0, -1, u64::MAX, i64::MIN, 1.0, 0.1, 1e300],
        "l": [[], {}, [[]], {"a\n": {}}], "s": "t",
    }));
    check(&(
        1_u8,
        'c',
        "s",
        f64::NAN,
        f32::INFINITY,
        Some(()),
        None::<()>,
    ));
    check(&BTreeMap::from([(1, true), (2, false)]));
    check(&u128::MAX);
    check([0_u8, 255].as_slice());
}

#[derive(Serialize)]
enum Form {
    Unit,
    Newtype(u8),
    Tuple(u8, u8),
    Struct { a: u8 },
}

#[derive(Serialize)]
struct Tuple(u8, u8);

#[derive(Serialize)]
struct Unit;

#[test]
fn types_that_answers_do_not_have_are_left_to_serde_json() {
    check(&[Form::Unit, Form::Newtype(1)]);
    check(&Form::Tuple(1, 2));
    check(&Form::Struct { a: 1 });
    check(&[Tuple(1, 2)]);
    check(&Unit);
}

#[test]
fn what_serde_json_refuses_is_refused() {
    assert!(to_vec(&BTreeMap::from([([1_u8], 1)])).is_err());
}

#[test]
fn ids_are_written_as_they_came() {
    for id in [r#""\u0061""#, "1e2", "null"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"m"}}"#);
        let request = crate::jsonrpc::Request::parse(body.as_bytes()).unwrap();
        check(&Success::new(&request.id, "text \"behind\" it"));
    }
    check(&Success::new(&Id::number(7), [1]));
}

#[test]
fn answers_longer_than_most_are_whole() {
    for length in [1000, 1024, 1025, 5000, 100_000] {
        check(&["a".repeat(length), "\n".repeat(length)]);
    }
}

/// Bodies with every kind of token.
fn bodies() -> Vec<String> {
    let list = r#" [ "a\n\u00e9\/\ud83d\ude00", { "b" : -0.5e+3 , "c" : [ ] , "" : { } } , true , false , null , 0 ] "#;
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"message/send","params":{"a":"b"}}"#;
    vec![list.to_owned(), call.to_owned()]
}

/// What [`Reader`] makes of a body.
fn read(body: &str) -> Option<&str> {
    let mut reader = Reader::new(body.as_bytes())?;
    let json = reader.json()?;
    reader.end().map(|()| json)
}

#[test]
fn values_of_every_form_are_read() {
    for body in bodies() {
        assert_eq!(read(&body), Some(body.trim()));
    }
}

#[test]
fn what_is_deep_is_left_to_serde_json() {
    for (depth, is_read) in [(64, true), (65, false), (1_000_000, false)] {
        let body = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(read(&body).is_some(), is_read);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_value_ends_where_serde_json_finds_its_end(body in edited(bodies())) {
        let expected = serde_json::from_str::<&RawValue>(&body).ok().map(RawValue::get);
        prop_assert_eq!(read(&body), expected);
    }
}

/// Puts pieces that matter into a text, most of them where a member or an element could begin, or
/// takes letters away.
pub(crate) fn edited(bases: Vec<String>) -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "",
        " ",
        "\n\t\r ",
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        ":",
        "\\",
        "\\n",
        "\\u0041",
        "\\ud800",
        "\u{1}",
        "é",
        "null",
        "null,",
        "true",
        "-1.5e3",
        "01",
        "\"\"",
        "[[",
        "{}",
        "\"x\":1,",
        "\"kind\":\"text\",",
        "\"kind\":null,",
        "\"kind\":\"file\",",
        "\"type\":\"text\",",
        "\"text\":\"x\",",
        "\"text\":null,",
        "\"messageId\":\"\",",
        "\"message_id\":\"a\",",
        "\"contextId\":\"\",",
        "\"contextId\":null,",
        "\"task_id\":\"t\",",
        "\"role\":\"user\",",
        "\"metadata\":null,",
        "\"metadata\":{\"skillId\":\"other\"},",
        "\"metadata\":[],",
        "\"skillId\":\"\",",
        "\"skillId\":\"other\",",
        "\"skill_id\":\"s\",",
        "\"tenant\":null,",
        "\"configuration\":null,",
        "\"configuration\":[],",
        "\"configuration\":{},",
        "\"extensions\":[\"e\"],",
        "\"parts\":[],",
        "{\"text\":\"y\"},",
        "\"id\":2,",
        "\"params\":null,",
        "\"method\":\"m\",",
        "\"jsonrpc\":\"2.0\",",
        "\"id\":null,",
    ];
    let edit = (any::<Index>(), any::<bool>(), select(PIECES), 0..3_usize);
    (select(bases), vec(edit, 0..4)).prop_map(|(mut text, edits)| {
        for (place, anywhere, piece, length) in edits {
            let opens = |before: &str| before.ends_with(['{', '[', ',', ':']);
            let places: Vec<usize> = (0..=text.len())
                .filter(|at| {
                    text.get(..*at)
                        .is_some_and(|before| anywhere || opens(before))
                })
                .collect();
            if places.is_empty() {
                break;
            }
            let at = *place.get(&places);
            let end = if piece.is_empty() {
                at.saturating_add(length)
            } else {
                at
            };
            if text.get(at..end).is_some() {
                text.replace_range(at..end, piece);
            }
        }
        text
    })
}
