//! Answers, as they are written and as clients read them. Requests are in `tests/golden.rs`.

use serde_json::json;

use super::{Call, Failure, Id, Reply, Request, Success};
use crate::{A2aError, ErrorKind, Generation};

#[test]
fn a_result_is_written_around_the_id_as_it_came() {
    let body = br#"{"jsonrpc":"2.0","id":"\u0061","method":"m"}"#;
    let request = Request::parse(body).unwrap();
    let answer = serde_json::to_string(&Success::new(&request.id, json!({"a": 1}))).unwrap();
    assert_eq!(
        answer,
        r#"{"jsonrpc":"2.0","id":"\u0061","result":{"a":1}}"#
    );
}

#[test]
fn a_result_that_is_null_is_written() {
    let answer = serde_json::to_string(&Success::new(&Id::number(7), ())).unwrap();
    assert_eq!(answer, r#"{"jsonrpc":"2.0","id":7,"result":null}"#);
}

#[test]
fn an_error_is_written_without_a_result() {
    let error = A2aError::internal();
    let answer = serde_json::to_string(&Failure::new(&Id::NULL, &error, Generation::V10)).unwrap();
    let expected =
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"internal error"}}"#;
    assert_eq!(answer, expected);
}

#[test]
fn a_call_is_read_as_it_was_meant() {
    let body =
        serde_json::to_vec(&Call::new(Id::number(1), "GetTask", json!({"id": "t"}))).unwrap();
    let request = Request::parse(&body).unwrap();
    assert_eq!(
        (request.id, request.method.as_ref()),
        (Id::number(1), "GetTask")
    );
    assert_eq!(request.params.unwrap().get(), r#"{"id":"t"}"#);
}

#[test]
fn an_answer_is_a_result_or_an_error() {
    let reply = Reply::parse(br#"{"jsonrpc":"2.0","id":1,"result":{"a":1}}"#).unwrap();
    assert_eq!(reply.id, Id::number(1));
    assert_eq!(reply.outcome.unwrap().get(), r#"{"a":1}"#);

    let reply = Reply::parse(br#"{"jsonrpc":"2.0","id":1,"result":null}"#).unwrap();
    assert_eq!(reply.outcome.unwrap().get(), "null");

    let body = br#"{"jsonrpc":"2.0","id":null,"result":null,"error":{"code":-32001,"message":"gone","data":[1]}}"#;
    let reply = Reply::parse(body).unwrap();
    assert_eq!(reply.id, Id::NULL);
    let error = reply.outcome.unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::TaskNotFound));
    assert_eq!(error.data, Some(json!([1])));
    assert_eq!(error.to_string(), "gone (-32001)");
}

#[test]
fn what_is_no_answer_is_refused() {
    for body in [
        "",
        "[]",
        r#"{"jsonrpc":"2.0","id":1}"#,
        r#"{"jsonrpc":"1.0","id":1,"result":{}}"#,
        r#"{"id":1,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":[],"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"error":{"message":"no code"}}"#,
    ] {
        let error = Reply::parse(body.as_bytes()).expect_err(body);
        assert_eq!(error.kind(), ErrorKind::InvalidAgentResponse, "{body}");
    }
}
