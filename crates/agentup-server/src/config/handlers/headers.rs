//! Headers that are sent to a service: each value may be a secret, so none is ever shown.

use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret as _;

use super::super::{
    keys::{Form, Key},
    reader::{Got, Section},
    report::{Found, Spot},
    tree::{Entry, Value},
    values::{FilePath, Secret},
};

/// Headers that belong to HTTP, or that say what only the agent can say.
const TAKEN: [&str; 14] = [
    "accept",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "upgrade",
    "x-request-id",
    "a2a-version",
];

/// Those that tell of the caller begin so.
const OURS: &str = "x-agentup-";

/// The headers that are written, and those that stand in files.
pub(in super::super) fn read(
    section: &Section<'_>,
    written: &Key<Form>,
    in_files: &Key<Form>,
) -> HeaderMap {
    let mut headers = HeaderMap::new();
    each(section, written, |path, entry| {
        let got = section.report.scalar(&Secret, &entry.node, path, false);
        let Got::Value(Found { value, spot }) = got else {
            return missing(section, path, entry, &got);
        };
        add(
            section,
            &mut headers,
            entry,
            &spot,
            value.expose_secret().as_bytes(),
        );
    });
    each(section, in_files, |path, entry| {
        let got = section.report.scalar(&FilePath, &entry.node, path, false);
        let Got::Value(found) = got else {
            return missing(section, path, entry, &got);
        };
        if let Some(bytes) = section.report.read_secret(&found) {
            // The line break that editors and `echo` leave at the end is no part of a value.
            add(
                section,
                &mut headers,
                entry,
                &found.spot,
                bytes.trim_ascii_end(),
            );
        }
    });
    headers
}

fn each(section: &Section<'_>, key: &Key<Form>, mut read: impl FnMut(&str, &Entry)) {
    let Some(node) = section.node(key) else {
        return;
    };
    let Value::Map(entries) = &node.value else {
        section
            .report
            .wrong_type(&section.spot_of(key), node, "a mapping of headers");
        return;
    };
    for entry in entries {
        let path = format!("{}.{}", section.path_to(key.name()), entry.key);
        read(&path, entry);
    }
    let shown = entries
        .iter()
        .map(|entry| (entry.key.as_str().into(), "<set>".into()));
    section.show(key, serde_yaml::Value::Mapping(shown.collect()));
}

fn missing<T>(section: &Section<'_>, path: &str, entry: &Entry, got: &Got<T>) {
    if matches!(got, Got::Absent) {
        let spot = section.report.spot(entry.at, path);
        section.fault(&spot, "has no value", "remove it, or give it one");
    }
}

fn add(section: &Section<'_>, headers: &mut HeaderMap, entry: &Entry, spot: &Spot, value: &[u8]) {
    let Ok(name) = entry.key.parse::<HeaderName>() else {
        section.fault(spot, "is not the name of a header", "");
        return;
    };
    if TAKEN.contains(&name.as_str()) || name.as_str().starts_with(OURS) {
        section.fault(spot, "is a header that the agent sets itself", "remove it");
        return;
    }
    let Ok(mut value) = HeaderValue::from_bytes(value) else {
        section.fault(spot, "the value has what a header cannot have", "");
        return;
    };
    value.set_sensitive(true);
    if headers.insert(name, value).is_some() {
        section.fault(spot, "stands here a second time", "keep one of them");
    }
}
