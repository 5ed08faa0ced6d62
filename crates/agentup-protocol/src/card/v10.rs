//! The pure 1.0 form of a card: the one that is signed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    AgentCapabilities, AgentCard, AgentCardSignature, AgentExtension, AgentInterface,
    AgentProvider, AgentSkill, OAuthFlow, SecurityRequirement, SecurityScheme,
};
use crate::JsonObject;

impl AgentCard {
    /// The card with 1.0 members only, without empty ones: what a signature covers, because a
    /// verifier reads it as 1.0 and writes it again (A2A §8.4).
    #[must_use]
    pub fn to_v10_json(&self) -> JsonObject {
        Members::default()
            .text("name", &self.name)
            .text("description", &self.description)
            .text("version", &self.version)
            .list("supportedInterfaces", &self.interfaces, interface)
            .with("provider", self.provider.as_ref().map(provider))
            .optional("documentationUrl", self.documentation_url.as_deref())
            .optional("iconUrl", self.icon_url.as_deref())
            .with("capabilities", Some(capabilities(&self.capabilities)))
            .texts("defaultInputModes", &self.default_input_modes)
            .texts("defaultOutputModes", &self.default_output_modes)
            .map("securitySchemes", &self.security_schemes, scheme)
            .list(
                "securityRequirements",
                &self.security_requirements,
                requirement,
            )
            .list("skills", &self.skills, skill)
            .list("signatures", &self.signatures, signature)
            .into_object()
    }
}

fn interface(interface: &AgentInterface) -> JsonObject {
    Members::default()
        .text("url", &interface.url)
        .text("protocolBinding", interface.binding.name())
        .text("protocolVersion", &interface.protocol_version)
        .optional("tenant", interface.tenant.as_deref())
        .into_object()
}

fn provider(provider: &AgentProvider) -> JsonObject {
    Members::default()
        .text("organization", &provider.organization)
        .text("url", &provider.url)
        .into_object()
}

fn capabilities(capabilities: &AgentCapabilities) -> JsonObject {
    Members::default()
        .flag("streaming", capabilities.streaming)
        .flag("pushNotifications", capabilities.push_notifications)
        .flag("extendedAgentCard", capabilities.extended_agent_card)
        .list("extensions", &capabilities.extensions, extension)
        .into_object()
}

fn extension(extension: &AgentExtension) -> JsonObject {
    let members = Members::default()
        .text("uri", &extension.uri)
        .text("description", &extension.description);
    let members = if extension.required {
        members.flag("required", true)
    } else {
        members
    };
    members
        .with("params", extension.params.clone())
        .into_object()
}

fn scheme(scheme: &SecurityScheme) -> JsonObject {
    let (name, members) = match scheme {
        SecurityScheme::ApiKey {
            location,
            name,
            description,
        } => (
            "apiKeySecurityScheme",
            Members::default()
                .text("location", location.name())
                .text("name", name)
                .optional("description", description.as_deref()),
        ),
        SecurityScheme::Http {
            scheme,
            bearer_format,
            description,
        } => (
            "httpAuthSecurityScheme",
            Members::default()
                .text("scheme", scheme)
                .optional("bearerFormat", bearer_format.as_deref())
                .optional("description", description.as_deref()),
        ),
        SecurityScheme::MutualTls { description } => (
            "mtlsSecurityScheme",
            Members::default().optional("description", description.as_deref()),
        ),
        SecurityScheme::OAuth2 {
            flow: oauth_flow,
            metadata_url,
            description,
        } => (
            "oauth2SecurityScheme",
            Members::default()
                .with("flows", Some(flow(oauth_flow)))
                .optional("oauth2MetadataUrl", metadata_url.as_deref())
                .optional("description", description.as_deref()),
        ),
        SecurityScheme::OpenIdConnect { url, description } => (
            "openIdConnectSecurityScheme",
            Members::default()
                .text("openIdConnectUrl", url)
                .optional("description", description.as_deref()),
        ),
    };
    // The member tells which scheme it is, so it stays even if there is nothing in it.
    JsonObject::from_iter([(name.to_owned(), Value::Object(members.into_object()))])
}

