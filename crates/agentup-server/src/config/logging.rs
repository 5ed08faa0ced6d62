//! `logging`: what is logged, and in which form.

use tracing::{Level, level_filters::LevelFilter};

use super::{
    keys, process,
    reader::{Got, Section},
    tree::Value,
    values::{Choice, Kind},
};

/// The modules of this project begin so.
const OURS: &str = "agentup_";

/// `logging`: what is logged, and in which form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggingConfig {
    /// The least severe messages that are logged: `LOG_LEVEL`, else `level`, else `INFO`. With
    /// `DEBUG` at least debug messages are.
    pub level: Level,
    /// The form of a line, where the command line names none. Default: text.
    pub format: LogFormat,
    /// Modules with a level of their own, and the modules within them. Libraries report no more
    /// than warnings, because what they trace may hold what must not be logged.
    pub modules: Vec<(String, LevelFilter)>,
    /// Whether each answered request has a line. Refusals and failures have one in any case.
    /// Default: yes.
    pub requests: bool,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

impl LoggingConfig {
    /// Warnings and errors, as text.
    pub(crate) const fn quiet() -> Self {
        Self {
            level: Level::WARN,
            format: LogFormat::Text,
            modules: Vec::new(),
            requests: true,
        }
    }
}

/// The words for the level of a module.
pub(super) const MODULE_LEVEL: Choice<LevelFilter> = Choice(&[
    ("INFO", LevelFilter::INFO),
    ("DEBUG", LevelFilter::DEBUG),
    ("TRACE", LevelFilter::TRACE),
    ("WARNING", LevelFilter::WARN),
    ("WARN", LevelFilter::WARN),
    ("ERROR", LevelFilter::ERROR),
    ("CRITICAL", LevelFilter::ERROR),
    ("OFF", LevelFilter::OFF),
]);

pub(super) fn read(section: &Section<'_>) -> LoggingConfig {
    let report = section.report;
    let mut modules = modules(section);
    let mut level = section.value(&keys::LOG_LEVEL).value;
    // What the environment says is said last.
    if let Some(levels) = process::levels(report) {
        level = levels.level.unwrap_or(level);
        modules.extend(levels.modules);
    }
    if process::debug(report) {
        level = level.max(Level::DEBUG);
    }
    LoggingConfig {
        level,
        format: section.value(&keys::LOG_FORMAT).value,
        modules,
        requests: section.value(&keys::LOG_REQUESTS).value,
    }
}

fn modules(section: &Section<'_>) -> Vec<(String, LevelFilter)> {
    let Some(node) = section.node(&keys::LOG_MODULES) else {
        return Vec::new();
    };
    let Value::Map(entries) = &node.value else {
        let spot = section.spot_of(&keys::LOG_MODULES);
        section
            .report
            .wrong_type(&spot, node, "a mapping of modules");
        return Vec::new();
    };
    let mut modules = Vec::new();
    for entry in entries {
        let path = format!("{}.{}", section.path_to("modules"), entry.key);
        let got = section
            .report
            .scalar(&MODULE_LEVEL, &entry.node, &path, false);
        match got {
            Got::Value(found) => match check(&entry.key, found.value) {
                Ok(()) => modules.push((entry.key.clone(), found.value)),
                Err((problem, remedy)) => section.fault(&found.spot, problem, remedy),
            },
            Got::Absent => {
                let spot = section.report.spot(entry.at, path);
                section.fault(&spot, "has no value", "remove it, or give it a level");
            }
            Got::Faulty => {}
        }
    }
    let shown = modules.iter().map(|(module, level)| {
        let level = MODULE_LEVEL.show(level);
        (module.as_str().into(), level)
    });
    section.show(
        &keys::LOG_MODULES,
        serde_yaml::Value::Mapping(shown.collect()),
    );
    modules
}

/// Whether a module may have this level.
///
/// # Errors
/// With the problem and its remedy.
pub(super) fn check(module: &str, level: LevelFilter) -> Result<(), (String, &'static str)> {
    let is_path = |it: &str| {
        !it.is_empty()
            && it
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if !module.split("::").all(is_path) {
        return Err((
            "is not the name of a module".to_owned(),
            "modules are named as in the log: agentup_auth, agentup_server::push",
        ));
    }
    if !module.starts_with(OURS) && level > LevelFilter::WARN {
        return Err((
            "is a library's: what it traces may hold tokens and secrets".to_owned(),
            "of libraries, WARN, ERROR and OFF can be chosen; the agent's own modules begin with agentup_",
        ));
    }
    Ok(())
}
