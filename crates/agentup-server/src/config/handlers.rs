//! `skills[].handler`: what does the work of a skill that is neither built in nor of the program.

use std::sync::Arc;

use agentup_handlers::{
    Skill,
    http::{self, HttpSkill},
    llm::{self, LlmSkill},
    middleware::Observer,
    upstream::Limits,
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

mod headers;
mod service;

/// What does the work of a skill.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum HandlerConfig {
    /// An HTTP service.
    Http(http::Settings),
    /// A language model.
    Llm(llm::Settings),
}

/// The kinds of [`HandlerConfig`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HandlerKind {
    Http,
    Llm,
}

impl HandlerConfig {
    /// The skill of this id that does its work so.
    pub(crate) fn skill(&self, id: &str, observer: &Arc<dyn Observer>) -> Skill {
        match self {
            Self::Http(settings) => {
                let skill = Skill::new(id, HttpSkill::new(settings.clone()));
                if settings.identity == http::Identity::Token {
                    skill.with_caller_token()
                } else {
                    skill
                }
            }
            Self::Llm(settings) => {
                Skill::new(id, LlmSkill::new(settings.clone(), Arc::clone(observer)))
            }
        }
    }
}

/// The handler of a skill, if it has one.
pub(super) fn read(skill: &Section<'_>, ai: &Ai, stage: Stage) -> Option<HandlerConfig> {
    if !skill.is_written(&keys::HANDLER) {
        return None;
    }
    let section = skill.section(&keys::HANDLER);
    let kind = section.required(&keys::HANDLER_TYPE, "write `type: http` or `type: llm`")?;
    match kind.value {
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
    for name in keys::names_in(keys::HANDLER.path) {
        if name == keys::HANDLER_TYPE.name() || names.contains(&name) {
            continue;
        }
        if let Some(spot) = section.spot_of_name(name) {
            let problem = format!("has no effect for a handler of type {kind}");
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

/// What a call may take.
fn limits(section: &Section<'_>) -> Limits {
    let reply = section.value(&keys::HANDLER_MAX_REPLY).value;
    Limits {
        connect: section.value(&keys::HANDLER_CONNECT_TIMEOUT).value,
        read: section.value(&keys::HANDLER_READ_TIMEOUT).value,
        whole: section.value(&keys::HANDLER_TIMEOUT).value,
        reply,
        event: reply,
    }
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
