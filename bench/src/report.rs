//! The report: a table for people, and the same as JSON.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    contest::FLOOR,
    figures::{Figures, number},
    probe::Finding,
    scenario::{Budget, Scenario},
};

/// All that a run gave.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Report {
    pub(crate) scenarios: Vec<Measured>,
    pub(crate) findings: Vec<Finding>,
}

/// What a scenario gave.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) what: String,
    pub(crate) figures: Vec<Figures>,
    /// What the bare check of a signature costs, in microseconds, where the budget has it.
    pub(crate) signature: Option<f64>,
    /// The most that the agent may cost, as a multiple of the floor.
    pub(crate) budget: Option<f64>,
}

/// How far past its budget a figure may be before a check fails: what two runs differ by.
const TOLERANCE: f64 = 1.1;

impl Report {
    /// How many figures are too far past their budgets.
    pub(crate) fn past_budget(&self) -> usize {
        let ratios = self
            .scenarios
            .iter()
            .filter_map(|it| it.ratio().zip(it.budget));
        let findings = self
            .findings
            .iter()
            .filter_map(|it| Some(it.value).zip(it.budget));
        let figures = ratios.chain(findings);
        figures
            .filter(|(value, budget)| *value > budget * TOLERANCE)
            .count()
    }
}

impl Measured {
    pub(crate) fn new(scenario: &Scenario, figures: Vec<Figures>, signature: Option<f64>) -> Self {
        let floor = figures.first().map_or(f64::NAN, |it| it.median.cost);
        let budget = scenario.budget.map(|budget| match budget {
            Budget::Floor(times) => times,
            Budget::FloorAndCheck(times, checks) => {
                times + checks * signature.unwrap_or_default() / floor
            }
        });
        Self {
            name: scenario.name.to_owned(),
            what: scenario.what.to_owned(),
            figures,
            signature,
            budget,
        }
    }

    /// The agent's cost as a multiple of the floor.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let mut figures = self.figures.iter();
        let (floor, agent) = (figures.next()?, figures.next()?);
        Some(agent.times(floor))
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.name, self.what)?;
        for (index, figures) in self.figures.iter().enumerate() {
            let Figures {
                name,
                median: it,
                memory,
                ..
            } = figures;
            let floor = self.figures.iter().find(|it| it.name == FLOOR);
            let times = floor.map_or(f64::NAN, |floor| figures.times(floor));
            let budget = match self.budget {
                Some(budget) if index == 1 => format!("(≤ {budget:.2})"),
                _ => String::new(),
            };
            writeln!(
                f,
                "  {name:<10} {:>7.2} µs {times:>5.2} × {budget:<9} {:>8.0}/s {:>3.0} % busy  \
                 p50 {:>6.0} p99 {:>6.0} p99.9 {:>6.0} µs  {:>5.1} MiB",
                it.cost,
                it.rate,
                it.busy * 100.0,
                it.p50,
                it.p99,
                it.p999,
                number(*memory) / 1024.0 / 1024.0,
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}: {:.2} {}", self.what, self.value, self.unit)?;
        match self.budget {
            Some(budget) => write!(f, " (≤ {budget})"),
            None => Ok(()),
        }
    }
}
