//! What is logged: by module and level.

use tracing::{Level, Metadata, level_filters::LevelFilter};
use tracing_subscriber::filter::Targets;

use super::requests::{AUTHORIZATION, Kind, REQUEST};
use crate::config::LoggingConfig;

/// The crates whose messages have the level of the configuration.
const OURS: [&str; 3] = ["agentup_server", "agentup_handlers", "agentup_auth"];

/// The rules in force.
#[derive(Debug)]
pub(super) struct Filter {
    targets: Targets,
    /// Which lines of requests there are to be. Each request asks.
    requests: [bool; Kind::ALL.len()],
}

impl Filter {
    /// The level holds for this project's own modules; libraries report warnings and errors only,
    /// because what they trace may hold what must not be logged.
    pub(super) fn new(config: &LoggingConfig) -> Self {
        let level = LevelFilter::from_level(config.level);
        let mut targets = Targets::new().with_default(LevelFilter::WARN);
        targets = targets.with_targets(OURS.map(|name| (name, level)));
        if !config.requests {
            // What is refused or goes wrong is a warning.
            let least = level.min(LevelFilter::WARN);
            targets = targets.with_targets([AUTHORIZATION, REQUEST].map(|name| (name, least)));
        }
        // Of two rules for one module the last one holds.
        let targets = targets.with_targets(config.modules.iter().cloned());
        let requests = Kind::ALL.map(|kind| targets.would_enable(kind.target(), &kind.level()));
        Self { targets, requests }
    }

    /// Whether a request is to have its line, of this kind.
    pub(super) fn lets_request_through(&self, kind: Kind) -> bool {
        self.requests.get(kind as usize).is_some_and(|is| *is)
    }

    pub(super) fn lets_through(&self, metadata: &Metadata<'_>) -> bool {
        self.would_log(metadata.target(), *metadata.level())
    }

    fn would_log(&self, target: &str, level: Level) -> bool {
        self.targets.would_enable(target, &level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LogFormat;

    fn filter(level: Level, requests: bool, modules: &[(&str, LevelFilter)]) -> Filter {
        let modules = modules
            .iter()
            .map(|(name, level)| ((*name).to_owned(), *level));
        Filter::new(&LoggingConfig {
            level,
            format: LogFormat::Text,
            modules: modules.collect(),
            requests,
        })
    }

    #[test]
    fn the_level_is_for_the_own_modules_only() {
        let filter = filter(Level::DEBUG, true, &[]);
        assert!(filter.would_log("agentup_server::push", Level::DEBUG));
        assert!(!filter.would_log("agentup_server", Level::TRACE));
        assert!(filter.would_log("hyper", Level::WARN));
        assert!(!filter.would_log("hyper", Level::INFO));
    }

    #[test]
    fn a_module_has_a_level_of_its_own() {
        let modules = [
            ("agentup_auth", LevelFilter::DEBUG),
            ("agentup_server::push", LevelFilter::ERROR),
            ("hyper", LevelFilter::OFF),
        ];
        let filter = filter(Level::INFO, true, &modules);
        assert!(filter.would_log("agentup_auth::verify", Level::DEBUG));
        assert!(filter.would_log("agentup_server::http", Level::INFO));
        assert!(!filter.would_log("agentup_server::push::delivery", Level::WARN));
        assert!(!filter.would_log("hyper::client", Level::ERROR));
    }

    #[test]
    fn requests_that_went_well_can_be_left_out() {
        let filter = filter(Level::DEBUG, false, &[]);
        for target in [AUTHORIZATION, REQUEST] {
            assert!(!filter.would_log(target, Level::INFO), "{target}");
            assert!(filter.would_log(target, Level::WARN), "{target}");
        }
        assert!(filter.would_log("agentup_server::reload", Level::INFO));
        assert!(!filter.lets_request_through(Kind::Called));
        assert!(!filter.lets_request_through(Kind::Answered));
        assert!(filter.lets_request_through(Kind::Refused));
    }

    #[test]
    fn a_line_of_a_request_is_let_through_as_any_other() {
        let modules = [
            ("agentup_server::request", LevelFilter::OFF),
            ("agentup_server::authorization", LevelFilter::WARN),
        ];
        for filter in [
            filter(Level::INFO, true, &modules),
            filter(Level::TRACE, true, &[]),
            filter(Level::ERROR, false, &[]),
        ] {
            for kind in Kind::ALL {
                let would_log = filter.would_log(kind.target(), kind.level());
                assert_eq!(filter.lets_request_through(kind), would_log, "{kind:?}");
            }
        }
    }
}
