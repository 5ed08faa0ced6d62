//! Variables that are settings by themselves: how the process logs, and whether it reloads.

use tracing::Level;

use super::{
    faults::Place,
    report::{Report, Spot},
    values::{Choice, Flag, Kind},
};

/// What the environment says of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessConfig {
    /// `LOG_LEVEL`: the least severe messages that are logged. `WARNING` and `CRITICAL` are other
    /// names of `WARN` and `ERROR`. Default: `INFO`.
    pub log_level: Level,
    /// `DEBUG`: whether debug messages are logged in any case. Default: no.
    pub debug: bool,
    /// `RELOAD`: whether the configuration is loaded again when its file changes. Default: no.
    pub reload: bool,
}

impl ProcessConfig {
    /// The least severe messages that are logged, with `DEBUG` taken into account.
    #[must_use]
    pub fn level(&self) -> Level {
        // A level is greater the more it lets through.
        if self.debug {
            self.log_level.max(Level::DEBUG)
        } else {
            self.log_level
        }
    }
}

/// The names of these variables.
#[cfg(test)]
pub(super) const VARIABLES: [&str; 3] = ["LOG_LEVEL", "DEBUG", "RELOAD"];

const LEVEL: Choice<Level> = Choice(&[
    ("INFO", Level::INFO),
    ("DEBUG", Level::DEBUG),
    ("TRACE", Level::TRACE),
    ("WARNING", Level::WARN),
    ("WARN", Level::WARN),
    ("ERROR", Level::ERROR),
    ("CRITICAL", Level::ERROR),
]);

pub(super) fn read(report: &Report<'_>) -> ProcessConfig {
    ProcessConfig {
        log_level: variable(report, "LOG_LEVEL", &LEVEL).unwrap_or(Level::INFO),
        debug: variable(report, "DEBUG", &Flag).unwrap_or_default(),
        reload: variable(report, "RELOAD", &Flag).unwrap_or_default(),
    }
}

/// A variable that is set to nothing counts as not set.
fn variable<K: Kind>(report: &Report<'_>, name: &'static str, kind: &K) -> Option<K::Value> {
    let text = report
        .variables
        .get(name)
        .map(str::trim)
        .filter(|text| !text.is_empty())?;
    kind.read(text)
        .inspect_err(|problem| {
            let spot = Spot {
                place: Place::Variable(name),
                path: String::new(),
            };
            let remedy = "change it in the environment or in .env";
            report.fault(&spot, format!("its value {problem}"), remedy);
        })
        .ok()
}
