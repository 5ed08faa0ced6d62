//! Tests of what is read from tasks and messages of both generations.

use serde_json::json;

use super::*;

fn read(result: &Value) -> Reply {
    Reply::read(result).unwrap()
}

#[test]
fn a_task_reads_the_same_in_both_generations() {
    for result in [
        json!({"kind": "task", "id": "t", "contextId": "c", "status": {"state": "completed"},
               "artifacts": [{"artifactId": "a", "parts": [{"kind": "text", "text": "all good"}]}]}),
        json!({"task": {"id": "t", "contextId": "c", "status": {"state": "TASK_STATE_COMPLETED"},
               "artifacts": [{"artifactId": "a", "parts": [{"text": "all good"}]}]}}),
    ] {
        let reply = read(&result);
        assert_eq!(reply.text, "all good");
        assert_eq!(reply.state.as_deref(), Some("completed"));
        assert_eq!(
            (reply.task_id.as_deref(), reply.context_id.as_deref()),
            (Some("t"), Some("c"))
        );
        assert!(
            !reply.is_denied()
                && !reply.has_failed()
                && !reply.is_interrupted()
                && !reply.is_underway()
        );
    }
}

#[test]
fn a_message_is_an_answer_without_a_task() {
    for result in [
        json!({"kind": "message", "role": "agent", "contextId": "c", "parts": [{"kind": "text", "text": "hi"}]}),
        json!({"message": {"role": "ROLE_AGENT", "contextId": "c", "parts": [{"text": "hi"}]}}),
    ] {
        let reply = read(&result);
        assert_eq!((reply.text.as_str(), reply.state.as_deref()), ("hi", None));
        assert_eq!(reply.context_id.as_deref(), Some("c"));
    }
}

#[test]
fn a_denial_is_told_by_state_or_by_the_first_artifact() {
    let artifact = |text: &str| json!([{"parts": [{"kind": "text", "text": text}]}]);
    for (result, denied) in [
        (
            json!({"status": {"state": "rejected"}, "artifacts": artifact("no")}),
            true,
        ),
        (json!({"status": {"state": "TASK_STATE_REJECTED"}}), true),
        (
            json!({"status": {"state": "completed"}, "artifacts": artifact("❌ Access denied.")}),
            true,
        ),
        (json!({"artifacts": artifact("❌ Access denied.")}), true),
        (
            json!({"status": {"state": "completed"}, "artifacts": artifact("says ❌")}),
            false,
        ),
        (
            json!({"status": {"state": "failed"}, "artifacts": artifact("no")}),
            false,
        ),
        (
            json!({"status": {"state": "failed", "message": {"parts": [{"text": "❌ no"}]}}}),
            false,
        ),
    ] {
        assert_eq!(read(&result).is_denied(), denied, "{result}");
    }
}

#[test]
fn states_are_told_apart() {
    let in_state = |state: &str| read(&json!({"status": {"state": state}}));
    assert!(in_state("failed").has_failed() && in_state("TASK_STATE_CANCELED").has_failed());
    assert!(
        in_state("input-required").is_interrupted()
            && in_state("TASK_STATE_AUTH_REQUIRED").is_interrupted()
    );
    assert!(in_state("working").is_underway() && in_state("TASK_STATE_SUBMITTED").is_underway());
}

#[test]
fn every_part_is_shown() {
    let reply = read(&json!({"status": {"state": "completed"}, "artifacts": [
        {"parts": [{"kind": "text", "text": "one"}, {"kind": "data", "data": {"n": 2}}]},
        {"parts": [{"kind": "file", "file": {"name": "a.png", "mimeType": "image/png", "bytes": "AAAA"}}]},
        {"parts": [{"url": "https://x.example/b", "filename": "b", "mediaType": "text/csv"}, {"kind": "odd"}]},
        {"parts": []},
    ]}));
    assert_eq!(
        reply.text,
        "one\n{\"n\":2}\n[a.png, image/png: 4 characters of base64]\n[b, text/csv: https://x.example/b]"
    );
}

#[test]
fn without_artifacts_the_status_speaks() {
    let reply = read(
        &json!({"status": {"state": "input-required", "message": {"parts": [{"text": "Which?"}]}}}),
    );
    assert_eq!(reply.text, "Which?");
}

#[test]
fn anything_else_is_no_reply() {
    for result in [
        json!(null),
        json!("hello"),
        json!({}),
        json!([{"parts": []}]),
        json!({"parts": "x"}),
    ] {
        assert_eq!(Reply::read(&result), None, "{result}");
    }
}
