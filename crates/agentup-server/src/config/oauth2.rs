//! `security.oauth2`: opaque tokens, about which an authorization server is asked (RFC 7662).

use std::{sync::Arc, time::Duration};

use agentup_auth::{IntrospectionRules, Leeway, introspection::Client};
use secrecy::SecretString;

use super::{
    key_sources::{Material, material},
    keys,
    reader::{Got, Section},
};

/// `security.oauth2`: who is asked about tokens, and what is asked of them.
#[derive(Clone, Debug)]
pub struct Oauth2Config {
    /// Where the server is asked: https, or plain http on this machine.
    pub endpoint: String,
    /// As whom it is asked.
    pub client: Arc<Client>,
    /// What is asked of tokens beyond being active.
    pub rules: IntrospectionRules,
    /// How long the server may take. Default: 5 seconds.
    pub timeout: Duration,
    /// The most questions at a time. Default: 64.
    pub concurrency: usize,
    /// Where clients get tokens, for the agent's card.
    pub token_endpoint: Option<String>,
}

pub(super) fn read(section: &Section<'_>) -> Option<Oauth2Config> {
    let endpoint = section.required(
        &keys::INTROSPECTION_ENDPOINT,
        "it is the `introspection_endpoint` of the server's metadata",
    );
    let remedy = "register the agent as a client of the authorization server";
    let id = section.required(&keys::CLIENT_ID, remedy);
    let secret = secret(section);
    let authentication = section.value(&keys::CLIENT_AUTH).value;
    let mut rules = rules(section);
    if rules.audiences.is_empty() && rules.client_ids.is_empty() {
        section.report.warn(
            &section.spot(),
            "accepts every active token of the server, also one for another service",
            "set `audience` to the name of this agent in `aud`, or `client_ids` to its clients",
        );
    }
    let endpoint = endpoint?.value;
    rules.authority.clone_from(&endpoint);
    Some(Oauth2Config {
        client: Arc::new(Client::new(id?.value, secret?, authentication)),
        rules,
        timeout: section.value(&keys::INTROSPECTION_TIMEOUT).value,
        concurrency: section.value(&keys::INTROSPECTION_CONCURRENCY).value,
        token_endpoint: section.optional(&keys::TOKEN_ENDPOINT).map(|url| url.value),
        endpoint,
    })
}

fn secret(section: &Section<'_>) -> Option<SecretString> {
    match material(section, &keys::CLIENT_SECRET, &keys::CLIENT_SECRET_FILE) {
        Got::Value(Material { value, spot }) => match std::str::from_utf8(&value) {
            Ok("") => {
                section.fault(&spot, "the secret is empty", "");
                None
            }
            Ok(secret) => Some(secret.into()),
            Err(_) => {
                section.fault(&spot, "the secret is not text", "");
                None
            }
        },
        Got::Faulty => None,
        Got::Absent => {
            let why = section.why_empty(&keys::CLIENT_SECRET);
            let problem = why.unwrap_or_else(|| "must have `client_secret`".to_owned());
            let remedy = "add `client_secret: \"${CLIENT_SECRET}\"` and set that variable, or name a \
                          file with `client_secret_file`";
            section.fault(&section.spot_of(&keys::CLIENT_SECRET), problem, remedy);
            None
        }
    }
}

fn rules(section: &Section<'_>) -> IntrospectionRules {
    let mut rules = IntrospectionRules::default();
    let leeway = section.value(&keys::OAUTH2_LEEWAY);
    match Leeway::try_from(leeway.value.as_secs()) {
        Ok(leeway) => rules.leeway = leeway,
        Err(error) => section.fault(&leeway.spot, error.to_string(), ""),
    }
    let names = |key| {
        let found = section.list(key).unwrap_or_default();
        found.into_iter().map(|name| name.value).collect()
    };
    rules.issuer = section
        .optional(&keys::OAUTH2_ISSUER)
        .map(|issuer| issuer.value);
    rules.audiences = names(&keys::OAUTH2_AUDIENCE);
    rules.client_ids = names(&keys::CLIENT_IDS);
    rules.subject = section.value(&keys::SUBJECT).value;
    rules.ttl = section.value(&keys::CACHE_TTL).value.as_secs();
    rules.negative_ttl = section.value(&keys::NEGATIVE_CACHE_TTL).value.as_secs();
    rules.cached_tokens = section.value(&keys::CACHED_TOKENS).value;
    rules
}
