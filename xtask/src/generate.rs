//! `generate`: the files of the project that are made from its code.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::sh::root;
use crate::toolbox::Toolbox;

/// What is made, and how `agentup-server schema` is asked for it. Tests of that program compare.
const FILES: [(&str, &str); 2] = [
    ("config/agent_config.schema.json", "json"),
    ("docs/configuration.md", "markdown"),
];

/// Write the files that are made from the code: the schema of configurations and the list of settings
#[derive(Args, Debug)]
pub(crate) struct Generate;

pub(crate) fn run() -> Result<ExitCode> {
    let toolbox = Toolbox::build()?;
    for (file, format) in FILES {
        let server = toolbox.sh("agentup-server");
        let text = server.args(["schema", "--format", format]).read()?;
        let path = root().join(file);
        fs::write(&path, format!("{}\n", text.trim_end()))
            .with_context(|| format!("cannot write {}", path.display()))?;
        println!("{file}");
    }
    Ok(ExitCode::SUCCESS)
}