/// The one flow of a scheme, under its name; the same in both generations.
pub(super) fn flow(flow: &OAuthFlow) -> JsonObject {
    let (name, members) = match flow {
        OAuthFlow::AuthorizationCode {
            authorization_url,
            token_url,
            refresh_url,
            scopes,
            pkce_required,
        } => {
            let members = Members::default()
                .text("authorizationUrl", authorization_url)
                .text("tokenUrl", token_url)
                .optional("refreshUrl", refresh_url.as_deref())
                .scopes(scopes);
            let members = if *pkce_required {
                members.flag("pkceRequired", true)
            } else {
                members
            };
            ("authorizationCode", members)
        }
        OAuthFlow::ClientCredentials {
            token_url,
            refresh_url,
            scopes,
        } => (
            "clientCredentials",
            Members::default()
                .text("tokenUrl", token_url)
                .optional("refreshUrl", refresh_url.as_deref())
                .scopes(scopes),
        ),
        OAuthFlow::DeviceCode {
            device_authorization_url,
            token_url,
            refresh_url,
            scopes,
        } => (
            "deviceCode",
            Members::default()
                .text("deviceAuthorizationUrl", device_authorization_url)
                .text("tokenUrl", token_url)
                .optional("refreshUrl", refresh_url.as_deref())
                .scopes(scopes),
        ),
    };
    Members::default()
        .with(name, Some(members.into_object()))
        .into_object()
}

fn requirement(requirement: &SecurityRequirement) -> JsonObject {
    let scheme = |scopes: &Vec<String>| {
        // An empty list of scopes says "this scheme, any scope".
        JsonObject::from_iter([("list".to_owned(), Value::from(scopes.clone()))])
    };
    Members::default()
        .map("schemes", &requirement.0, scheme)
        .into_object()
}

fn skill(skill: &AgentSkill) -> JsonObject {
    Members::default()
        .text("id", &skill.id)
        .text("name", &skill.name)
        .text("description", &skill.description)
        .texts("tags", &skill.tags)
        .texts("examples", &skill.examples)
        .texts("inputModes", &skill.input_modes)
        .texts("outputModes", &skill.output_modes)
        .list(
            "securityRequirements",
            &skill.security_requirements,
            requirement,
        )
        .into_object()
}

fn signature(signature: &AgentCardSignature) -> JsonObject {
    Members::default()
        .text("protected", &signature.protected)
        .text("signature", &signature.signature)
        .with("header", signature.header.clone())
        .into_object()
}

/// Collects the members of an object and leaves empty ones out.
#[derive(Default)]
struct Members(JsonObject);

impl Members {
    fn text(self, name: &str, text: &str) -> Self {
        self.optional(name, Some(text))
    }

    fn optional(mut self, name: &str, text: Option<&str>) -> Self {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.0.insert(name.to_owned(), Value::from(text));
        }
        self
    }

    fn flag(mut self, name: &str, flag: bool) -> Self {
        self.0.insert(name.to_owned(), Value::Bool(flag));
        self
    }

    fn texts(mut self, name: &str, texts: &[String]) -> Self {
        if !texts.is_empty() {
            self.0.insert(name.to_owned(), Value::from(texts.to_vec()));
        }
        self
    }

    fn with(mut self, name: &str, object: Option<JsonObject>) -> Self {
        if let Some(object) = object.filter(|object| !object.is_empty()) {
            self.0.insert(name.to_owned(), Value::Object(object));
        }
        self
    }

    fn list<T>(mut self, name: &str, items: &[T], write: impl Fn(&T) -> JsonObject) -> Self {
        if !items.is_empty() {
            let items = items
                .iter()
                .map(|item| Value::Object(write(item)))
                .collect();
            self.0.insert(name.to_owned(), Value::Array(items));
        }
        self
    }

    fn map<T>(
        self,
        name: &str,
        items: &BTreeMap<String, T>,
        write: impl Fn(&T) -> JsonObject,
    ) -> Self {
        let items = items
            .iter()
            .map(|(key, item)| (key.clone(), Value::Object(write(item))));
        self.with(name, Some(items.collect()))
    }

    /// Scopes are required in each flow, so they stay even if there are none.
    fn scopes(mut self, scopes: &BTreeMap<String, String>) -> Self {
        let scopes = scopes
            .iter()
            .map(|(scope, use_)| (scope.clone(), Value::from(use_.clone())));
        self.0
            .insert("scopes".to_owned(), Value::Object(scopes.collect()));
        self
    }

    fn into_object(self) -> JsonObject {
        self.0
    }
}
