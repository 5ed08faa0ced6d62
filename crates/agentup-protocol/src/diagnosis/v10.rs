//! What the parameters of each 1.0 operation must look like.

use serde_json::Value;

use super::{Finder, boolean, bytes, count, metadata, non_empty, string, strings, timestamp};
use crate::request::SKILL_ID;
use crate::{JsonObject, ListTasksRequest, Role, TaskState};

pub(crate) fn send(finder: &mut Finder, params: &Value) {
    let Some(params) = finder.object(params) else {
        return;
    };
    finder.optional(params, "tenant", string);
    finder.required(params, "message", message);
    finder.optional(params, "configuration", configuration);
    skill(finder, params);
}

pub(crate) fn task_id(finder: &mut Finder, params: &Value) {
    let Some(params) = finder.object(params) else {
        return;
    };
    finder.optional(params, "tenant", string);
    finder.required(params, "id", non_empty);
}

pub(crate) fn get_task(finder: &mut Finder, params: &Value) {
    task_id(finder, params);
    let Some(params) = params.as_object() else {
        return;
    };
    finder.optional(params, "historyLength", count);
}

pub(crate) fn cancel_task(finder: &mut Finder, params: &Value) {
    task_id(finder, params);
    let Some(params) = params.as_object() else {
        return;
    };
    finder.optional(params, "metadata", metadata);
}

pub(crate) fn list_tasks(finder: &mut Finder, params: &Value) {
    let Some(params) = finder.object(params) else {
        return;
    };
    finder.optional(params, "tenant", string);
    finder.optional(params, "contextId", string);
    finder.optional(params, "status", |finder, value| {
        if value.as_str().and_then(TaskState::from_name).is_none() {
            finder.report("must be the name of a task state, such as TASK_STATE_WORKING");
        }
    });
    finder.optional(params, "pageSize", |finder, value| {
        let size = crate::wire::count(value).ok().flatten();
        if !size.is_some_and(|size| (1..=ListTasksRequest::MAX_PAGE_SIZE).contains(&size)) {
            finder.report("must be a number from 1 to 100");
        }
    });
    finder.optional(params, "pageToken", string);
    finder.optional(params, "historyLength", count);
    finder.optional(params, "statusTimestampAfter", timestamp);
    finder.optional(params, "includeArtifacts", boolean);
}

pub(crate) fn create_push_config(finder: &mut Finder, params: &Value) {
    push_config(finder, params);
    let Some(params) = params.as_object() else {
        return;
    };
    finder.required(params, "taskId", |finder, value| {
        // A value of another type has been reported already.
        if value.as_str() == Some("") || value.is_null() {
            finder.report("must not be empty");
        }
    });
}

pub(crate) fn one_push_config(finder: &mut Finder, params: &Value) {
    let Some(params) = finder.object(params) else {
        return;
    };
    finder.optional(params, "tenant", string);
    finder.required(params, "taskId", non_empty);
    finder.required(params, "id", non_empty);
}

pub(crate) fn list_push_configs(finder: &mut Finder, params: &Value) {
    let Some(params) = finder.object(params) else {
        return;
    };
    finder.optional(params, "tenant", string);
    finder.required(params, "taskId", non_empty);
    finder.optional(params, "pageSize", count);
    finder.optional(params, "pageToken", string);
}

pub(crate) fn extended_card(finder: &mut Finder, params: &Value) {
    let Some(params) = finder.object(params) else {
        return;
    };
    finder.optional(params, "tenant", string);
}

/// The places that may name a skill, and that they agree.
pub(super) fn skill(finder: &mut Finder, params: &JsonObject) {
    finder.optional(params, SKILL_ID, string);
    finder.optional(params, "metadata", metadata_with_skill);
    let given = params.get(SKILL_ID).or_else(|| params.get("skill_id"));
    let outer = params
        .get("metadata")
        .and_then(|metadata| metadata.get(SKILL_ID));
    let message = params
        .get("message")
        .and_then(|message| message.get("metadata"));
    let inner = message.and_then(|metadata| metadata.get(SKILL_ID));
    let named = [given, outer, inner]
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let mut named = named.filter(|skill_id| !skill_id.is_empty());
    let first = named.next();
    if named.any(|skill_id| Some(skill_id) != first) {
        finder.report_member(SKILL_ID, "must be the same wherever it is given");
    }
}

pub(super) fn metadata_with_skill(finder: &mut Finder, value: &Value) {
    let Some(object) = finder.object(value) else {
        return;
    };
    if object
        .get(SKILL_ID)
        .is_some_and(|skill_id| !skill_id.is_string() && !skill_id.is_null())
    {
        finder.report_member(SKILL_ID, "must be a string");
    }
}

fn message(finder: &mut Finder, value: &Value) {
    let Some(message) = finder.object(value) else {
        return;
    };
    finder.required(message, "messageId", non_empty);
    finder.optional(message, "contextId", string);
    finder.optional(message, "taskId", string);
    finder.required(message, "role", |finder, value| {
        if value.as_str().and_then(Role::from_name).is_none() {
            finder.report("must be ROLE_USER or ROLE_AGENT");
        }
    });
    finder.required(message, "parts", |finder, value| parts(finder, value, part));
    finder.optional(message, "metadata", metadata_with_skill);
    finder.optional(message, "extensions", strings);
    finder.optional(message, "referenceTaskIds", strings);
}

pub(super) fn parts(finder: &mut Finder, value: &Value, part: super::Rule) {
    match value.as_array() {
        None => finder.report("must be a list of parts"),
        Some(list) if list.is_empty() => finder.report("must not be empty"),
        Some(list) => finder.each(list, part),
    }
}

fn part(finder: &mut Finder, value: &Value) {
    let Some(part) = finder.object(value) else {
        return;
    };
    let given = |name: &&str| part.get(*name).is_some_and(|value| !value.is_null());
    let contents = ["text", "raw", "url"]
        .iter()
        .filter(|name| given(name))
        .count();
    // `null` is a value of `data` like any other.
    if contents.saturating_add(usize::from(part.contains_key("data"))) != 1 {
        finder.report("must have exactly one of text, raw, url and data");
    }
    finder.optional(part, "text", string);
    finder.optional(part, "raw", bytes);
    finder.optional(part, "url", string);
    finder.optional(part, "filename", string);
    finder.optional(part, "mediaType", string);
    finder.optional(part, "metadata", metadata);
}

fn configuration(finder: &mut Finder, value: &Value) {
    let Some(configuration) = finder.object(value) else {
        return;
    };
    finder.optional(configuration, "acceptedOutputModes", strings);
    finder.optional(configuration, "taskPushNotificationConfig", push_config);
    finder.optional(configuration, "historyLength", count);
    finder.optional(configuration, "returnImmediately", boolean);
}

fn push_config(finder: &mut Finder, value: &Value) {
    let Some(config) = finder.object(value) else {
        return;
    };
    finder.optional(config, "tenant", string);
    finder.optional(config, "id", string);
    finder.optional(config, "taskId", string);
    finder.required(config, "url", non_empty);
    finder.optional(config, "token", string);
    finder.optional(config, "authentication", |finder, value| {
        let Some(authentication) = finder.object(value) else {
            return;
        };
        finder.required(authentication, "scheme", non_empty);
        finder.optional(authentication, "credentials", string);
    });
}
