//! What is counted of the services and agents behind a skill.

use std::{fmt, time::Duration};

use super::super::{
    Count, Histogram,
    histogram::Times,
    page::{Family, Page},
};

const ASKED: Family = Family::new(
    "upstream_requests",
    "Calls of the services and agents behind skills, by how they ended.",
);
const TIMES: Family = Family::seconds(
    "upstream_request_duration",
    "How long the services and agents behind skills took, streams included.",
);

/// How a call can end, as its event says.
const OUTCOMES: [&str; 3] = ["answered", "failed", "canceled"];

/// The calls of what stands behind one skill.
#[derive(Debug, Default)]
pub(super) struct Services {
    ended: [Count; OUTCOMES.len()],
    took: Histogram,
}

impl Services {
    pub(super) fn asked(&self, outcome: &str, took: Duration) {
        let outcome = OUTCOMES.iter().position(|known| *known == outcome);
        if let Some(count) = outcome.and_then(|index| self.ended.get(index)) {
            count.add(1);
        }
        self.took.observe(took);
    }

    fn was_asked(&self) -> bool {
        self.ended.iter().any(|count| count.get() > 0)
    }
}

pub(super) fn write<'a>(
    page: &mut Page<'_>,
    services: impl Iterator<Item = (&'a str, &'a Services)>,
) -> fmt::Result {
    // Most skills have nothing behind them.
    let services: Vec<_> = services.filter(|(_, it)| it.was_asked()).collect();
    let ended = services.iter().flat_map(|(skill, services)| {
        let outcomes = OUTCOMES.iter().zip(&services.ended);
        outcomes
            .map(move |(outcome, count)| ([("skill", *skill), ("outcome", *outcome)], count.get()))
    });
    page.counters(&ASKED, ended)?;
    let times = services
        .iter()
        .map(|(skill, services)| ([("skill", *skill)], Times::of(&services.took)));
    page.histograms(&TIMES, times)
}
