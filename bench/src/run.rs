//! A run: every scenario that is asked for, and the report of them all.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::{
    contest::{self, Pace},
    probe::PROBES,
    process,
    report::Report,
    scenario::SCENARIOS,
};

/// Measure the agent beside others and show the figures.
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// The `agentup-server` to measure.
    #[arg(long, value_name = "PROGRAM")]
    server: PathBuf,
    /// Shorter and fewer rounds.
    #[arg(long)]
    quick: bool,
    /// Only scenarios whose names begin like this.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<String>,
    /// Fail when a figure is more than 10 % past its budget.
    #[arg(long)]
    check: bool,
}

impl Run {
    pub(crate) fn run(&self) -> Result<()> {
        process::settle()?;
        let pace = if self.quick { Pace::QUICK } else { Pace::FULL };
        let mut report = Report::default();
        for scenario in SCENARIOS.iter().filter(|it| self.wants(it.name)) {
            let measured = contest::measure(scenario, &self.server, pace)?;
            println!("{measured}");
            report.scenarios.push(measured);
        }
        for probe in PROBES.iter().filter(|it| self.wants(it.name)) {
            if probe.is_long && self.quick && self.only.is_empty() {
                continue;
            }
            println!("{}:", probe.name);
            for finding in (probe.find)(&self.server, pace)? {
                println!("{finding}");
                report.findings.push(finding);
            }
            println!();
        }
        if report.scenarios.is_empty() && report.findings.is_empty() {
            bail!("no scenario has such a name");
        }
        if self.check && report.past_budget() > 0 {
            bail!("{} figures are past their budgets", report.past_budget());
        }
        Ok(())
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| name.starts_with(only))
    }
}
