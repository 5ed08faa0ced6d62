//! The same as `serde_json`, for values of every form. Answers are in `tests/properties.rs`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::{to_string, to_vec};
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
