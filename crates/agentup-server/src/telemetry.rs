//! Logs: one subscriber, set up once, that writes to standard error.

use std::{
    io::{self, IsTerminal},
    sync::{Arc, OnceLock},
};

use arc_swap::ArcSwap;
use tracing_subscriber::prelude::*;

mod filter;
mod line;
mod lines;
mod requests;

use filter::Filter;
use line::Writer;
pub(crate) use lines::{hold, release};
pub(crate) use requests::tell;

use crate::config::{LogFormat, LoggingConfig};

/// What is in force, for the subscriber to look at and for a reload to change.
static IN_FORCE: OnceLock<Arc<Shared>> = OnceLock::new();

#[derive(Debug)]
struct Shared {
    settings: ArcSwap<Settings>,
    /// What the command line says, which no configuration changes.
    forced: Option<LogFormat>,
    colours: bool,
}

#[derive(Debug)]
struct Settings {
    filter: Filter,
    format: LogFormat,
}

impl Settings {
    fn new(config: &LoggingConfig, forced: Option<LogFormat>) -> Self {
        Self {
            filter: Filter::new(config),
            format: forced.unwrap_or(config.format),
        }
    }
}

/// Sets up the log of the process. `forced` is the form that the command line names.
pub(crate) fn init(forced: Option<LogFormat>, config: &LoggingConfig) {
    let settings = ArcSwap::from_pointee(Settings::new(config, forced));
    let shared = Arc::new(Shared {
        settings,
        forced,
        colours: io::stderr().is_terminal(),
    });
    let registry = tracing_subscriber::registry().with(Writer::new(Arc::clone(&shared)));
    // A second call, as from a program with a log of its own, leaves the first in place.
    if registry.try_init().is_ok() {
        let _ = IN_FORCE.set(shared);
    }
}

/// Puts other settings in force, from the next line on. Nothing happens to the log of a program
/// that has its own.
pub(crate) fn adopt(config: &LoggingConfig) {
    if let Some(shared) = IN_FORCE.get() {
        let settings = Settings::new(config, shared.forced);
        shared.settings.store(Arc::new(settings));
        tracing::callsite::rebuild_interest_cache();
    }
}
