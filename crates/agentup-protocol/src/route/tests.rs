//! Every combination of method name and version that a caller may send.

use super::{MethodKind, route};
use crate::{ErrorKind, Generation};

#[track_caller]
fn refused(method: &str, version: Option<&str>, expected: ErrorKind) {
    let error = route(method, version).expect_err(method);
    assert_eq!(error.kind(), expected, "{method} with {version:?}");
}

#[test]
fn each_name_leads_to_its_operation_in_its_generation() {
    for kind in MethodKind::ALL {
        let name = kind.name(Generation::V10).unwrap();
        for version in ["1.0", "1.0.0", "1.0.9"] {
            assert_eq!(
                route(name, Some(version)),
                Ok((Generation::V10, kind)),
                "{name}"
            );
        }
        let Some(name) = kind.name(Generation::V03) else {
            continue;
        };
        for version in [None, Some(""), Some("0.3"), Some("0.3.0"), Some("0.2")] {
            assert_eq!(route(name, version), Ok((Generation::V03, kind)), "{name}");
        }
    }
    assert_eq!(MethodKind::ListTasks.name(Generation::V03), None);
}

#[test]
fn a_name_of_1_0_needs_its_version() {
    for version in [None, Some(""), Some("0.3")] {
        refused("SendMessage", version, ErrorKind::VersionNotSupported);
    }
    let message = route("SendMessage", None).unwrap_err().to_string();
    assert!(message.contains("send A2A-Version: 1.0"), "{message}");
}

#[test]
fn a_version_that_is_not_spoken_is_refused_before_the_name_is_looked_up() {
    for method in ["SendMessage", "message/send", "no/such"] {
        for version in ["1.1", "2.0", "99.0", "abc"] {
            refused(method, Some(version), ErrorKind::VersionNotSupported);
        }
    }
}

#[test]
fn a_name_that_the_version_does_not_have_is_unknown() {
    refused("message/send", Some("1.0"), ErrorKind::MethodNotFound);
    for version in [None, Some("0.3"), Some("1.0")] {
        for method in [
            "",
            "no/such",
            "sendMessage",
            "SendMessage ",
            "tasks/list",
            "message/Send",
        ] {
            refused(method, version, ErrorKind::MethodNotFound);
        }
    }
}

#[test]
fn two_operations_answer_with_streams() {
    let streams: Vec<MethodKind> = MethodKind::ALL
        .into_iter()
        .filter(|kind| kind.is_streaming())
        .collect();
    assert_eq!(
        streams,
        [
            MethodKind::SendStreamingMessage,
            MethodKind::SubscribeToTask
        ]
    );
}
