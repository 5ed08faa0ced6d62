//! Cards of other agents, of either generation, read by clients.

mod security;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{
    AgentCapabilities, AgentCard, AgentCardSignature, AgentInterface, AgentProvider, AgentSkill,
    ProtocolBinding,
};
use crate::{A2aError, ErrorKind, Generation, wire};
use security::{RequirementIn, read_scheme, requirements};

impl AgentCard {
    /// Reads a card of either generation, or a hybrid one, of which the 1.0 members count.
    ///
    /// Security schemes of a kind that is not known here are left out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidAgentResponse`] for what is not a card or names no interface.
    pub fn parse(json: &[u8]) -> Result<Self, A2aError> {
        let card: CardIn = serde_json::from_slice(json)
            .map_err(|_| A2aError::new(ErrorKind::InvalidAgentResponse, "not an agent card"))?;
        let card = Self::from(card);
        if card.interfaces.is_empty() {
            let message = "the agent card names no interface";
            return Err(A2aError::new(ErrorKind::InvalidAgentResponse, message));
        }
        Ok(card)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CardIn {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    version: String,
    #[serde(default, deserialize_with = "wire::or_default")]
    supported_interfaces: Vec<InterfaceIn>,
    url: Option<String>,
    preferred_transport: Option<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    additional_interfaces: Vec<InterfaceIn>,
    provider: Option<AgentProvider>,
    documentation_url: Option<String>,
    icon_url: Option<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    capabilities: CapabilitiesIn,
    supports_authenticated_extended_card: Option<bool>,
    #[serde(default, deserialize_with = "wire::or_default")]
    default_input_modes: Vec<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    default_output_modes: Vec<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    security_schemes: BTreeMap<String, Value>,
    #[serde(default, deserialize_with = "wire::or_default")]
    security_requirements: Vec<RequirementIn>,
    #[serde(default, deserialize_with = "wire::or_default")]
    security: Vec<BTreeMap<String, Vec<String>>>,
    #[serde(default, deserialize_with = "wire::or_default")]
    skills: Vec<SkillIn>,
    #[serde(default, deserialize_with = "wire::or_default")]
    signatures: Vec<AgentCardSignature>,
}

impl From<CardIn> for AgentCard {
    fn from(card: CardIn) -> Self {
        let interfaces = if card.supported_interfaces.is_empty() {
            v03_interfaces(
                card.url,
                card.preferred_transport.as_deref(),
                card.additional_interfaces,
            )
        } else {
            card.supported_interfaces
                .into_iter()
                .map(AgentInterface::from)
                .collect()
        };
        let mut capabilities = AgentCapabilities::from(card.capabilities);
        capabilities.extended_agent_card |= card
            .supports_authenticated_extended_card
            .unwrap_or_default();
        let schemes = card.security_schemes.into_iter();
        Self {
            name: card.name,
            description: card.description,
            version: card.version,
            interfaces,
            provider: card.provider,
            documentation_url: card.documentation_url,
            icon_url: card.icon_url,
            capabilities,
            default_input_modes: card.default_input_modes,
            default_output_modes: card.default_output_modes,
            security_schemes: schemes
                .filter_map(|(name, scheme)| Some((name, read_scheme(&scheme)?)))
                .collect(),
            security_requirements: requirements(card.security_requirements, card.security),
            skills: card.skills.into_iter().map(AgentSkill::from).collect(),
            signatures: card.signatures,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct CapabilitiesIn {
    streaming: Option<bool>,
    push_notifications: Option<bool>,
    extended_agent_card: Option<bool>,
    #[serde(deserialize_with = "wire::or_default")]
    extensions: Vec<super::AgentExtension>,
}

impl From<CapabilitiesIn> for AgentCapabilities {
    fn from(capabilities: CapabilitiesIn) -> Self {
        Self {
            streaming: capabilities.streaming.unwrap_or_default(),
            push_notifications: capabilities.push_notifications.unwrap_or_default(),
            extended_agent_card: capabilities.extended_agent_card.unwrap_or_default(),
            extensions: capabilities.extensions,
        }
    }
}

/// An interface of either generation: they name the binding differently.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InterfaceIn {
    url: String,
    #[serde(alias = "transport")]
    protocol_binding: String,
    #[serde(default, deserialize_with = "wire::text")]
    protocol_version: Option<String>,
    #[serde(default, deserialize_with = "wire::text")]
    tenant: Option<String>,
}

impl From<InterfaceIn> for AgentInterface {
    fn from(interface: InterfaceIn) -> Self {
        let v03 = || Generation::V03.version().to_owned();
        Self {
            url: interface.url,
            binding: ProtocolBinding::from_name(&interface.protocol_binding),
            protocol_version: interface.protocol_version.unwrap_or_else(v03),
            tenant: interface.tenant,
        }
    }
}

/// The interfaces of a 0.3 card; the main one may be repeated among the additional ones.
fn v03_interfaces(
    url: Option<String>,
    transport: Option<&str>,
    additional: Vec<InterfaceIn>,
) -> Vec<AgentInterface> {
    let main = url.filter(|url| !url.is_empty()).map(|url| {
        let binding = transport.map_or(ProtocolBinding::JsonRpc, ProtocolBinding::from_name);
        AgentInterface::new(url, binding, Generation::V03)
    });
    let mut interfaces: Vec<AgentInterface> = main.into_iter().collect();
    for interface in additional.into_iter().map(AgentInterface::from) {
        if !interfaces.contains(&interface) {
            interfaces.push(interface);
        }
    }
    interfaces
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SkillIn {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default, deserialize_with = "wire::or_default")]
    tags: Vec<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    examples: Vec<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    input_modes: Vec<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    output_modes: Vec<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    security_requirements: Vec<RequirementIn>,
    #[serde(default, deserialize_with = "wire::or_default")]
    security: Vec<BTreeMap<String, Vec<String>>>,
}

impl From<SkillIn> for AgentSkill {
    fn from(skill: SkillIn) -> Self {
        Self {
            id: skill.id,
            name: skill.name,
            description: skill.description,
            tags: skill.tags,
            examples: skill.examples,
            input_modes: skill.input_modes,
            output_modes: skill.output_modes,
            security_requirements: requirements(skill.security_requirements, skill.security),
        }
    }
}
