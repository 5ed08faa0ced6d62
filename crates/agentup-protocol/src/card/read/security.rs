//! The ways to authenticate that another agent's card declares, in either generation.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::card::{ApiKeyLocation, OAuthFlow, SecurityRequirement, SecurityScheme};

#[derive(Deserialize)]
pub(super) struct RequirementIn {
    #[serde(default)]
    schemes: BTreeMap<String, ScopesIn>,
}

#[derive(Deserialize)]
struct ScopesIn {
    #[serde(default)]
    list: Vec<String>,
}

/// Requirements of either generation; those of 1.0 count, if there are any.
pub(super) fn requirements(
    v10: Vec<RequirementIn>,
    v03: Vec<BTreeMap<String, Vec<String>>>,
) -> Vec<SecurityRequirement> {
    if v10.is_empty() {
        return v03.into_iter().map(SecurityRequirement).collect();
    }
    let scopes = |requirement: RequirementIn| {
        let schemes = requirement.schemes.into_iter();
        SecurityRequirement(schemes.map(|(name, scopes)| (name, scopes.list)).collect())
    };
    v10.into_iter().map(scopes).collect()
}

/// The members of every kind of scheme, under the names of both generations.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SchemeIn {
    description: Option<String>,
    #[serde(alias = "in")]
    location: Option<String>,
    name: Option<String>,
    scheme: Option<String>,
    bearer_format: Option<String>,
    flows: Option<FlowsIn>,
    #[serde(rename = "oauth2MetadataUrl")]
    metadata_url: Option<String>,
    open_id_connect_url: Option<String>,
}

/// Reads a scheme: 1.0 tells its kind by the member that holds it, 0.3 by `type`.
pub(super) fn read_scheme(value: &Value) -> Option<SecurityScheme> {
    const KINDS: [(&str, &str); 5] = [
        ("apiKeySecurityScheme", "apiKey"),
        ("httpAuthSecurityScheme", "http"),
        ("mtlsSecurityScheme", "mutualTLS"),
        ("oauth2SecurityScheme", "oauth2"),
        ("openIdConnectSecurityScheme", "openIdConnect"),
    ];
    let nested = KINDS
        .iter()
        .find_map(|(member, kind)| Some((*kind, value.get(member)?)));
    let (kind, members) = match nested {
        Some(found) => found,
        None => (value.get("type")?.as_str()?, value),
    };
    let scheme = SchemeIn::deserialize(members).ok()?;
    let description = scheme.description;
    Some(match kind {
        "apiKey" => {
            let named =
                |location: &ApiKeyLocation| Some(location.name()) == scheme.location.as_deref();
            let location = ApiKeyLocation::ALL.into_iter().find(named)?;
            SecurityScheme::ApiKey {
                location,
                name: scheme.name?,
                description,
            }
        }
        "http" => SecurityScheme::Http {
            scheme: scheme.scheme?,
            bearer_format: scheme.bearer_format,
            description,
        },
        "mutualTLS" => SecurityScheme::MutualTls { description },
        "oauth2" => SecurityScheme::OAuth2 {
            flow: scheme.flows?.into_flow()?,
            metadata_url: scheme.metadata_url,
            description,
        },
        "openIdConnect" => SecurityScheme::OpenIdConnect {
            url: scheme.open_id_connect_url?,
            description,
        },
        _ => return None,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlowsIn {
    authorization_code: Option<FlowIn>,
    client_credentials: Option<FlowIn>,
    device_code: Option<FlowIn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlowIn {
    authorization_url: Option<String>,
    device_authorization_url: Option<String>,
    token_url: String,
    refresh_url: Option<String>,
    #[serde(default)]
    scopes: BTreeMap<String, String>,
    pkce_required: Option<bool>,
}

impl FlowsIn {
    fn into_flow(self) -> Option<OAuthFlow> {
        if let Some(flow) = self.authorization_code {
            return Some(OAuthFlow::AuthorizationCode {
                authorization_url: flow.authorization_url?,
                token_url: flow.token_url,
                refresh_url: flow.refresh_url,
                scopes: flow.scopes,
                pkce_required: flow.pkce_required.unwrap_or_default(),
            });
        }
        if let Some(flow) = self.client_credentials {
            return Some(OAuthFlow::ClientCredentials {
                token_url: flow.token_url,
                refresh_url: flow.refresh_url,
                scopes: flow.scopes,
            });
        }
        let flow = self.device_code?;
        Some(OAuthFlow::DeviceCode {
            device_authorization_url: flow.device_authorization_url?,
            token_url: flow.token_url,
            refresh_url: flow.refresh_url,
            scopes: flow.scopes,
        })
    }
}
