//! The report of a run: as data, and from there as text, as a page and as a picture.

use serde::{Deserialize, Serialize};

mod derived;
mod page;
mod plot;
mod table;
mod verdict;

pub(crate) use page::page;
pub(crate) use plot::plot;
pub(crate) use table::text;
pub(crate) use verdict::Verdict;

use crate::{
    contest::{AGENT, FLOOR, FLOOR_AND_CHECK},
    figures::Figures,
    machine::Machine,
    peer::Admission,
    probe::Finding,
    scenario::{Budget, Scenario},
};

/// All that a run gave.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) peers: Vec<Admission>,
    pub(crate) scenarios: Vec<Measured>,
    pub(crate) findings: Vec<Finding>,
    /// What could not be measured, and why.
    pub(crate) failed: Vec<String>,
}

/// What a scenario gave.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) what: String,
    pub(crate) connections: usize,
    /// The size of a token, where there is one.
    pub(crate) token_bytes: Option<usize>,
    /// The floor's first.
    pub(crate) figures: Vec<Figures>,
    /// The most that the agent may cost, as a multiple of the floor.
    pub(crate) budget: Option<f64>,
}

impl Report {
    /// Adds what follows from several scenarios.
    pub(crate) fn conclude(&mut self) {
        let derived = derived::findings(&self.scenarios);
        self.findings.splice(0..0, derived);
    }

    /// How every budget was kept.
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        let scenarios = self.scenarios.iter().filter_map(Verdict::of_scenario);
        let findings = self.findings.iter().filter_map(Verdict::of_finding);
        scenarios.chain(findings).collect()
    }
}

impl Measured {
    pub(crate) fn new(
        scenario: &Scenario,
        token_bytes: Option<usize>,
        figures: Vec<Figures>,
    ) -> Self {
        let mut measured = Self {
            name: scenario.name.to_owned(),
            what: scenario.what.to_owned(),
            connections: scenario.connections,
            token_bytes,
            figures,
            budget: None,
        };
        // What a check costs where it is made for each request, in the same rounds.
        let check = measured.times(FLOOR_AND_CHECK).unwrap_or(f64::NAN) - 1.0;
        measured.budget = scenario.budget.map(|budget| match budget {
            Budget::Floor(times) => times,
            Budget::FloorAndCheck(times, checks) => times + checks * check,
        });
        measured
    }

    /// What one of the contestants gave.
    fn of(&self, name: &str) -> Option<&Figures> {
        self.figures.iter().find(|it| it.name == name)
    }

    /// What a contestant costs as a multiple of the floor.
    fn times(&self, name: &str) -> Option<f64> {
        Some(self.of(name)?.times(self.of(FLOOR)?))
    }

    /// The agent's cost as a multiple of the floor.
    pub(crate) fn ratio(&self) -> Option<f64> {
        self.times(AGENT)
    }

    /// Whether others than the floor were measured beside the agent.
    fn has_others(&self) -> bool {
        let is_other = |it: &Figures| ![FLOOR, AGENT, FLOOR_AND_CHECK].contains(&&*it.name);
        self.figures.iter().any(is_other)
    }
}
