//! What is no cost of a request: time to start, memory, and how the agent bears what it is not
//! made for.

use std::{fmt, path::Path};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::contest::Pace;

mod crowd;
mod flood;
mod memory;
mod rolling;
mod scrape;
mod start;
mod streams;

/// One figure and what it may be.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Finding {
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) unit: String,
    /// The most that it may be.
    pub(crate) budget: Option<f64>,
}

/// Something to find out about the agent.
pub(crate) struct Probe {
    pub(crate) name: &'static str,
    pub(crate) find: fn(&Path, Pace) -> Result<Vec<Finding>>,
    /// Whether it takes its time, so that it is left out of a quick run.
    pub(crate) is_long: bool,
}

/// All of them, in the order of the report.
pub(crate) const PROBES: &[Probe] = &[
    Probe {
        name: "start",
        find: start::find,
        is_long: false,
    },
    Probe {
        name: "unknown-keys",
        find: flood::find,
        is_long: false,
    },
    Probe {
        name: "idle-streams",
        find: streams::find,
        is_long: false,
    },
    Probe {
        name: "slow-headers",
        find: crowd::slow_heads,
        is_long: false,
    },
    Probe {
        name: "idle",
        find: crowd::idle,
        is_long: false,
    },
    Probe {
        name: "trickle",
        find: crowd::trickle,
        is_long: false,
    },
    Probe {
        name: "bad-tokens",
        find: crowd::bad_tokens,
        is_long: false,
    },
    Probe {
        name: "rolling-restart",
        find: rolling::find,
        is_long: false,
    },
    Probe {
        name: "scrape",
        find: scrape::find,
        is_long: false,
    },
    Probe {
        name: "million",
        find: memory::find,
        is_long: true,
    },
];

impl Finding {
    pub(crate) fn new(what: &str, value: f64, unit: &str, budget: Option<f64>) -> Self {
        Self {
            what: what.to_owned(),
            value,
            unit: unit.to_owned(),
            budget,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            value,
            unit,
            budget,
        } = self;
        write!(f, "{what}: {value:.2} {unit}")?;
        match budget {
            Some(budget) => write!(f, " (at most {budget})"),
            None => Ok(()),
        }
    }
}
