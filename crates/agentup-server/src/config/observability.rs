//! `observability`: what can be seen of the agent at work.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{Stage, keys, reader::Section};

/// `observability`: what can be seen of the agent at work.
#[derive(Clone, Debug)]
pub struct ObservabilityConfig {
    /// Counts for Prometheus.
    pub metrics: MetricsConfig,
}

/// `observability.metrics`: counts for Prometheus.
#[derive(Clone, Debug)]
pub struct MetricsConfig {
    /// Where they are read; none where they are off. Default: off.
    pub listen: Option<MetricsListen>,
}

/// Where metrics are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsListen {
    /// At the address and port of the agent.
    Same,
    /// At an address and port of their own; with port 0 the system chooses one.
    Own(SocketAddr),
}

impl MetricsListen {
    /// Where they are read when they are on and nothing else is said: on this machine only, at the
    /// port that is usual for programs that tell Prometheus of themselves.
    pub const DEFAULT: Self = Self::Own(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464));
}

pub(super) fn read(section: &Section<'_>, stage: Stage) -> ObservabilityConfig {
    ObservabilityConfig {
        metrics: read_metrics(&section.section(&keys::METRICS), stage),
    }
}

fn read_metrics(section: &Section<'_>, stage: Stage) -> MetricsConfig {
    let enabled = section.value(&keys::METRICS_ENABLED);
    let listen = section.value(&keys::METRICS_LISTEN);
    let is_written = section.is_written(&keys::METRICS_LISTEN.key);
    if is_written && !section.is_written(&keys::METRICS_ENABLED.key) {
        section.fault(
            &listen.spot,
            "has no effect: metrics are off",
            "add `enabled: true` beside it",
        );
    }
    if enabled.value && listen.value == MetricsListen::Same && stage == Stage::Production {
        section.report.warn(
            &listen.spot,
            "whoever reaches the agent can read its metrics, without a token",
            "give them an address of their own, as `listen: 127.0.0.1:9464`",
        );
    }
    MetricsConfig {
        listen: enabled.value.then_some(listen.value),
    }
}
