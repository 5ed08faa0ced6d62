//! The numbers and forms of errors in each binding.

use serde_json::{Value, json, to_value};

use super::{A2aError, ErrorKind, FieldViolation};
use crate::Generation;

#[test]
fn every_kind_has_the_numbers_of_the_specification() {
    let table = [
        (
            ErrorKind::TaskNotFound,
            -32001,
            404,
            "NOT_FOUND",
            "TASK_NOT_FOUND",
        ),
        (
            ErrorKind::TaskNotCancelable,
            -32002,
            400,
            "FAILED_PRECONDITION",
            "TASK_NOT_CANCELABLE",
        ),
        (
            ErrorKind::PushNotificationNotSupported,
            -32003,
            400,
            "FAILED_PRECONDITION",
            "PUSH_NOTIFICATION_NOT_SUPPORTED",
        ),
        (
            ErrorKind::UnsupportedOperation,
            -32004,
            400,
            "FAILED_PRECONDITION",
            "UNSUPPORTED_OPERATION",
        ),
        (
            ErrorKind::ContentTypeNotSupported,
            -32005,
            400,
            "INVALID_ARGUMENT",
            "CONTENT_TYPE_NOT_SUPPORTED",
        ),
        (
            ErrorKind::InvalidAgentResponse,
            -32006,
            500,
            "INTERNAL",
            "INVALID_AGENT_RESPONSE",
        ),
        (
            ErrorKind::ExtendedCardNotConfigured,
            -32007,
            400,
            "FAILED_PRECONDITION",
            "EXTENDED_AGENT_CARD_NOT_CONFIGURED",
        ),
        (
            ErrorKind::ExtensionSupportRequired,
            -32008,
            400,
            "FAILED_PRECONDITION",
            "EXTENSION_SUPPORT_REQUIRED",
        ),
        (
            ErrorKind::VersionNotSupported,
            -32009,
            400,
            "FAILED_PRECONDITION",
            "VERSION_NOT_SUPPORTED",
        ),
        (ErrorKind::ParseError, -32700, 400, "INVALID_ARGUMENT", ""),
        (
            ErrorKind::InvalidRequest,
            -32600,
            400,
            "INVALID_ARGUMENT",
            "",
        ),
        (ErrorKind::MethodNotFound, -32601, 404, "NOT_FOUND", ""),
        (
            ErrorKind::InvalidParams,
            -32602,
            400,
            "INVALID_ARGUMENT",
            "",
        ),
        (ErrorKind::Internal, -32603, 500, "INTERNAL", ""),
    ];
    assert_eq!(table.len(), ErrorKind::ALL.len());
    for (kind, code, http, grpc, reason) in table {
        assert_eq!(kind.code(), code, "{kind:?}");
        assert_eq!(kind.http_status(), http, "{kind:?}");
        assert_eq!(kind.grpc_status(), grpc, "{kind:?}");
        assert_eq!(kind.reason().unwrap_or_default(), reason, "{kind:?}");
        assert_eq!(ErrorKind::from_code(i64::from(code)), Some(kind));
        assert!(ErrorKind::ALL.contains(&kind));
    }
    assert_eq!(ErrorKind::from_code(-32000), None);
}

#[track_caller]
fn check(error: &A2aError, v10: &Value, v03: &Value, rest: &Value) {
    assert_eq!(to_value(error.to_jsonrpc(Generation::V10)).unwrap(), *v10);
    assert_eq!(to_value(error.to_jsonrpc(Generation::V03)).unwrap(), *v03);
    assert_eq!(to_value(error.to_rest()).unwrap(), *rest);
}

#[test]
fn an_error_of_the_protocol_has_an_error_info() {
    let info = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "TASK_NOT_FOUND",
        "domain": "a2a-protocol.org",
        "metadata": {"taskId": "t1"}
    });
    check(
        &A2aError::task_not_found("t1"),
        &json!({"code": -32001, "message": "task not found", "data": [info]}),
        &json!({
            "code": -32001,
            "message": "task not found",
            "data": {"reason": "TASK_NOT_FOUND", "metadata": {"taskId": "t1"}}
        }),
        &json!({"error": {
            "code": 404, "status": "NOT_FOUND", "message": "task not found", "details": [info]
        }}),
    );
}

#[test]
fn an_error_info_without_details_has_no_metadata() {
    let error = A2aError::unsupported_operation("streams are off");
    let data = to_value(error.to_jsonrpc(Generation::V10)).unwrap()["data"].take();
    assert_eq!(
        data,
        json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "UNSUPPORTED_OPERATION",
            "domain": "a2a-protocol.org"
        }])
    );
}

#[test]
fn invalid_parameters_have_violations() {
    let violations = json!([{"field": "message.parts", "description": "must not be empty"}]);
    let details = json!([{
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": violations
    }]);
    check(
        &A2aError::invalid_param("message.parts", "must not be empty"),
        &json!({"code": -32602, "message": "invalid parameters", "data": details}),
        &json!({
            "code": -32602,
            "message": "invalid parameters",
            "data": {"fieldViolations": violations}
        }),
        &json!({"error": {
            "code": 400,
            "status": "INVALID_ARGUMENT",
            "message": "invalid parameters",
            "details": details
        }}),
    );
}

#[test]
fn an_error_of_jsonrpc_itself_has_no_details() {
    let plain = json!({"code": -32603, "message": "internal error"});
    let rest = json!({"error": {"code": 500, "status": "INTERNAL", "message": "internal error"}});
    check(&A2aError::internal(), &plain, &plain, &rest);
}

#[test]
fn constructors_make_their_kind() {
    let violation = FieldViolation {
        field: "a".to_owned(),
        description: "b".into(),
    };
    let made = [
        (A2aError::task_not_found("t"), ErrorKind::TaskNotFound),
        (
            A2aError::task_not_cancelable("t"),
            ErrorKind::TaskNotCancelable,
        ),
        (
            A2aError::unsupported_operation("m"),
            ErrorKind::UnsupportedOperation,
        ),
        (
            A2aError::content_type_not_supported("m"),
            ErrorKind::ContentTypeNotSupported,
        ),
        (
            A2aError::extension_support_required("u"),
            ErrorKind::ExtensionSupportRequired,
        ),
        (
            A2aError::version_not_supported("v"),
            ErrorKind::VersionNotSupported,
        ),
        (A2aError::method_not_found("m"), ErrorKind::MethodNotFound),
        (
            A2aError::invalid_params(vec![violation]),
            ErrorKind::InvalidParams,
        ),
        (A2aError::invalid_param("a", "b"), ErrorKind::InvalidParams),
        (A2aError::internal(), ErrorKind::Internal),
    ];
    for (error, kind) in made {
        assert_eq!(error.kind(), kind);
        assert_eq!(error.to_string(), error.message());
    }
}
