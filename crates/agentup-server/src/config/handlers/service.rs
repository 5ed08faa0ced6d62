//! `handler: {type: http}`: an HTTP service behind a skill.

use agentup_handlers::{
    http::{Identity, Settings},
    upstream::Limits,
};

use super::{
    super::{Stage, keys, reader::Section},
    headers, identity, limits, mind_the_wire, url,
};

/// The keys that have an effect.
pub(super) const KEYS: [&str; 8] = [
    "url",
    "headers",
    "header_files",
    "forward_identity",
    "timeout",
    "connect_timeout",
    "read_timeout",
    "max_reply",
];

pub(super) fn read(section: &Section<'_>, stage: Stage) -> Option<Settings> {
    let url = url(section, &keys::HANDLER_URL);
    let headers = headers::read(section, &keys::HANDLER_HEADERS, &keys::HANDLER_HEADER_FILES);
    let identity = identity(section, &headers);
    let limits = limits(section, Limits::default());
    let url = url?;
    if identity.value == Identity::Token {
        mind_the_wire(section, &url, "the callers' tokens", stage);
    } else if !headers.is_empty() {
        mind_the_wire(section, &url, "`headers`", stage);
    }
    Some(Settings {
        url: url.value,
        headers,
        identity: identity.value,
        limits,
    })
}
