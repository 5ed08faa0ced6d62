//! A run: every scenario that is asked for, and the report of them all.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::{
    contest::{self, Pace},
    machine::Machine,
    peer::Peers,
    probe::PROBES,
    process,
    report::{Measured, Report, page, plot, text},
    scenario::SCENARIOS,
};

/// Measure the agent beside others and show the figures.
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// The `agentup-server` to measure.
    #[arg(long, value_name = "PROGRAM")]
    server: PathBuf,
    /// What compiled it.
    #[arg(long, default_value = "rustc of unknown version")]
    rustc: String,
    /// Another `agentup-server`, as it was before a change, to measure in the same rounds.
    #[arg(long, value_name = "PROGRAM")]
    beside: Option<PathBuf>,
    /// Where packages of others are installed, to measure those too.
    #[arg(long, value_name = "FOLDER")]
    peers: Option<PathBuf>,
    /// Shorter and fewer rounds.
    #[arg(long)]
    quick: bool,
    /// Only scenarios and probes whose names begin like this.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Fail when a figure is more than 10 % past its budget.
    #[arg(long)]
    check: bool,
    /// Write all figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a plot as SVG.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Write the page `performance.md` and its plot.
    #[arg(long, value_name = "FOLDER")]
    record: Option<PathBuf>,
}

impl Run {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        process::settle()?;
        // Servers run in folders of their own.
        let program = found(&self.server)?;
        let beside = self.beside.as_deref().map(found).transpose()?;
        let report = self.measure(&program, beside.as_deref())?;
        println!("{}", text(&report));
        self.write(&report)?;
        let verdicts = report.verdicts();
        let missed: Vec<_> = verdicts.iter().filter(|it| it.is_missed()).collect();
        for verdict in &missed {
            eprintln!("{verdict}");
        }
        let is_bad = !missed.is_empty() || !report.failed.is_empty();
        if self.check && !is_bad {
            eprintln!("✅ all {} budgets are kept", verdicts.len());
        }
        Ok(if self.check && is_bad {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }

    /// Measures what is asked for. What cannot be measured is reported, and the rest goes on.
    fn measure(&self, program: &Path, beside: Option<&Path>) -> Result<Report> {
        let pace = if self.quick { Pace::QUICK } else { Pace::FULL };
        let peers = match &self.peers {
            Some(installed) => Peers::find(installed)?,
            None => Peers::default(),
        };
        let mut report = Report {
            machine: Machine::look(program, &self.rustc),
            peers: peers.admissions.clone(),
            ..Report::default()
        };
        for peer in &peers.admissions {
            if let Some(reason) = &peer.left_out {
                eprintln!("{} is left out: {reason}", peer.what);
            }
        }
        for scenario in SCENARIOS.iter().filter(|it| self.wants(it.name)) {
            match contest::measure(scenario, program, beside, &peers, pace) {
                Ok(measured) => {
                    progress(&measured);
                    report.scenarios.push(measured);
                }
                Err(error) => report.fail(scenario.name, &error),
            }
        }
        for probe in PROBES.iter().filter(|it| self.wants(it.name)) {
            if probe.is_long && self.quick && self.only.is_empty() {
                continue;
            }
            match (probe.find)(program, pace) {
                Ok(findings) => {
                    for finding in &findings {
                        eprintln!("{:<24} {finding}", probe.name);
                    }
                    report.findings.extend(findings);
                }
                Err(error) => report.fail(probe.name, &error),
            }
        }
        if report.is_empty() {
            bail!("no scenario has such a name");
        }
        report.conclude();
        Ok(report)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| name.starts_with(only))
    }

    fn write(&self, report: &Report) -> Result<()> {
        if let Some(file) = &self.json {
            write(file, &serde_json::to_string_pretty(report)?)?;
        }
        if let Some(file) = &self.plot {
            write(file, &plot(report))?;
        }
        if let Some(folder) = &self.record {
            write(
                &folder.join("performance.md"),
                &page(report, "performance.svg"),
            )?;
            write(&folder.join("performance.svg"), &plot(report))?;
        }
        Ok(())
    }
}

fn found(program: &Path) -> Result<PathBuf> {
    let found = program.canonicalize();
    found.with_context(|| format!("no {}", program.display()))
}

impl Report {
    fn fail(&mut self, name: &str, error: &anyhow::Error) {
        let line = format!("{name}: {error:#}");
        eprintln!("❌ {line}");
        self.failed.push(line);
    }

    const fn is_empty(&self) -> bool {
        self.scenarios.is_empty() && self.findings.is_empty() && self.failed.is_empty()
    }
}

/// A line that says how it goes.
fn progress(measured: &Measured) {
    let ratio = measured.ratio().unwrap_or(f64::NAN);
    let budget = measured
        .budget
        .map_or_else(String::new, |it| format!(" (at most {it:.2})"));
    eprintln!("{:<24} {ratio:.2} × floor{budget}", measured.name);
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    eprintln!("written: {}", file.display());
    Ok(())
}
