//! Variables that are settings by themselves: how the process logs, and whether it reloads.

use tracing::{Level, level_filters::LevelFilter};

use super::{
    faults::Place,
    logging::{self, MODULE_LEVEL},
    report::{Report, Spot},
    values::{Choice, Flag, Kind},
};

/// What the environment says of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessConfig {
    /// `LOG_LEVEL`: the least severe messages that are logged. `WARNING` and `CRITICAL` are other
    /// names of `WARN` and `ERROR`. Modules may follow, as in `INFO,agentup_auth=DEBUG`. Default:
    /// `INFO`.
    pub log_level: Level,
    /// `DEBUG`: whether debug messages are logged in any case. Default: no.
    pub debug: bool,
    /// `RELOAD`: whether the configuration is loaded again when a file changes that it was made of.
    /// What cannot be used is never taken over. Default: yes.
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

/// What is said of each variable that is a setting: its name, what it takes, its default, and what it
/// is for.
pub(super) fn reference() -> [(&'static str, String, &'static str, &'static str); 5] {
    let address = "an address".to_owned();
    [
        (
            "LOG_LEVEL",
            LEVEL.expected(),
            "INFO",
            "the least severe messages that are logged",
        ),
        (
            "DEBUG",
            Flag.expected(),
            "false",
            "whether debug messages are logged in any case",
        ),
        (
            "RELOAD",
            Flag.expected(),
            "true",
            "whether a changed file is taken over without being asked to",
        ),
        (
            "OLLAMA_BASE_URL",
            address,
            "",
            "where the language model of `basic_assistant` is, without `ai`",
        ),
        (
            "OLLAMA_MODEL",
            "a text".to_owned(),
            "llama3.2",
            "the name of that model",
        ),
    ]
}

/// The names of those that this module reads.
#[cfg(test)]
pub(super) const VARIABLES: [&str; 3] = ["LOG_LEVEL", "DEBUG", "RELOAD"];

/// The words for a level.
pub(super) const LEVEL: Choice<Level> = Choice(&[
    ("INFO", Level::INFO),
    ("DEBUG", Level::DEBUG),
    ("TRACE", Level::TRACE),
    ("WARNING", Level::WARN),
    ("WARN", Level::WARN),
    ("ERROR", Level::ERROR),
    ("CRITICAL", Level::ERROR),
]);

/// What `LOG_LEVEL` says.
#[derive(Default)]
pub(super) struct Levels {
    pub(super) level: Option<Level>,
    pub(super) modules: Vec<(String, LevelFilter)>,
}

pub(super) fn read(report: &Report<'_>) -> ProcessConfig {
    let levels = variable(report, "LOG_LEVEL", &LevelsKind);
    ProcessConfig {
        log_level: levels.and_then(|it| it.level).unwrap_or(Level::INFO),
        debug: variable(report, "DEBUG", &Flag).unwrap_or_default(),
        reload: variable(report, "RELOAD", &Flag).unwrap_or(true),
    }
}

/// What `LOG_LEVEL` says, if it can be read. Whether it can, [`read`] has reported.
pub(super) fn levels(report: &Report<'_>) -> Option<Levels> {
    LevelsKind.read(text(report, "LOG_LEVEL")?).ok()
}

/// What `DEBUG` says, if it can be read.
pub(super) fn debug(report: &Report<'_>) -> bool {
    text(report, "DEBUG").is_some_and(|text| Flag.read(text).unwrap_or_default())
}

/// A level, and those of modules: `INFO,agentup_auth=DEBUG`.
struct LevelsKind;

impl Kind for LevelsKind {
    type Value = Levels;

    fn read(&self, text: &str) -> Result<Levels, String> {
        let mut levels = Levels::default();
        for part in text.split(',').map(str::trim) {
            let Some((module, level)) = part.split_once('=') else {
                levels.level = Some(LEVEL.read(part)?);
                continue;
            };
            let level = MODULE_LEVEL.read(level)?;
            logging::check(module, level)
                .map_err(|(problem, _)| format!("names `{module}`, which {problem}"))?;
            levels.modules.push((module.to_owned(), level));
        }
        Ok(levels)
    }

    fn expected(&self) -> String {
        LEVEL.expected()
    }

    fn schema(&self) -> serde_json::Value {
        super::schema::text()
    }

    fn show(&self, value: &Levels) -> serde_yaml::Value {
        value
            .level
            .as_ref()
            .map(|it| LEVEL.show(it))
            .unwrap_or_default()
    }
}

/// A variable that is set to nothing counts as not set.
fn text<'a>(report: &Report<'a>, name: &str) -> Option<&'a str> {
    let text = report.variables.get(name).map(str::trim);
    text.filter(|text| !text.is_empty())
}

fn variable<K: Kind>(report: &Report<'_>, name: &'static str, kind: &K) -> Option<K::Value> {
    kind.read(text(report, name)?)
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
