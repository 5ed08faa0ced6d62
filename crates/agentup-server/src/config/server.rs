//! `server` and `state`: where the agent serves, what it may spend, and what it keeps.

use super::{
    ConversationConfig, CorsConfig, ServerConfig, Stage, StateConfig, keys, limits, proxies,
    reader::Section, report::Spot, tls, values::is_loopback,
};

/// The section, and the spot of the host, which must fit what `security` says.
pub(super) fn read(section: &Section<'_>, stage: Stage) -> (ServerConfig, Spot) {
    let host = section.value(&keys::HOST);
    if !is_host(&host.value) {
        let remedy = "the port is `server.port`; an IPv6 address stands without brackets, as `::1`";
        section
            .report
            .fault(&host.spot, "is not a host name or IP address", remedy);
    }
    let config = ServerConfig {
        host: host.value,
        port: section.value(&keys::PORT).value,
        tls: tls::read(&section.section(&keys::TLS)),
        limits: limits::read(&section.section(&keys::LIMITS)),
        cors: read_cors(&section.section(&keys::CORS), stage),
        trusted_proxies: proxies::read(section),
        shutdown_delay: section.value(&keys::SHUTDOWN_DELAY).value,
        allow_plain_http: section.value(&keys::ALLOW_PLAIN_HTTP).value,
        shutdown_grace: section.value(&keys::SHUTDOWN_GRACE).value,
    };
    (config, host.spot)
}

impl ServerConfig {
    /// What is wrong with listening on this host without TLS, if anything is.
    pub(super) fn bareness(&self, host: &str, stage: Stage) -> Option<String> {
        let is_bare = stage == Stage::Production
            && self.tls.is_none()
            && !self.allow_plain_http
            && !is_loopback(host);
        is_bare.then(|| {
            "there is no TLS, and other machines may reach this address: tokens could be read on their \
             way, and used"
                .to_owned()
        })
    }
}

fn read_cors(section: &Section<'_>, stage: Stage) -> CorsConfig {
    let origins = section.list(&keys::CORS_ORIGINS).unwrap_or_default();
    for origin in &origins {
        if origin.value == "*" && stage == Stage::Production {
            section.report.fault(
                &origin.spot,
                "lets every web page call a production agent",
                "name the origins of your own pages",
            );
        }
    }
    CorsConfig {
        origins: origins.into_iter().map(|origin| origin.value).collect(),
    }
}

pub(super) fn read_state(section: &Section<'_>) -> StateConfig {
    let max_tasks = section.value(&keys::MAX_TASKS).value;
    let of_owner = section.value(&keys::MAX_TASKS_PER_OWNER);
    if of_owner.value > max_tasks && section.is_written(&keys::MAX_TASKS_PER_OWNER.key) {
        let problem = format!("is more than `max_tasks`, which is {max_tasks}");
        section.report.fault(
            &of_owner.spot,
            problem,
            "no caller can have more tasks than there are",
        );
    }
    let conversation = section.section(&keys::CONVERSATION);
    StateConfig {
        ttl: section.value(&keys::TTL).value,
        max_tasks,
        max_tasks_per_owner: of_owner.value.min(max_tasks),
        history_limit: section.value(&keys::HISTORY_LIMIT).value,
        idempotency: section.value(&keys::IDEMPOTENCY).value,
        conversation: ConversationConfig {
            max_messages: conversation.value(&keys::MAX_MESSAGES).value,
            max_bytes: conversation.value(&keys::MAX_BYTES).value,
        },
    }
}

/// Whether the text can be the name or the address of a host (RFC 1123 §2.1).
pub(super) fn is_host(text: &str) -> bool {
    let is_name = text.len() < 254
        && text.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        });
    is_name || text.parse::<std::net::IpAddr>().is_ok()
}
