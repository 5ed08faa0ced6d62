//! `skills[].handler`: what does the work of a skill that is neither built in nor of the program.

use std::sync::Arc;

use ::http::{HeaderMap, header::AUTHORIZATION};
use agentup_handlers::{
    Skill, SkillHandler,
    a2a::{self, A2aSkill},
    http::{self, HttpSkill, Identity},
    llm::{self, LlmSkill},
    middleware::Observer,
    upstream::{Limits, Watched},
};
use reqwest::Url;

use super::{
    Stage,
    ai::{self, Ai},
    keys::{self, Key},
    reader::Section,
    report::Found,
    values::is_loopback,
};

mod agent;
mod credential;
pub(super) mod headers;
mod service;

pub(super) use credential::AuthKind;

/// What does the work of a skill.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum HandlerConfig {
    /// Another A2A agent.
    A2a(a2a::Settings),
    /// An HTTP service.
    Http(http::Settings),
    /// A language model.
    Llm(llm::Settings),
}

/// The kinds of [`HandlerConfig`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HandlerKind {
    A2a,
    Http,
    Llm,
}

impl HandlerConfig {
    /// The skill of this id that does its work so.
    pub(crate) fn skill(&self, id: &str, observer: &Arc<dyn Observer>) -> Skill {
        let (skill, identity) = match self {
            Self::A2a(settings) => (
                watched(id, A2aSkill::new(settings.clone(), observer), observer),
                settings.identity,
            ),
            Self::Http(settings) => (
                watched(
                    id,
                    HttpSkill::new(settings.clone(), Arc::clone(observer)),
                    observer,
                ),
                settings.identity,
            ),
            Self::Llm(settings) => (
                Skill::new(id, LlmSkill::new(settings.clone(), Arc::clone(observer))),
                Identity::None,
            ),
        };
        if identity == Identity::Token {
            skill.with_caller_token()
        } else {
            skill
        }
    }
}

/// A skill whose work is done elsewhere. `observer` hears of each call.
fn watched(id: &str, handler: impl SkillHandler, observer: &Arc<dyn Observer>) -> Skill {
    Skill::new(id, Watched::new(handler, Arc::clone(observer)))
}

/// The handler of a skill, if it has one.
pub(super) fn read(skill: &Section<'_>, ai: &Ai, stage: Stage) -> Option<HandlerConfig> {
    if !skill.is_written(&keys::HANDLER) {
        return None;
    }
    let section = skill.section(&keys::HANDLER);
    let kind = section.required(
        &keys::HANDLER_TYPE,
        "write `type: http`, `type: a2a` or `type: llm`",
    )?;
    match kind.value {
        HandlerKind::A2a => {
            only(
                &section,
                "a2a",
                &[&service::KEYS[..], &agent::KEYS].concat(),
            );
            agent::read(&section, stage).map(HandlerConfig::A2a)
        }
        HandlerKind::Http => {
            only(&section, "http", &service::KEYS);
            service::read(&section, stage).map(HandlerConfig::Http)
        }
        HandlerKind::Llm => {
            only(&section, "llm", &ai::KEYS);
            ai::of_skill(&section, ai, stage).map(HandlerConfig::Llm)
        }
    }
}

/// Refuses what has no effect for a handler of this kind.
fn only(section: &Section<'_>, kind: &str, names: &[&str]) {
    let known = keys::names_in(keys::HANDLER.path);
    only_of(section, known, &format!("a handler of type {kind}"), names);
}

/// Refuses what is known in this mapping, but has no effect here. `type` always has one.
fn only_of(
    section: &Section<'_>,
    known: impl Iterator<Item = &'static str>,
    what: &str,
    names: &[&str],
) {
    for name in known {
        if name == keys::HANDLER_TYPE.name() || names.contains(&name) {
            continue;
        }
        if let Some(spot) = section.spot_of_name(name) {
            let problem = format!("has no effect for {what}");
            section.fault(&spot, problem, "remove it");
        }
    }
}

/// The address of a service.
fn url(section: &Section<'_>, key: &Key<super::values::WebUrl>) -> Option<Found<Url>> {
    let found = section.required(key, "it is where the service takes requests")?;
    let url = Url::parse(&found.value);
    if url.is_err() {
        section.fault(&found.spot, "is not a URL", "");
    }
    Some(Found {
        value: url.ok()?,
        spot: found.spot,
    })
}

/// What a call may take, where `usual` is what it may take if nothing is said.
fn limits(section: &Section<'_>, usual: Limits) -> Limits {
    let reply = section.or(&keys::HANDLER_MAX_REPLY.key, usual.reply);
    Limits {
        connect: section.or(&keys::HANDLER_CONNECT_TIMEOUT.key, usual.connect),
        read: section.or(&keys::HANDLER_READ_TIMEOUT.key, usual.read),
        whole: section.or(&keys::HANDLER_TIMEOUT.key, usual.whole),
        reply,
        event: reply,
    }
}

/// What a service hears of the caller; a token of the caller's leaves no room for another.
fn identity(section: &Section<'_>, headers: &HeaderMap) -> Found<Identity> {
    let identity = section.value(&keys::FORWARD_IDENTITY);
    if identity.value == Identity::Token && headers.contains_key(AUTHORIZATION) {
        let problem = "would send two credentials: `headers` has Authorization as well";
        section.fault(&identity.spot, problem, "keep one of them");
    }
    identity
}

/// Secrets on their way over a network that anybody may read.
pub(super) fn mind_the_wire(section: &Section<'_>, url: &Found<Url>, what: &str, stage: Stage) {
    let host = url.value.host_str().unwrap_or_default();
    if url.value.scheme() == "https" || is_loopback(host) {
        return;
    }
    let problem = format!("is not https, and {what} would be sent to it");
    let remedy = "use https";
    if stage == Stage::Production {
        section.fault(&url.spot, problem, remedy);
    } else {
        section.report.warn(&url.spot, problem, remedy);
    }
}
