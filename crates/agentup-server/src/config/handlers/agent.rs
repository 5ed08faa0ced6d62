//! `handler: {type: a2a}`: another A2A agent behind a skill.

use std::time::Duration;

use agentup_handlers::{
    a2a::{Credential, Settings},
    http::Identity,
    upstream::Limits,
};
use http::{HeaderMap, header::AUTHORIZATION};

use super::{
    super::{Stage, keys, reader::Section, report::Spot},
    credential, headers, identity, limits, mind_the_wire, url,
};

/// The keys that have an effect, beside those that have one for a service.
pub(super) const KEYS: [&str; 3] = ["skill_id", "allow_hosts", "auth"];

/// What an agent may take: it may well ask a language model, or another agent.
fn usual() -> Limits {
    Limits {
        read: Duration::from_mins(2),
        whole: Duration::from_mins(10),
        ..Limits::default()
    }
}

pub(super) fn read(section: &Section<'_>, stage: Stage) -> Option<Settings> {
    let url = url(section, &keys::HANDLER_URL);
    let headers = headers::read(section, &keys::HANDLER_HEADERS, &keys::HANDLER_HEADER_FILES);
    let identity = identity(section, &headers);
    let limits = limits(section, usual());
    let skill_id = section.optional(&keys::HANDLER_SKILL_ID);
    let hosts = section.list(&keys::HANDLER_ALLOW_HOSTS).unwrap_or_default();
    let credential = credential::read(section, stage);
    if let Some(Some(credential)) = &credential {
        mind_the_others(section, credential, &headers, identity.value);
    }
    let (url, credential) = (url?, credential?);
    let what = if identity.value == Identity::Token {
        "the callers' tokens"
    } else if credential.is_some() {
        "the credential of `auth`"
    } else if !headers.is_empty() {
        "`headers`"
    } else {
        ""
    };
    if !what.is_empty() {
        mind_the_wire(section, &url, what, stage);
    }
    Some(Settings {
        url: url.value,
        skill_id: skill_id.map(|found| found.value),
        headers,
        credential,
        identity: identity.value,
        allow_hosts: hosts.into_iter().map(|found| found.value).collect(),
        limits,
    })
}

/// A request has one credential in a header.
fn mind_the_others(
    section: &Section<'_>,
    credential: &Credential,
    headers: &HeaderMap,
    identity: Identity,
) {
    let name = match credential {
        Credential::Header(name, _) => name,
        _ => &AUTHORIZATION,
    };
    let spot: Spot = section.spot_of(&keys::HANDLER_AUTH);
    if *name == AUTHORIZATION && identity == Identity::Token {
        let problem = "would send two credentials: `forward_identity` sends the caller's token";
        section.fault(&spot, problem, "keep one of them");
    }
    if headers.contains_key(name) {
        let problem = format!("would send two credentials: `headers` has {name} as well");
        section.fault(&spot, problem, "keep one of them");
    }
}
