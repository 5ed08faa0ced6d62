//! What the card says of credentials: each kind that is accepted, and that any one of them is
//! enough (`A2A §4.5`).

use std::collections::BTreeMap;

use agentup_auth::{Requirement, ScopeRule};
use agentup_protocol::{ApiKeyLocation, OAuthFlow, SecurityRequirement, SecurityScheme};

use crate::config::{ApiKeyConfig, Config, Oauth2Config, SchemeKind, SecurityConfig, TlsConfig};

/// The name of client certificates in the card.
const MUTUAL_TLS: &str = "mutual_tls";

/// What a caller needs, with the names in the card.
pub(super) struct Declared {
    /// The kinds of credentials, of which any one is enough. None when security is switched off.
    credentials: Vec<(&'static str, SecurityScheme)>,
    /// The certificate that every client needs beside its credential.
    certificate: Option<SecurityScheme>,
}

impl Declared {
    /// What is configured. `scopes` are those that any skill asks for.
    pub(super) fn of(config: &Config, scopes: &[String]) -> Self {
        let security = &config.security;
        let mut schemes = Vec::new();
        for kind in &security.schemes {
            match kind {
                SchemeKind::Bearer => schemes.extend(bearer(security)),
                SchemeKind::ApiKey => {
                    schemes.extend(security.api_key.iter().flat_map(api_key));
                }
                SchemeKind::Oauth2 => {
                    let oauth2 = |config| ("oauth2", oauth2(config, scopes));
                    schemes.extend(security.oauth2.as_ref().map(oauth2));
                }
            }
        }
        let tls = config.server.tls.as_ref();
        let needs_certificate = tls.is_some_and(TlsConfig::requires_certificates);
        Self {
            credentials: schemes,
            certificate: needs_certificate.then(|| SecurityScheme::MutualTls {
                description: Some("A certificate of an authority that the agent trusts".to_owned()),
            }),
        }
    }

    pub(super) fn schemes(&self) -> BTreeMap<String, SecurityScheme> {
        let named = |(name, scheme): &(&str, SecurityScheme)| ((*name).to_owned(), scheme.clone());
        let certificate = self.certificate.iter();
        let certificate = certificate.map(|it| (MUTUAL_TLS.to_owned(), it.clone()));
        let credentials = self.credentials.iter().map(named);
        credentials.chain(certificate).collect()
    }

    /// What a caller needs who wants no skill in particular.
    pub(super) fn any(&self) -> Vec<SecurityRequirement> {
        self.needs(&Requirement::none())
    }

    /// What a caller of a skill needs. All scopes of one entry are needed; several entries are
    /// alternatives.
    pub(super) fn needs(&self, requirement: &Requirement) -> Vec<SecurityRequirement> {
        let names: Vec<_> = requirement
            .scopes()
            .iter()
            .map(ToString::to_string)
            .collect();
        let choices = match requirement.rule() {
            ScopeRule::AllOf(_) => vec![names],
            ScopeRule::AnyOf(_) => names.into_iter().map(|name| vec![name]).collect(),
        };
        let of_scheme = |(scheme, _): &(&'static str, _)| {
            let scheme = *scheme;
            let choices = choices.iter();
            choices.map(move |scopes| SecurityRequirement::one(scheme, scopes.clone()))
        };
        let mut needs: Vec<_> = self.credentials.iter().flat_map(of_scheme).collect();
        if self.certificate.is_some() {
            if needs.is_empty() {
                needs.push(SecurityRequirement::default());
            }
            for needed_together in &mut needs {
                needed_together.0.insert(MUTUAL_TLS.to_owned(), Vec::new());
            }
        }
        needs
    }
}

/// Tokens by themselves, unless they all need a proof; and with a proof, if those are accepted.
fn bearer(security: &SecurityConfig) -> Vec<(&'static str, SecurityScheme)> {
    let scheme = |name: &str, description: Option<&str>| SecurityScheme::Http {
        scheme: name.to_owned(),
        bearer_format: Some("JWT".to_owned()),
        description: description.map(str::to_owned),
    };
    let proven = "An access token that is bound to a key, with a proof of possession (RFC 9449)";
    let dpop = security.dpop.as_ref();
    let plain = !dpop.is_some_and(|dpop| dpop.required);
    let plain = plain.then(|| ("bearer", scheme("Bearer", None)));
    let bound = dpop.map(|_| ("dpop", scheme("DPoP", Some(proven))));
    plain.into_iter().chain(bound).collect()
}

fn api_key(config: &ApiKeyConfig) -> Vec<(&'static str, SecurityScheme)> {
    let scheme = |location, name: &str| SecurityScheme::ApiKey {
        location,
        name: name.to_owned(),
        description: None,
    };
    let header = (
        "api_key",
        scheme(ApiKeyLocation::Header, config.header.as_str()),
    );
    let query = (
        "api_key_query",
        scheme(ApiKeyLocation::Query, ApiKeyConfig::QUERY),
    );
    let query = config.allow_query.then_some(query);
    [Some(header), query].into_iter().flatten().collect()
}

/// With the flow, where it is known how to come by a token; else as the opaque token that it is.
fn oauth2(config: &Oauth2Config, scopes: &[String]) -> SecurityScheme {
    let Some(token_url) = &config.token_endpoint else {
        return SecurityScheme::Http {
            scheme: "Bearer".to_owned(),
            bearer_format: None,
            description: Some("An access token of OAuth 2.0, checked by introspection".to_owned()),
        };
    };
    SecurityScheme::OAuth2 {
        flow: OAuthFlow::ClientCredentials {
            token_url: token_url.clone(),
            refresh_url: None,
            scopes: scopes
                .iter()
                .map(|scope| (scope.clone(), String::new()))
                .collect(),
        },
        metadata_url: None,
        description: None,
    }
}

#[cfg(test)]
mod tests;
