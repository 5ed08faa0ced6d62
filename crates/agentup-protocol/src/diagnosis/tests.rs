//! Reading and diagnosis must agree on every value, however odd.

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Finder, Rule, find, from_object, v10, violations};
use crate::{ListTasksRequest, SendMessageRequest, TaskPushNotificationConfig};

/// Whether `params` are read, once diagnosis has been found to be of the same opinion.
fn is_read<T: DeserializeOwned>(params: &Value, rule: Rule) -> bool {
    let text = params.to_string();
    let read = from_object::<T>(&text);
    let mut finder = Finder::default();
    find(&mut finder, &text, rule);
    assert_eq!(
        read.is_ok(),
        finder.violations.is_empty(),
        "{text}: {:?} {finder:?}",
        read.err()
    );
    read.is_ok()
}

fn send_params() -> Value {
    json!({
        "tenant": "x",
        "message": {
            "messageId": "m", "contextId": "c", "taskId": "t", "role": "ROLE_USER",
            "parts": [
                {"text": "a", "mediaType": "m", "metadata": {"k": 1}},
                {"raw": "AA==", "filename": "f"},
                {"url": "u"},
                {"data": 1}
            ],
            "metadata": {"skillId": "s"}, "extensions": ["e"], "referenceTaskIds": ["r"]
        },
        "configuration": {
            "acceptedOutputModes": ["m"], "historyLength": 1, "returnImmediately": true,
            "taskPushNotificationConfig": {
                "id": "p", "taskId": "t", "url": "u", "token": "t",
                "authentication": {"scheme": "Bearer", "credentials": "c"}
            }
        },
        "metadata": {"skillId": "s"},
        "skillId": "s"
    })
}

fn list_params() -> Value {
    json!({
        "tenant": "x", "contextId": "c", "status": "TASK_STATE_WORKING", "pageSize": 1,
        "pageToken": "p", "historyLength": 1, "statusTimestampAfter": "2026-11-23T13:15:23Z",
        "includeArtifacts": true
    })
}

/// Values that lie at the edges of the rules.
fn odd_value() -> impl Strategy<Value = Value> {
    proptest::sample::select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(101),
        json!(1e300),
        json!(2_147_483_648_u64),
        json!(""),
        json!("7"),
        json!("-7"),
        json!("x"),
        json!("ROLE_AGENT"),
        json!("user"),
        json!("working"),
        json!("TASK_STATE_UNSPECIFIED"),
        json!("AA"),
        json!("-_"),
        json!([]),
        json!(["x"]),
        json!([null]),
        json!([{}]),
        json!([{"text": "a"}]),
        json!([["a"]]),
        json!({}),
        json!({"skillId": "s"}),
        json!({"skillId": 5}),
        json!({"skillId": "other"}),
        json!({"url": "u"}),
        json!({"text": null}),
        json!({"ROLE_USER": null}),
        json!({"scheme": ""}),
    ])
}

/// Replaces, adds or removes one of the values below `value`, chosen by `at`.
fn mutate(value: &mut Value, at: &mut usize, new: Option<&Value>, name: &str) -> bool {
    let children: Vec<&mut Value> = match value {
        Value::Object(members) => {
            if *at == 0 {
                if let Some(new) = new {
                    members.insert(name.to_owned(), new.clone());
                } else {
                    members.remove(name);
                }
                return true;
            }
            *at = at.saturating_sub(1);
            members.values_mut().collect()
        }
        Value::Array(items) => items.iter_mut().collect(),
        _ => return false,
    };
    for child in children {
        if *at == 0 {
            *child = new.cloned().unwrap_or_default();
            return true;
        }
        *at = at.saturating_sub(1);
        if mutate(child, at, new, name) {
            return true;
        }
    }
    false
}

fn member_name() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "messageId",
        "message_id",
        "role",
        "parts",
        "text",
        "raw",
        "url",
        "data",
        "skillId",
        "skill_id",
        "metadata",
        "contextId",
        "context_id",
        "historyLength",
        "history_length",
        "x",
        "pageSize",
        "status",
        "scheme",
        "taskId",
        "message",
        "configuration",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn reading_and_diagnosis_agree(
        changes in prop::collection::vec((0..60_usize, prop::option::of(odd_value()), member_name()), 0..4),
    ) {
        let mut send = send_params();
        let mut list = list_params();
        let mut v03 = v03_params();
        for (at, new, name) in &changes {
            for params in [&mut send, &mut list, &mut v03] {
                mutate(params, &mut at.clone(), new.as_ref(), name);
            }
        }
        is_read::<SendMessageRequest>(&send, v10::send);
        is_read::<ListTasksRequest>(&list, v10::list_tasks);
        prop_assert_eq!(
            crate::v03::decode(crate::MethodKind::SendMessage, Some(&raw(&v03))).is_ok(),
            found(&v03, super::v03::send).is_empty(),
            "{}", v03
        );
    }
}

fn raw(value: &Value) -> Box<serde_json::value::RawValue> {
    serde_json::value::to_raw_value(value).unwrap()
}

fn found(params: &Value, rule: Rule) -> Vec<crate::FieldViolation> {
    let mut finder = Finder::default();
    find(&mut finder, &params.to_string(), rule);
    finder.violations
}

fn v03_params() -> Value {
    json!({
        "message": {
            "messageId": "m", "role": "user",
            "parts": [
                {"kind": "text", "text": "a"},
                {"type": "file", "file": {"bytes": "AA==", "mimeType": "m", "name": "n"}},
                {"file": {"uri": "u"}},
                {"data": {}, "metadata": {}}
            ]
        },
        "configuration": {
            "blocking": true, "historyLength": 1,
            "pushNotificationConfig": {"url": "u", "authentication": {"schemes": ["Bearer"]}}
        },
        "metadata": {"skillId": "s"},
        "skillId": "s"
    })
}

#[test]
fn the_unchanged_parameters_are_read() {
    assert!(is_read::<SendMessageRequest>(&send_params(), v10::send));
    assert!(is_read::<ListTasksRequest>(&list_params(), v10::list_tasks));
    assert_eq!(found(&v03_params(), super::v03::send), []);
}

#[test]
fn a_member_given_twice_is_refused() {
    let text = r#"{"taskId": "t", "url": "u", "url": "u"}"#;
    assert!(from_object::<TaskPushNotificationConfig>(text).is_err());
    let violations = violations(text, v10::create_push_config);
    assert_eq!(violations[0].field, "params");
    assert_eq!(violations[0].description, "must not have a member twice");
}

#[test]
fn violations_are_bounded() {
    let parts = vec![json!({}); 1000];
    let params = json!({"message": {"messageId": "m", "role": "ROLE_USER", "parts": parts}});
    assert_eq!(
        violations(&params.to_string(), v10::send).len(),
        Finder::MAX_VIOLATIONS
    );
}

#[test]
fn text_that_cannot_be_read_is_said_to_be_so() {
    let violations = violations(r#"{"message": "\ud800"}"#, v10::send);
    assert_eq!(violations[0].description, "cannot be read as JSON");
}
