//! `observability`: what the agent tells of itself to others.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use super::{SkillConfig, Stage, keys, reader::Section};

/// `observability.audit`: where what matters to security is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditConfig {
    /// Where the events go.
    pub target: AuditTarget,
    /// Whether each event holds the hash of the one before. Default: yes.
    pub hash_chain: bool,
    /// The skills of which every call is an event. None: those that require the scope `admin`.
    pub skills: Option<BTreeSet<String>>,
}

/// Where events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditTarget {
    /// Standard output.
    Stdout,
    /// A file, and older ones beside it.
    File {
        /// The file that is written now.
        path: PathBuf,
        /// When another one is begun.
        rotation: RotationConfig,
    },
}

/// `observability.audit.rotation`: when another file is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RotationConfig {
    /// The size in bytes that no file exceeds. Default: 100 MiB.
    pub size: usize,
    /// Whether a file has the events of one day (UTC). Default: no.
    pub daily: bool,
    /// How many older files are kept. Default: 10.
    pub keep: usize,
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

/// The audit, if it is switched on. `skills` are those of the configuration.
pub(super) fn read_audit(
    observability: &Section<'_>,
    skills: &[SkillConfig],
) -> Option<AuditConfig> {
    let section = observability.section(&keys::AUDIT);
    if section.is_empty() {
        return None;
    }
    let rotation = section.section(&keys::AUDIT_ROTATION);
    let rotation = RotationConfig {
        size: rotation.value(&keys::AUDIT_ROTATION_SIZE).value,
        daily: rotation.value(&keys::AUDIT_ROTATION_DAILY).value,
        keep: rotation.value(&keys::AUDIT_ROTATION_KEEP).value,
    };
    let hash_chain = section.value(&keys::AUDIT_HASH_CHAIN).value;
    let named = section.list(&keys::AUDIT_SKILLS);
    for name in named.iter().flatten() {
        if !skills.iter().any(|skill| skill.skill_id == name.value) {
            let problem = "is not a skill of this configuration";
            section.fault(&name.spot, problem, "name skills by their `skill_id`");
        }
    }
    let stdout = section.value(&keys::AUDIT_STDOUT);
    let file = section.optional(&keys::AUDIT_FILE);
    let target = match (file, stdout.value) {
        (Some(file), false) => {
            let path = section.report.resolve(&file.value);
            if let Some(problem) = why_not(&path) {
                section.fault(&file.spot, problem, "name a file in a folder that is there");
            }
            AuditTarget::File { path, rotation }
        }
        (None, true) => {
            if section.is_written(&keys::AUDIT_ROTATION) {
                let spot = section.spot_of(&keys::AUDIT_ROTATION);
                section.fault(&spot, "has no effect on standard output", "remove it");
            }
            AuditTarget::Stdout
        }
        (Some(_), true) => {
            let problem = "is set beside `file`: events go to one place";
            section.fault(&stdout.spot, problem, "remove one of them");
            AuditTarget::Stdout
        }
        // Written, but empty as by a variable that is not set: switched off.
        (None, false) if section.is_written(&keys::AUDIT_FILE) => return None,
        (None, false) => {
            let remedy = "set `file`, or `stdout: true`";
            section.fault(&section.spot(), "does not say where events go", remedy);
            return None;
        }
    };
    Some(AuditConfig {
        target,
        hash_chain,
        skills: named.map(|names| names.into_iter().map(|name| name.value).collect()),
    })
}

/// Why a file cannot be written, as far as that can be told without writing.
fn why_not(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    if path.is_dir() {
        return Some(format!("{} is a folder", path.display()));
    }
    (!folder.is_dir()).then(|| format!("there is no folder {}", folder.display()))
}

/// Where metrics are read, if they are.
pub(super) fn read_metrics(observability: &Section<'_>, stage: Stage) -> MetricsConfig {
    let section = observability.section(&keys::METRICS);
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
