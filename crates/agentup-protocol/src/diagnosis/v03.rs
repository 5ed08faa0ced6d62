//! What the parameters of a 0.3 method must look like, where 1.0 has them otherwise.

use serde_json::Value;

use super::{Finder, boolean, bytes, count, metadata, non_empty, string, strings, v10};
use crate::JsonObject;
use crate::v03::role_of;

pub(crate) fn send(finder: &mut Finder, params: &Value) {
    let Some(params) = finder.object(params) else {
        return;
    };
    finder.required(params, "message", message);
    finder.optional(params, "configuration", configuration);
    v10::skill(finder, params);
}

pub(crate) fn task(finder: &mut Finder, params: &Value) {
    let Some(params) = finder.object(params) else {
        return;
    };
    finder.required(params, "id", non_empty);
    finder.optional(params, "historyLength", count);
    finder.optional(params, "metadata", metadata);
}

pub(crate) fn set_push_config(finder: &mut Finder, params: &Value) {
    let Some(params) = finder.object(params) else {
        return;
    };
    finder.required(params, "taskId", non_empty);
    finder.required(params, "pushNotificationConfig", push_config);
}

pub(crate) fn get_push_config(finder: &mut Finder, params: &Value) {
    let Some(params) = finder.object(params) else {
        return;
    };
    finder.required(params, "id", non_empty);
    finder.optional(params, "pushNotificationConfigId", string);
}

pub(crate) fn delete_push_config(finder: &mut Finder, params: &Value) {
    let Some(params) = finder.object(params) else {
        return;
    };
    finder.required(params, "id", non_empty);
    finder.required(params, "pushNotificationConfigId", non_empty);
}

fn message(finder: &mut Finder, value: &Value) {
    let Some(message) = finder.object(value) else {
        return;
    };
    finder.required(message, "messageId", non_empty);
    finder.optional(message, "contextId", string);
    finder.optional(message, "taskId", string);
    finder.required(message, "role", |finder, value| {
        if value.as_str().and_then(role_of).is_none() {
            finder.report("must be user or agent");
        }
    });
    finder.required(message, "parts", |finder, value| {
        v10::parts(finder, value, part);
    });
    finder.optional(message, "metadata", v10::metadata_with_skill);
    finder.optional(message, "extensions", strings);
    finder.optional(message, "referenceTaskIds", strings);
}

fn part(finder: &mut Finder, value: &Value) {
    let Some(part) = finder.object(value) else {
        return;
    };
    let given = given(part, &["text", "file", "data"]);
    if let [content] = given.as_slice() {
        for name in ["kind", "type"] {
            if part
                .get(name)
                .is_some_and(|kind| !kind.is_null() && kind != content)
            {
                finder.report_member(name, "must say what the part holds: text, file or data");
            }
        }
    } else {
        finder.report("must have exactly one of text, file and data");
    }
    finder.optional(part, "text", string);
    finder.optional(part, "file", file);
    finder.optional(part, "data", metadata);
    finder.optional(part, "metadata", metadata);
}

fn file(finder: &mut Finder, value: &Value) {
    let Some(file) = finder.object(value) else {
        return;
    };
    if given(file, &["bytes", "uri"]).len() != 1 {
        finder.report("must have exactly one of bytes and uri");
    }
    finder.optional(file, "bytes", bytes);
    finder.optional(file, "uri", string);
    finder.optional(file, "mimeType", string);
    finder.optional(file, "name", string);
}

fn given<'a>(object: &JsonObject, names: &[&'a str]) -> Vec<&'a str> {
    let is_given = |name: &&&str| object.get(**name).is_some_and(|value| !value.is_null());
    names.iter().filter(is_given).copied().collect()
}

fn configuration(finder: &mut Finder, value: &Value) {
    let Some(configuration) = finder.object(value) else {
        return;
    };
    finder.optional(configuration, "acceptedOutputModes", strings);
    finder.optional(configuration, "pushNotificationConfig", push_config);
    finder.optional(configuration, "historyLength", count);
    finder.optional(configuration, "blocking", boolean);
}

fn push_config(finder: &mut Finder, value: &Value) {
    let Some(config) = finder.object(value) else {
        return;
    };
    finder.optional(config, "id", string);
    finder.required(config, "url", non_empty);
    finder.optional(config, "token", string);
    finder.optional(config, "authentication", |finder, value| {
        let Some(authentication) = finder.object(value) else {
            return;
        };
        finder.optional(authentication, "schemes", strings);
        finder.optional(authentication, "credentials", string);
    });
}
