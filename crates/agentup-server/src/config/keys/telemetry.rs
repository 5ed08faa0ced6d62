//! The keys of what the agent tells of itself: its log, its audit, its metrics, its traces.

use tracing::Level;

use super::{
    super::{
        MetricsListen,
        logging::LogFormat,
        process::LEVEL,
        values::{Choice, Count, FilePath, Flag, MetricsAddress, Share, Size, Text, WebUrl},
    },
    Defaulted, Form, Key, List, Mapping, Row,
};

/// The path of every key of this table.
pub(super) fn paths() -> std::slice::Iter<'static, &'static str> {
    PATHS.iter()
}

/// What is said of each of them.
pub(super) fn rows() -> std::slice::Iter<'static, fn() -> Row> {
    ROWS.iter()
}

keys! {
    /// what is logged, and in which form
    LOGGING: Mapping = "logging", Mapping;
    /// the least severe messages that are logged, unless `LOG_LEVEL` says otherwise
    LOG_LEVEL: Choice<Level> = "logging.level", LEVEL, or Level::INFO;
    /// the form of a line, unless the command line says otherwise
    LOG_FORMAT: Choice<LogFormat> = "logging.format", Choice(&[
        ("text", LogFormat::Text),
        ("json", LogFormat::Json),
    ]), or LogFormat::Text;
    /// levels of single modules, by their names
    LOG_MODULES: Form = "logging.modules", Form;
    /// whether each answered request has a line
    LOG_REQUESTS: Flag = "logging.requests", Flag, or true;

    /// what the agent tells of itself to others
    OBSERVABILITY: Mapping = "observability", Mapping;
    /// the record of what matters to security
    AUDIT: Mapping = "observability.audit", Mapping;
    /// the file that the events are written to
    AUDIT_FILE: FilePath = "observability.audit.file", FilePath;
    /// whether the events are written to standard output
    AUDIT_STDOUT: Flag = "observability.audit.stdout", Flag, or false;
    /// whether each event holds the hash of the one before
    AUDIT_HASH_CHAIN: Flag = "observability.audit.hash_chain", Flag, or true;
    /// the skills of which every call is an event; those that require the scope `admin` if none are named
    AUDIT_SKILLS: List<Text> = "observability.audit.skills", List(Text);
    /// when another file is begun
    AUDIT_ROTATION: Mapping = "observability.audit.rotation", Mapping;
    /// the size from which another file is begun
    AUDIT_ROTATION_SIZE: Size = "observability.audit.rotation.size", Size(4 << 10..=16 << 30), or 100 << 20;
    /// whether another file is begun every day, at midnight UTC
    AUDIT_ROTATION_DAILY: Flag = "observability.audit.rotation.daily", Flag, or false;
    /// how many older files are kept
    AUDIT_ROTATION_KEEP: Count<usize> = "observability.audit.rotation.keep", Count(1..=10_000), or 10;
    /// counts for Prometheus
    METRICS: Mapping = "observability.metrics", Mapping;
    /// whether they can be read
    METRICS_ENABLED: Flag = "observability.metrics.enabled", Flag, or false;
    /// the address and port where they are read: one of their own, or the agent's
    METRICS_LISTEN: MetricsAddress = "observability.metrics.listen", MetricsAddress, or MetricsListen::DEFAULT;

    /// where traces are sent
    OTLP: Mapping = "observability.otlp", Mapping;
    /// the address of the collector, without the path of traces
    OTLP_ENDPOINT: WebUrl = "observability.otlp.endpoint", WebUrl;
    /// headers that are sent to the collector, by name
    OTLP_HEADERS: Form = "observability.otlp.headers", Form;
    /// files with the values of further headers, by name
    OTLP_HEADER_FILES: Form = "observability.otlp.header_files", Form;
    /// the share of the traces begun here that is sent
    OTLP_SAMPLE_RATIO: Share = "observability.otlp.sample_ratio", Share;
    /// the name of the agent in traces; the one of its card if none is given
    OTLP_SERVICE_NAME: Text = "observability.otlp.service_name", Text;
}
