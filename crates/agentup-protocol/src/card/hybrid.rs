//! One document that clients of both generations can read.

use serde_json::Value;

use super::v10::flow;
use super::{AgentCard, AgentInterface, OAuthFlow, SecurityRequirement, SecurityScheme};
use crate::{Generation, JsonObject};

/// What a 0.3 card says it follows; unlike 1.0, with its patch number.
const PROTOCOL_VERSION: &str = "0.3.0";

impl AgentCard {
    /// The 1.0 card with the members of 0.3 beside its own, if it has an interface of 0.3.
    ///
    /// Both generations ignore the members of the other one. Empty values are left out, but for
    /// the lists that 0.3 requires.
    #[must_use]
    pub fn to_hybrid_json(&self) -> JsonObject {
        let mut card = self.to_v10_json();
        let mut interfaces = self.interfaces.iter().filter(|interface| is_v03(interface));
        let Some(main) = interfaces.next() else {
            return card;
        };
        put(&mut card, "protocolVersion", PROTOCOL_VERSION);
        put(&mut card, "url", main.url.as_str());
        put(&mut card, "preferredTransport", main.binding.name());
        let others: Vec<Value> = interfaces.map(additional_interface).collect();
        if !others.is_empty() {
            put(&mut card, "additionalInterfaces", others);
        }
        if self.capabilities.extended_agent_card {
            put(&mut card, "supportsAuthenticatedExtendedCard", true);
        }
        if !self.security_requirements.is_empty() {
            put(&mut card, "security", security(&self.security_requirements));
        }
        keep(
            &mut card,
            &["defaultInputModes", "defaultOutputModes", "skills"],
        );
        self.add_schemes(&mut card);
        self.add_skills(&mut card);
        card
    }

    fn add_schemes(&self, card: &mut JsonObject) {
        let Some(Value::Object(schemes)) = card.get_mut("securitySchemes") else {
            return;
        };
        for (name, scheme) in &self.security_schemes {
            if let Some(Value::Object(members)) = schemes.get_mut(name) {
                members.extend(scheme_members(scheme));
            }
        }
    }

    fn add_skills(&self, card: &mut JsonObject) {
        let Some(Value::Array(skills)) = card.get_mut("skills") else {
            return;
        };
        for (skill, value) in self.skills.iter().zip(skills) {
            let Value::Object(members) = value else {
                continue;
            };
            keep(members, &["tags"]);
            if !skill.security_requirements.is_empty() {
                put(members, "security", security(&skill.security_requirements));
            }
        }
    }
}

fn is_v03(interface: &AgentInterface) -> bool {
    interface.generation() == Some(Generation::V03)
}

fn put(object: &mut JsonObject, name: &str, value: impl Into<Value>) {
    object.insert(name.to_owned(), value.into());
}

/// Makes sure of lists that 0.3 requires: its clients refuse a card that leaves an empty one out.
fn keep(object: &mut JsonObject, lists: &[&str]) {
    for list in lists {
        if !object.contains_key(*list) {
            put(object, list, Value::Array(Vec::new()));
        }
    }
}

fn additional_interface(interface: &AgentInterface) -> Value {
    let mut members = JsonObject::new();
    put(&mut members, "url", interface.url.as_str());
    put(&mut members, "transport", interface.binding.name());
    Value::Object(members)
}

fn security(requirements: &[SecurityRequirement]) -> Vec<Value> {
    let schemes = |requirement: &SecurityRequirement| {
        let schemes = requirement.0.iter();
        schemes
            .map(|(name, scopes)| (name.clone(), Value::from(scopes.clone())))
            .collect()
    };
    requirements
        .iter()
        .map(|requirement| Value::Object(schemes(requirement)))
        .collect()
}

fn scheme_members(scheme: &SecurityScheme) -> JsonObject {
    let mut members = JsonObject::new();
    let description = match scheme {
        SecurityScheme::ApiKey {
            location,
            name,
            description,
        } => {
            put(&mut members, "type", "apiKey");
            put(&mut members, "in", location.name());
            put(&mut members, "name", name.as_str());
            description
        }
        SecurityScheme::Http {
            scheme,
            bearer_format,
            description,
        } => {
            put(&mut members, "type", "http");
            put(&mut members, "scheme", scheme.as_str());
            if let Some(format) = bearer_format {
                put(&mut members, "bearerFormat", format.as_str());
            }
            description
        }
        SecurityScheme::MutualTls { description } => {
            put(&mut members, "type", "mutualTLS");
            description
        }
        SecurityScheme::OAuth2 {
            flow: oauth_flow,
            metadata_url,
            description,
        } => {
            put(&mut members, "type", "oauth2");
            // 0.3 does not know the device flow; there it is a scheme without flows.
            let known = !matches!(oauth_flow, OAuthFlow::DeviceCode { .. });
            put(
                &mut members,
                "flows",
                if known {
                    flow(oauth_flow)
                } else {
                    JsonObject::new()
                },
            );
            if let Some(url) = metadata_url {
                put(&mut members, "oauth2MetadataUrl", url.as_str());
            }
            description
        }
        SecurityScheme::OpenIdConnect { url, description } => {
            put(&mut members, "type", "openIdConnect");
            put(&mut members, "openIdConnectUrl", url.as_str());
            description
        }
    };
    if let Some(description) = description {
        put(&mut members, "description", description.as_str());
    }
    members
}
