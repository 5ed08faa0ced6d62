//! The agent card: what the agent says of itself, made from what it really does.

use std::collections::BTreeMap;

use agentup_auth::{Principal, Requirement};
use agentup_handlers::{Registry, Skill};
use agentup_protocol::{
    AgentCapabilities, AgentCard, AgentInterface, AgentProvider, AgentSkill, SecurityRequirement,
    SecurityScheme,
};

use crate::config::Config;

/// The name of the bearer scheme in the card.
const BEARER: &str = "bearer";

/// The media type of a skill that names none.
const TEXT: &str = "text/plain";

/// The card of an agent that is reached at `url`.
pub(crate) fn of(config: &Config, registry: &Registry, url: &str) -> AgentCard {
    let agent = &config.agent;
    let secured = config.security.enabled;
    AgentCard {
        name: agent.name.clone(),
        description: agent.description.clone(),
        version: agent.version.clone(),
        interfaces: AgentInterface::at(url),
        provider: agent.provider.as_ref().map(|provider| AgentProvider {
            organization: provider.organization.clone(),
            url: provider.url.clone(),
        }),
        documentation_url: agent.documentation_url.clone(),
        icon_url: agent.icon_url.clone(),
        capabilities: AgentCapabilities {
            streaming: true,
            push_notifications: config.push_notifications.enabled,
            // Without callers there is nobody to show another card to.
            extended_agent_card: secured,
            ..AgentCapabilities::default()
        },
        default_input_modes: vec![TEXT.to_owned()],
        default_output_modes: vec![TEXT.to_owned()],
        security_schemes: if secured { schemes() } else { BTreeMap::new() },
        security_requirements: if secured {
            vec![bearer(Vec::new())]
        } else {
            Vec::new()
        },
        skills: registry
            .iter()
            .map(|skill| skill_card(skill, secured))
            .collect(),
        signatures: Vec::new(),
    }
}

/// The card as one caller may see it: with the skills that this caller may use (`A2A §3.1.11`).
pub(crate) fn extended(card: &AgentCard, registry: &Registry, caller: &Principal) -> AgentCard {
    let may_use = |id: &str| {
        let skill = registry.skill(id);
        skill.is_some_and(|skill| skill.requirement().is_met_by(|scope| caller.holds(scope)))
    };
    let skills = card
        .skills
        .iter()
        .filter(|skill| may_use(&skill.id))
        .cloned()
        .collect();
    AgentCard {
        skills,
        ..card.clone()
    }
}

fn schemes() -> BTreeMap<String, SecurityScheme> {
    let scheme = SecurityScheme::Http {
        scheme: "Bearer".to_owned(),
        bearer_format: Some("JWT".to_owned()),
        description: None,
    };
    BTreeMap::from([(BEARER.to_owned(), scheme)])
}

fn skill_card(skill: &Skill, secured: bool) -> AgentSkill {
    let info = skill.info();
    let name = if info.name.is_empty() {
        skill.id().to_string()
    } else {
        info.name.clone()
    };
    let description = if info.description.is_empty() {
        &name
    } else {
        &info.description
    };
    AgentSkill {
        id: skill.id().to_string(),
        description: description.clone(),
        tags: info.tags.clone(),
        examples: info.examples.clone(),
        input_modes: info.input_modes.clone(),
        output_modes: info.output_modes.clone(),
        security_requirements: if secured {
            needs(skill.requirement())
        } else {
            Vec::new()
        },
        name,
    }
}

/// All scopes of one entry are needed; several entries are alternatives (`A2A §4.5`).
fn needs(requirement: &Requirement) -> Vec<SecurityRequirement> {
    let names = requirement.scopes().iter().map(ToString::to_string);
    match requirement {
        Requirement::AllOf(_) => vec![bearer(names.collect())],
        Requirement::AnyOf(_) => names.map(|name| bearer(vec![name])).collect(),
    }
}

fn bearer(scopes: Vec<String>) -> SecurityRequirement {
    SecurityRequirement::one(BEARER, scopes)
}
