//! `security`: whether callers must authenticate, and how they are refused.

use super::{SecurityConfig, Stage, keys, reader::Section, schemes, values::is_loopback};

/// What to do about security that is disabled where others can reach the agent.
pub(super) const EXPOSURE_REMEDY: &str = "listen on 127.0.0.1, enable security, or say that you mean it: `security.allow_insecure: true`";

pub(super) fn read(section: &Section<'_>, stage: Stage) -> SecurityConfig {
    let enabled = section.value(&keys::ENABLED);
    let realm = section.value(&keys::REALM);
    if !realm
        .value
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
    {
        let problem =
            "must be printable ASCII without quotes and backslashes: it stands in a header";
        section.report.fault(&realm.spot, problem, "");
    }
    let schemes = schemes::read(section, enabled.value, stage);
    let tokens = schemes.tokens.unwrap_or_default();
    if !enabled.value && stage == Stage::Production {
        section.report.fault(
            &enabled.spot,
            "security cannot be disabled in production",
            "enable it, or set `environment: development`",
        );
    }
    SecurityConfig {
        enabled: enabled.value,
        allow_insecure: section.value(&keys::ALLOW_INSECURE).value,
        realm: realm.value,
        denial: section.value(&keys::DENIAL).value,
        schemes: schemes.kinds,
        algorithms: tokens.algorithms,
        issuers: tokens.issuers,
        policy: tokens.policy,
        remote_keys: tokens.remote_keys,
        key_guard: tokens.key_guard,
        dpop: tokens.dpop,
        revocations: tokens.revocations,
        api_key: schemes.api_key,
        oauth2: schemes.oauth2,
    }
}

impl SecurityConfig {
    /// What is wrong with listening on this host, if anything is.
    pub(super) fn exposure(&self, host: &str) -> Option<String> {
        let is_exposed = !self.enabled && !self.allow_insecure && !is_loopback(host);
        is_exposed.then(|| {
            "security is disabled, and other machines may reach this address: all of them could use \
             every skill"
                .to_owned()
        })
    }
}
