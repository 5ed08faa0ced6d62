//! Reading and diagnosis must agree on every value, however odd.

use proptest::prelude::*;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use super::{Finder, Rule, find, from_object, v03, v10, violations};
use crate::{FieldViolation, Generation, MethodKind, Operation, TaskPushNotificationConfig};

/// Every operation that has parameters, with the rule that its parameters obey.
const RULES: [(Generation, MethodKind, Rule); 20] = [
    (Generation::V10, MethodKind::SendMessage, v10::send),
    (Generation::V10, MethodKind::SendStreamingMessage, v10::send),
    (Generation::V10, MethodKind::GetTask, v10::get_task),
    (Generation::V10, MethodKind::ListTasks, v10::list_tasks),
    (Generation::V10, MethodKind::CancelTask, v10::cancel_task),
    (Generation::V10, MethodKind::SubscribeToTask, v10::task_id),
    (
        Generation::V10,
        MethodKind::CreatePushConfig,
        v10::create_push_config,
    ),
    (
        Generation::V10,
        MethodKind::GetPushConfig,
        v10::one_push_config,
    ),
    (
        Generation::V10,
        MethodKind::ListPushConfigs,
        v10::list_push_configs,
    ),
    (
        Generation::V10,
        MethodKind::DeletePushConfig,
        v10::one_push_config,
    ),
    (
        Generation::V10,
        MethodKind::GetExtendedCard,
        v10::extended_card,
    ),
    (Generation::V03, MethodKind::SendMessage, v03::send),
    (Generation::V03, MethodKind::SendStreamingMessage, v03::send),
    (Generation::V03, MethodKind::GetTask, v03::task),
    (Generation::V03, MethodKind::CancelTask, v03::task),
    (Generation::V03, MethodKind::SubscribeToTask, v03::task),
    (
        Generation::V03,
        MethodKind::CreatePushConfig,
        v03::set_push_config,
    ),
    (
        Generation::V03,
        MethodKind::GetPushConfig,
        v03::get_push_config,
    ),
    (Generation::V03, MethodKind::ListPushConfigs, v03::task),
    (
        Generation::V03,
        MethodKind::DeletePushConfig,
        v03::delete_push_config,
    ),
];

/// Parameters that are read, with every member they may have.
fn whole_params(generation: Generation, kind: MethodKind) -> Value {
    let kind = match kind {
        MethodKind::SendStreamingMessage => MethodKind::SendMessage,
        other => other,
    };
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../tests/golden/required.json")).unwrap();
    let case = cases
        .iter()
        .find(|case| case["method"] == kind.name(generation).unwrap());
    case.unwrap()["params"].clone()
}

/// Whether `params` are read, once diagnosis has been found to be of the same opinion.
fn is_read(generation: Generation, kind: MethodKind, rule: Rule, params: &Value) -> bool {
    let raw = to_raw_value(params).unwrap();
    let read = Operation::decode(generation, kind, Some(&raw));
    let found = found(params, rule);
    assert_eq!(
        read.is_ok(),
        found.is_empty(),
        "{generation:?} {kind:?} {params}: {found:?}"
    );
    read.is_ok()
}

fn found(params: &Value, rule: Rule) -> Vec<FieldViolation> {
    let mut finder = Finder::default();
    find(&mut finder, &params.to_string(), rule);
    finder.violations
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
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn reading_and_diagnosis_agree(
        changes in prop::collection::vec(
            (0..60_usize, prop::option::of(odd_value()), member_name()),
            0..4,
        ),
    ) {
        for (generation, kind, rule) in RULES {
            let mut params = whole_params(generation, kind);
            for (at, new, name) in &changes {
                mutate(&mut params, &mut at.clone(), new.as_ref(), name);
            }
            is_read(generation, kind, rule, &params);
        }
    }
}

#[test]
fn whole_parameters_are_read() {
    for (generation, kind, rule) in RULES {
        assert!(is_read(
            generation,
            kind,
            rule,
            &whole_params(generation, kind)
        ));
    }
}

#[test]
fn parameters_that_are_no_object_are_refused() {
    for (generation, kind, rule) in RULES {
        for params in [
            json!([]),
            json!(["x", "t", "y"]),
            json!("x"),
            json!(1),
            json!(null),
        ] {
            assert!(!is_read(generation, kind, rule, &params));
        }
    }
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
