//! `push_notifications`: whom the agent tells of the events of tasks.

use super::{PushConfig, RetryConfig, keys, reader::Section, server::is_host};

pub(super) fn read(section: &Section<'_>) -> PushConfig {
    let hosts = section.list(&keys::ALLOW_HOSTS).unwrap_or_default();
    for host in hosts.iter().filter(|host| !is_host(&host.value)) {
        let remedy = "write the host alone: without https://, port and path, IPv6 without brackets";
        section.fault(&host.spot, "is not a host name or IP address", remedy);
    }
    let retry = section.section(&keys::RETRY);
    PushConfig {
        enabled: section.value(&keys::PUSH_ENABLED).value,
        allow_private_targets: section.value(&keys::ALLOW_PRIVATE_TARGETS).value,
        allow_hosts: hosts.into_iter().map(|host| host.value).collect(),
        retry: RetryConfig {
            attempts: retry.value(&keys::RETRY_ATTEMPTS).value,
            max_age: retry.value(&keys::RETRY_MAX_AGE).value,
        },
    }
}

#[cfg(test)]
mod tests;
