//! `monitoring`: what deploy/monitoring tells Prometheus, given to `promtool`.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;

use crate::sh::Sh;

/// Where Prometheus's files are. Their paths in each other are relative to it.
const FOLDER: &str = "deploy/monitoring/prometheus";

/// What promtool is to look at.
const CHECKS: &[&[&str]] = &[
    &["check", "rules", "--lint-fatal", "agentup.rules.yml"],
    &["test", "rules", "agentup.test.yml"],
    &["check", "config", "prometheus.yml"],
];

/// Give alerts, their tests and the scrape configuration of deploy/monitoring to promtool
///
/// Needs the `promtool` of Prometheus. That every metric in these files is one that an agent has is
/// seen to by a test.
#[derive(Args, Debug)]
pub(crate) struct Monitoring;

pub(crate) fn run() -> Result<ExitCode> {
    if !check()? {
        bail!("there is no promtool: install Prometheus");
    }
    Ok(ExitCode::SUCCESS)
}

/// Fails if anything is amiss. `false`: there is no promtool, and nothing was looked at.
pub(crate) fn check() -> Result<bool> {
    let promtool = || Sh::new("promtool");
    if !promtool().arg("--version").succeeds() {
        return Ok(false);
    }
    for check in CHECKS {
        let folder = crate::sh::root().join(FOLDER);
        promtool().args(*check).dir(&folder).run()?;
    }
    Ok(true)
}
