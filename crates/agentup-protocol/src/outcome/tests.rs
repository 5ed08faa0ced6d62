//! Outcomes in the shape of each generation. Single objects are in `tests/golden.rs`.

use serde_json::{Value, json, to_value};

use super::Outcome;
use crate::{
    Generation, ListPushConfigsResponse, ListTasksResponse, Message, Part, Role, StatusUpdate,
    StreamResponse, Task, TaskPushNotificationConfig, TaskState, TaskStatus,
};

#[track_caller]
fn check(outcome: Outcome<'_>, v10: &Value, v03: &Value) {
    assert_eq!(
        to_value(outcome.in_generation(Generation::V10)).unwrap(),
        *v10
    );
    assert_eq!(
        to_value(outcome.in_generation(Generation::V03)).unwrap(),
        *v03
    );
}

fn status() -> TaskStatus {
    TaskStatus {
        state: TaskState::Working,
        message: None,
        timestamp: None,
    }
}

fn task() -> Task {
    Task {
        id: "t".to_owned(),
        context_id: "c".to_owned(),
        status: status(),
        artifacts: Vec::new(),
        history: Vec::new(),
        metadata: None,
    }
}

#[test]
fn a_task_is_wrapped_where_1_0_could_have_sent_something_else() {
    let task = task();
    let v10 = json!({"id": "t", "contextId": "c", "status": {"state": "TASK_STATE_WORKING"}});
    let v03 = json!({"kind": "task", "id": "t", "contextId": "c", "status": {"state": "working"}});
    check(Outcome::Task(&task), &v10, &v03);
    check(Outcome::SentTask(&task), &json!({"task": v10}), &v03);
    let list = ListTasksResponse {
        tasks: vec![task],
        next_page_token: String::new(),
        page_size: 50,
        total_size: 1,
    };
    let v10 = json!({"tasks": [v10], "nextPageToken": "", "pageSize": 50, "totalSize": 1});
    check(Outcome::Tasks(&list), &v10, &json!([v03]));
}

#[test]
fn a_message_is_wrapped_in_1_0() {
    let message = Message::new("m", Role::Agent, vec![Part::text("hi")]);
    check(
        Outcome::Message(&message),
        &json!({"message": {"messageId": "m", "role": "ROLE_AGENT", "parts": [{"text": "hi"}]}}),
        &json!({
            "kind": "message", "messageId": "m", "role": "agent",
            "parts": [{"kind": "text", "text": "hi"}]
        }),
    );
}

#[test]
fn an_event_tells_its_kind() {
    let event = StreamResponse::StatusUpdate(StatusUpdate {
        task_id: "t".to_owned(),
        context_id: "c".to_owned(),
        status: status(),
        metadata: None,
    });
    check(
        Outcome::Event(&event),
        &json!({"statusUpdate": {
            "taskId": "t", "contextId": "c", "status": {"state": "TASK_STATE_WORKING"}
        }}),
        &json!({
            "kind": "status-update", "taskId": "t", "contextId": "c",
            "status": {"state": "working"}, "final": false
        }),
    );
}

#[test]
fn push_configurations_are_nested_in_0_3() {
    let config = TaskPushNotificationConfig {
        tenant: None,
        id: Some("p".to_owned()),
        task_id: "t".to_owned(),
        url: "u".to_owned(),
        token: None,
        authentication: None,
    };
    let v10 = json!({"id": "p", "taskId": "t", "url": "u"});
    let v03 = json!({"taskId": "t", "pushNotificationConfig": {"id": "p", "url": "u"}});
    check(Outcome::PushConfig(&config), &v10, &v03);
    let list = ListPushConfigsResponse {
        configs: vec![config],
        next_page_token: String::new(),
    };
    let v10 = json!({"configs": [v10], "nextPageToken": ""});
    check(Outcome::PushConfigs(&list), &v10, &json!([v03]));
}

#[test]
fn what_has_no_shape_of_its_own_is_the_same_in_both() {
    check(Outcome::Deleted, &Value::Null, &Value::Null);
    let card = json!({"name": "a"});
    check(Outcome::Card(card.as_object().unwrap()), &card, &card);
}
