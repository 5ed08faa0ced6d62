//! `handler.auth`: what proves to another agent who asks it.

use std::sync::Arc;

use agentup_auth::{Scope, introspection::Client};
use agentup_handlers::a2a::{Credential, Grant};
use http::{HeaderValue, header::AUTHORIZATION};
use zeroize::Zeroizing;

use super::{
    super::{
        Stage,
        key_sources::{Material, material},
        keys::{self, Key},
        reader::{Got, Section},
        report::Found,
        values::{FilePath, Secret},
    },
    mind_the_wire, only_of,
};

/// The kinds of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) enum AuthKind {
    ApiKey,
    Bearer,
    Oauth2,
}

/// The credential, if there is one; none at all if it cannot be used, which was reported.
#[expect(
    clippy::option_option,
    reason = "a fault is not the same as no credential"
)]
pub(super) fn read(handler: &Section<'_>, stage: Stage) -> Option<Option<Credential>> {
    if !handler.is_written(&keys::HANDLER_AUTH) {
        return Some(None);
    }
    let section = handler.section(&keys::HANDLER_AUTH);
    let remedy = "write `type: bearer`, `type: api_key` or `type: oauth2`";
    let kind = section.required(&keys::HANDLER_AUTH_TYPE, remedy)?.value;
    let (name, with): (_, &[&str]) = match kind {
        AuthKind::ApiKey => ("api_key", &["key", "key_file", "header"]),
        AuthKind::Bearer => ("bearer", &["token", "token_file"]),
        AuthKind::Oauth2 => (
            "oauth2",
            &[
                "token_url",
                "client_id",
                "client_secret",
                "client_secret_file",
                "client_auth",
                "scopes",
            ],
        ),
    };
    let known = keys::names_in(keys::HANDLER_AUTH.path);
    only_of(&section, known, &format!("`type: {name}`"), with);
    match kind {
        AuthKind::ApiKey => {
            let header = section.value(&keys::HANDLER_KEY_HEADER).value;
            let key = secret(&section, &keys::HANDLER_KEY, &keys::HANDLER_KEY_FILE)?;
            let value = header_value(&section, &key, "")?;
            Some(Some(Credential::Header(header, value)))
        }
        AuthKind::Bearer => {
            let token = secret(&section, &keys::HANDLER_TOKEN, &keys::HANDLER_TOKEN_FILE)?;
            let value = header_value(&section, &token, "Bearer ")?;
            Some(Some(Credential::Header(AUTHORIZATION, value)))
        }
        AuthKind::Oauth2 => grant(&section, stage).map(|grant| Some(Credential::Grant(grant))),
    }
}

fn grant(section: &Section<'_>, stage: Stage) -> Option<Grant> {
    let url = super::url(section, &keys::HANDLER_TOKEN_URL);
    let remedy = "register this agent as a client of the authorization server";
    let id = section.required(&keys::HANDLER_CLIENT_ID, remedy);
    let secret = secret(
        section,
        &keys::HANDLER_CLIENT_SECRET,
        &keys::HANDLER_CLIENT_SECRET_FILE,
    );
    let authentication = section.value(&keys::HANDLER_CLIENT_AUTH).value;
    let scopes = section.list(&keys::HANDLER_SCOPES).unwrap_or_default();
    let scopes: Vec<Scope> = scopes.into_iter().map(|found| found.value).collect();
    let scopes: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
    let (url, id, secret) = (url?, id?, secret?);
    mind_the_wire(section, &url, "the secret of a client", stage);
    let Ok(text) = str::from_utf8(&secret.value) else {
        section.fault(&secret.spot, "the secret is not text", "");
        return None;
    };
    Some(Grant {
        url: url.value,
        client: Arc::new(Client::new(id.value, text.into(), authentication)),
        scopes: scopes.join(" "),
    })
}

/// A secret that must be there.
fn secret(section: &Section<'_>, inline: &Key<Secret>, file: &Key<FilePath>) -> Option<Material> {
    match material(section, inline, file) {
        Got::Value(material) if material.value.is_empty() => {
            section.fault(&material.spot, "is empty", "");
            None
        }
        Got::Value(material) => Some(material),
        Got::Faulty => None,
        Got::Absent => {
            let name = inline.name();
            let why = section.why_empty(inline);
            let problem = why.unwrap_or_else(|| format!("must have `{name}`"));
            let remedy =
                format!("write `{name}` with a variable, or name a file with `{name}_file`");
            section.fault(&section.spot_of(inline), problem, remedy);
            None
        }
    }
}

fn header_value(section: &Section<'_>, secret: &Material, before: &str) -> Option<HeaderValue> {
    let Found { value, spot } = secret;
    let mut header = Zeroizing::new(before.as_bytes().to_vec());
    header.extend_from_slice(value);
    let is_usable = value.iter().all(u8::is_ascii_graphic);
    let Some(mut header) = HeaderValue::from_bytes(&header).ok().filter(|_| is_usable) else {
        let problem = "has spaces or other characters that a credential cannot have";
        section.fault(spot, problem, "");
        return None;
    };
    header.set_sensitive(true);
    Some(header)
}
