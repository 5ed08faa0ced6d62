//! What is read in one pass is what is read step by step, however odd the text.

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::Received;
use crate::json::tests::edited;
use crate::{ErrorKind, Generation, MethodKind, Operation, Role};

/// Parameters of a message as clients write them.
const USUAL: [(Generation, &str); 6] = [
    (
        Generation::V03,
        r#"{"message":{"role":"user","parts":[{"kind":"text","text":"Hello, agent!"}],"messageId":"m"},"skillId":"s"}"#,
    ),
    (
        Generation::V03,
        r#"{"configuration":{"acceptedOutputModes":["text"],"blocking":true},"message":{"contextId":"c","kind":"message","messageId":"m","metadata":{"skillId":"s"},"parts":[{"kind":"text","text":"a\nb\u00e9"}],"role":"user","taskId":"t"},"metadata":{"a":[1.5,null]}}"#,
    ),
    (
        Generation::V03,
        r#"{ "message": { "kind": "message", "messageId": "m", "role": "agent", "parts": [ { "kind": "file", "file": { "name": "n", "mimeType": "t/t", "bytes": "aGk=" } }, { "kind": "data", "data": { "a": {} } } ] } }"#,
    ),
    (
        Generation::V10,
        r#"{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"Hello, agent!"}],"metadata":{"skillId":"s"}}}"#,
    ),
    (
        Generation::V10,
        r#"{"tenant":"x","message":{"messageId":"m","contextId":"c","taskId":"t","role":"ROLE_AGENT","parts":[{"text":""},{"data":null}]},"configuration":{"historyLength":5,"returnImmediately":true},"metadata":{"a":"b"},"skillId":"s"}"#,
    ),
    (
        Generation::V10,
        r#"{ "message": { "messageId": "m", "role": "ROLE_USER", "parts": [ { "url": "u", "mediaType": "t/t" }, { "raw": "aGk=" } ] } }"#,
    ),
];

const GET: &str =
    r#"{"jsonrpc":"2.0","method":"tasks/get","params":{"id":"t","historyLength":3},"id":"x"}"#;

fn call(generation: Generation, params: &str) -> String {
    let method = MethodKind::SendMessage.name(generation).unwrap();
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#)
}

fn calls() -> Vec<String> {
    let calls = USUAL.map(|(generation, params)| call(generation, params));
    calls.into_iter().chain([GET.to_owned()]).collect()
}

/// Holds the two ways together, and says whether the short one was gone.
#[track_caller]
fn is_usual(body: &str, generation: Generation) -> bool {
    let version = Some(generation.version());
    let Some(usual) = Received::usual(body.as_bytes(), version) else {
        return false;
    };
    let expected = Received::whatever(body.as_bytes(), version);
    assert_eq!(usual.id, expected.id, "{body}");
    assert_eq!(usual.generation, expected.generation, "{body}");
    assert_eq!(usual.kind, expected.kind, "{body}");
    assert_eq!(usual.operation.ok(), expected.operation.ok(), "{body}");
    true
}

/// The same for a body that is the parameters.
#[track_caller]
fn check_from_body(body: &str) {
    let kind = MethodKind::SendMessage;
    let expected = serde_json::from_str::<&RawValue>(body)
        .map_err(|_| ErrorKind::ParseError)
        .and_then(|params| {
            let operation = Operation::decode(Generation::V10, kind, Some(params));
            operation.map_err(|error| error.kind())
        });
    let read = Operation::from_body(kind, body.as_bytes());
    assert_eq!(read.map_err(|error| error.kind()), expected, "{body}");
}

#[test]
fn usual_calls_are_read_in_one_pass() {
    for (generation, params) in USUAL {
        assert!(is_usual(&call(generation, params), generation), "{params}");
    }
    assert!(is_usual(GET, Generation::V03));
}

#[test]
fn one_pass_is_not_deeper_than_several() {
    for depth in 120..130 {
        let data = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let role = Role::User.name();
        let params = format!(
            r#"{{"message":{{"messageId":"m","role":"{role}","parts":[{{"data":{data}}}]}}}}"#,
        );
        assert!(!is_usual(&call(Generation::V10, &params), Generation::V10));
        check_from_body(&params);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn one_pass_leads_to_the_same_as_several(body in edited(calls())) {
        for generation in [Generation::V03, Generation::V10] {
            is_usual(&body, generation);
        }
    }

    #[test]
    fn a_body_of_parameters_is_read_as_parameters(
        body in edited(USUAL.map(|(_, params)| params.to_owned()).to_vec())
    ) {
        check_from_body(&body);
    }
}
