//! The names of states and roles in 0.3.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error, Unexpected};

use crate::{Role, TaskState};

/// The name of a state in 0.3.
pub(super) const fn state_name(state: TaskState) -> &'static str {
    match state {
        TaskState::Unspecified => "unknown",
        TaskState::Submitted => "submitted",
        TaskState::Working => "working",
        TaskState::Completed => "completed",
        TaskState::Failed => "failed",
        TaskState::Canceled => "canceled",
        TaskState::InputRequired => "input-required",
        TaskState::Rejected => "rejected",
        TaskState::AuthRequired => "auth-required",
    }
}

/// The name of a role in 0.3.
pub(super) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::User => "user",
    }
}

/// The role of this name in 0.3.
pub(crate) fn role_of(name: &str) -> Option<Role> {
    [Role::Agent, Role::User]
        .into_iter()
        .find(|role| role_name(*role) == name)
}

pub(super) fn state<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TaskState, D::Error> {
    let name = Cow::<'de, str>::deserialize(deserializer)?;
    // A newer agent may know more states; 0.3 has a name for "some other state".
    Ok(TaskState::ALL
        .into_iter()
        .find(|state| state_name(*state) == name)
        .unwrap_or(TaskState::Unspecified))
}

pub(super) fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
    let name = Cow::<'de, str>::deserialize(deserializer)?;
    role_of(&name).ok_or_else(|| D::Error::invalid_value(Unexpected::Str("…"), &"user or agent"))
}
