//! `agent`: what the agent says of itself.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{AgentConfig, PrivateKey, ProviderConfig, keys, reader::Section};

pub(super) fn read(section: &Section<'_>) -> AgentConfig {
    let optional = |key| section.optional(key).map(|found| found.value);
    AgentConfig {
        name: section.value(&keys::NAME).value,
        description: section.value(&keys::DESCRIPTION).value,
        version: section.value(&keys::VERSION).value,
        url: optional(&keys::URL),
        provider: provider(&section.section(&keys::PROVIDER)),
        documentation_url: optional(&keys::DOCUMENTATION_URL),
        icon_url: optional(&keys::ICON_URL),
        default_skill: section
            .optional(&keys::DEFAULT_SKILL)
            .map(|found| found.value),
        signing_key: signing_key(section),
    }
}

/// A card that is to be signed and is not would be trusted less than one that never was, so a file
/// that is no key is a fault.
fn signing_key(section: &Section<'_>) -> Option<Arc<PrivateKey>> {
    let file = section.optional(&keys::SIGNING_KEY_FILE)?;
    let text = Zeroizing::new(section.report.read_secret(&file)?);
    match PrivateKey::from_pem(&text) {
        Ok(key) => Some(Arc::new(key)),
        Err(problem) => {
            let remedy = "make one with `jwt-generator keygen --type ed25519 --out key.pem`";
            section.fault(&file.spot, problem.to_string(), remedy);
            None
        }
    }
}

/// The card has both of its members or no provider at all (A2A §4.4.2).
fn provider(section: &Section<'_>) -> Option<ProviderConfig> {
    if section.is_empty() {
        return None;
    }
    let remedy = "a provider has `organization` and `url`";
    let organization = section.required(&keys::ORGANIZATION, remedy);
    let url = section.required(&keys::PROVIDER_URL, remedy);
    Some(ProviderConfig {
        organization: organization?.value,
        url: url?.value,
    })
}

#[cfg(test)]
mod tests;
