//! The agent card: what an agent says of itself to anyone who asks (A2A §4.4, §8).

mod hybrid;
mod interface;
mod read;
mod security;
mod v10;

pub use interface::{AgentInterface, ProtocolBinding};
pub use security::{ApiKeyLocation, OAuthFlow, SecurityRequirement, SecurityScheme};

use std::collections::BTreeMap;

use crate::JsonObject;

/// An agent's description of itself.
///
/// It has the members of the 1.0 card; its 0.3 form is derived from them. See
/// [`AgentCard::to_hybrid_json`] and [`AgentCard::to_v10_json`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentCard {
    /// A name for people.
    pub name: String,
    /// What the agent is for.
    pub description: String,
    /// The version of the agent, not of the protocol.
    pub version: String,
    /// Where and how it can be called, best first.
    pub interfaces: Vec<AgentInterface>,
    /// Who runs it.
    pub provider: Option<AgentProvider>,
    /// Where it is documented.
    pub documentation_url: Option<String>,
    /// Its picture.
    pub icon_url: Option<String>,
    /// Which optional parts of the protocol it has.
    pub capabilities: AgentCapabilities,
    /// Media types that every skill takes unless it says otherwise.
    pub default_input_modes: Vec<String>,
    /// Media types that every skill makes unless it says otherwise.
    pub default_output_modes: Vec<String>,
    /// The ways to authenticate, by name.
    pub security_schemes: BTreeMap<String, SecurityScheme>,
    /// What a caller needs to call at all; one of them suffices.
    pub security_requirements: Vec<SecurityRequirement>,
    /// What it can do.
    pub skills: Vec<AgentSkill>,
    /// Signatures of the card's 1.0 form (A2A §8.4).
    pub signatures: Vec<AgentCardSignature>,
}

/// Who runs an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub struct AgentProvider {
    /// The name of the organization.
    #[serde(default)]
    pub organization: String,
    /// Its web site.
    #[serde(default)]
    pub url: String,
}

/// Which optional parts of the protocol an agent has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentCapabilities {
    /// Streams of events.
    pub streaming: bool,
    /// Push notifications.
    pub push_notifications: bool,
    /// Another card for authenticated callers.
    pub extended_agent_card: bool,
    /// Extensions of the protocol.
    pub extensions: Vec<AgentExtension>,
}

/// An extension of the protocol that an agent has (A2A §4.6).
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(default)]
pub struct AgentExtension {
    /// Names the extension.
    pub uri: String,
    /// How the agent uses it.
    pub description: String,
    /// Whether a caller must declare it too.
    pub required: bool,
    /// Settings of the extension.
    pub params: Option<JsonObject>,
}

/// Something an agent can do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentSkill {
    /// Names the skill in requests.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Things to say to it.
    pub examples: Vec<String>,
    /// Media types it takes, if not those of the agent.
    pub input_modes: Vec<String>,
    /// Media types it makes, if not those of the agent.
    pub output_modes: Vec<String>,
    /// What a caller needs to use it; one of them suffices.
    pub security_requirements: Vec<SecurityRequirement>,
}

/// A signature of a card: a JWS without its payload (A2A §8.4, RFC 7515).
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
pub struct AgentCardSignature {
    /// The protected header, in base64url.
    pub protected: String,
    /// The signature, in base64url.
    pub signature: String,
    /// The unprotected header.
    #[serde(default)]
    pub header: Option<JsonObject>,
}
