//! What a path and a method ask for, and of what.

use agentup_protocol::MethodKind;
use http::Method;

/// An operation, and the members of its request that stand in the path.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) struct Target {
    pub(super) kind: MethodKind,
    pub(super) ids: Vec<(&'static str, String)>,
}

impl Target {
    /// Reads the table of `A2A §5.3`; none for a path that is not in it, or not with this method.
    pub(in crate::http) fn of(method: &Method, path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let (get, post) = (*method == Method::GET, *method == Method::POST);
        let (kind, ids) = match *segments.as_slice() {
            ["message:send"] if post => (MethodKind::SendMessage, vec![]),
            ["message:stream"] if post => (MethodKind::SendStreamingMessage, vec![]),
            ["extendedAgentCard"] if get => (MethodKind::GetExtendedCard, vec![]),
            ["tasks"] if get => (MethodKind::ListTasks, vec![]),
            ["tasks", id] => return Self::of_task(method, id),
            ["tasks", task, "pushNotificationConfigs"] => {
                let kind = if get {
                    MethodKind::ListPushConfigs
                } else if post {
                    MethodKind::CreatePushConfig
                } else {
                    return None;
                };
                (kind, vec![("taskId", id(task)?)])
            }
            ["tasks", task, "pushNotificationConfigs", config] => {
                let kind = if get {
                    MethodKind::GetPushConfig
                } else if *method == Method::DELETE {
                    MethodKind::DeletePushConfig
                } else {
                    return None;
                };
                (kind, vec![("taskId", id(task)?), ("id", id(config)?)])
            }
            _ => return None,
        };
        Some(Self { kind, ids })
    }

    /// `{id}`, `{id}:cancel` or `{id}:subscribe`. The specification has both `POST` and `GET` for
    /// the last, and clients of either (`A2A §5.3`, `§11.3.2`).
    fn of_task(method: &Method, segment: &str) -> Option<Self> {
        let (name, verb) = segment.rsplit_once(':').unwrap_or((segment, ""));
        let kind = match (verb, method) {
            ("", &Method::GET) => MethodKind::GetTask,
            ("cancel", &Method::POST) => MethodKind::CancelTask,
            ("subscribe", &Method::GET | &Method::POST) => MethodKind::SubscribeToTask,
            _ => return None,
        };
        Some(Self {
            kind,
            ids: vec![("id", id(name)?)],
        })
    }
}

/// An id in a path. The ids made here need no escapes, so one that has some names nothing.
fn id(segment: &str) -> Option<String> {
    (!segment.is_empty()).then(|| segment.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Method, MethodKind, Target};

    fn check(method: &Method, path: &str, expected: Option<(MethodKind, &[&str])>) {
        let target = Target::of(method, path);
        let found = target.as_ref().map(|target| {
            (
                target.kind,
                target
                    .ids
                    .iter()
                    .map(|(_, id)| id.as_str())
                    .collect::<Vec<_>>(),
            )
        });
        assert_eq!(
            found,
            expected.map(|(kind, ids)| (kind, ids.to_vec())),
            "{method} {path}"
        );
    }

    #[test]
    fn every_path_of_the_table_is_known_with_its_methods_only() {
        use MethodKind as K;
        let (get, post, delete) = (&Method::GET, &Method::POST, &Method::DELETE);
        check(post, "/message:send", Some((K::SendMessage, &[])));
        check(
            post,
            "/message:stream",
            Some((K::SendStreamingMessage, &[])),
        );
        check(get, "/message:send", None);
        check(get, "/tasks", Some((K::ListTasks, &[])));
        check(get, "/tasks/t", Some((K::GetTask, &["t"])));
        check(post, "/tasks/t", None);
        check(post, "/tasks/t:cancel", Some((K::CancelTask, &["t"])));
        check(get, "/tasks/t:cancel", None);
        check(
            get,
            "/tasks/t:subscribe",
            Some((K::SubscribeToTask, &["t"])),
        );
        check(
            post,
            "/tasks/t:subscribe",
            Some((K::SubscribeToTask, &["t"])),
        );
        check(post, "/tasks/t:explode", None);
        check(get, "/tasks/", None);
        check(
            post,
            "/tasks/t/pushNotificationConfigs",
            Some((K::CreatePushConfig, &["t"])),
        );
        check(
            get,
            "/tasks/t/pushNotificationConfigs",
            Some((K::ListPushConfigs, &["t"])),
        );
        check(
            get,
            "/tasks/t/pushNotificationConfigs/c",
            Some((K::GetPushConfig, &["t", "c"])),
        );
        check(
            delete,
            "/tasks/t/pushNotificationConfigs/c",
            Some((K::DeletePushConfig, &["t", "c"])),
        );
        check(delete, "/tasks/t", None);
        check(get, "/extendedAgentCard", Some((K::GetExtendedCard, &[])));
    }
}
