//! The agent card: what the agent says of itself, made from what it really does.

use std::sync::Arc;

use agentup_auth::Principal;
use agentup_handlers::{Registry, Skill};
use agentup_protocol::{AgentCapabilities, AgentCard, AgentInterface, AgentProvider, AgentSkill};

use crate::config::Config;

mod security;

use security::Declared;

/// The media type of a skill that names none.
const TEXT: &str = "text/plain";

/// The card of an agent that is reached at `url`.
pub(crate) fn of(config: &Config, registry: &Registry, url: &str) -> AgentCard {
    let agent = &config.agent;
    let secured = config.security.enabled;
    let declared = Declared::of(config, &scopes(registry));
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
        security_schemes: declared.schemes(),
        security_requirements: declared.any(),
        skills: registry
            .iter()
            .map(|skill| skill_card(skill, &declared))
            .collect(),
        signatures: Vec::new(),
    }
}

/// The card as one caller may see it: with the skills that this caller may use (`A2A §3.1.11`).
pub(crate) fn extended(
    card: &AgentCard,
    registry: &Registry,
    caller: &Arc<Principal>,
) -> AgentCard {
    let may_use = |id: &str| {
        let skill = registry.skill(id);
        skill.is_some_and(|skill| skill.permit(caller).is_ok())
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

/// The scopes that the skills ask for, each once, in alphabetical order.
pub(crate) fn scopes(registry: &Registry) -> Vec<String> {
    let skills = registry.iter();
    let mut scopes: Vec<String> = skills
        .flat_map(|skill| skill.requirement().scopes())
        .map(ToString::to_string)
        .collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

fn skill_card(skill: &Skill, declared: &Declared) -> AgentSkill {
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
        security_requirements: declared.needs(skill.requirement()),
        name,
    }
}
