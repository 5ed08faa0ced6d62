//! Logs: one subscriber, set up once, that writes to standard error.

use std::io::{self, IsTerminal};

mod lines;
mod requests;

pub(crate) use lines::{hold, release};
pub(crate) use requests::tell;

use lines::Lines;
use tracing::{Level, level_filters::LevelFilter};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// Sets up the log of the process. The level holds for this project's own modules; libraries
/// report warnings and errors only, because what they trace may hold what must not be logged.
pub(crate) fn init(format: LogFormat, level: Level) {
    let filter = EnvFilter::default()
        .add_directive(LevelFilter::WARN.into())
        .add_directive(directive("agentup_server", level))
        .add_directive(directive("agentup_handlers", level))
        .add_directive(directive("agentup_auth", level));
    let lines = match format {
        LogFormat::Text => fmt::layer()
            .with_writer(|| Lines)
            .with_ansi(io::stderr().is_terminal())
            .boxed(),
        LogFormat::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(|| Lines)
            .boxed(),
    };
    // A second call, as from a program with a log of its own, leaves the first in place.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init();
}

fn directive(target: &str, level: Level) -> tracing_subscriber::filter::Directive {
    format!("{target}={level}")
        .parse()
        .unwrap_or_else(|_| LevelFilter::INFO.into())
}
