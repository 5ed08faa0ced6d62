//! `demo`: the requirement document's authorization matrix, shown against a real server.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::agent::Agent;
use crate::authorization::{Access, MATRIX, Table};
use crate::env_file;
use crate::http::Http;
use crate::sh::root;
use crate::token;
use crate::toolbox::Toolbox;

/// Start a throw-away agent and show who may call which skill
///
/// Builds everything, starts a server on a free port with a fresh secret, makes a token for each case
/// and compares what the server answers with what is due. Exit code 1 if anything differs.
#[derive(Args, Debug)]
pub(crate) struct Demo;

pub(crate) fn run() -> Result<ExitCode> {
    let as_expected = show(&Toolbox::build()?)?;
    Ok(if as_expected {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// True if every case came out as expected.
pub(crate) fn show(toolbox: &Toolbox) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    let config = root().join("config/agent_config.yaml");
    fs::copy(&config, folder.path().join("agent_config.yaml"))
        .with_context(|| format!("cannot copy {}", config.display()))?;
    env_file::ensure(&folder.path().join(".env"))?;

    let agent = Agent::start_behind(toolbox, folder.path(), 0)?;
    let http = Http::new(agent.url());
    println!("\n🎯 Who may call what, asked of {}\n", agent.url());
    let mut table = Table::begin();
    for case in MATRIX {
        let token = token::generator(toolbox, case.scopes, "demo-user")
            .unconfigured()
            .dir(folder.path())
            .read()?;
        let text = format!("test {}", case.skill);
        let actual = Access::of(&http.send(Some(&token), case.skill, &text)?);
        table.line(case.scopes, case.skill, case.expected, &actual);
    }
    agent.stop()?;
    Ok(table.end())
}
