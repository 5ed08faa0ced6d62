//! `bench instructions`: what a request takes, counted by callgrind.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;

use crate::sh::Sh;
use crate::toolbox::{Profile, Toolbox};

/// Count the instructions that a request takes
///
/// The same on a busy machine and on a quiet one: it shows what a change costs where times cannot.
/// Needs valgrind, Linux and two processors.
#[derive(Args, Debug)]
pub(crate) struct Instructions {
    /// Only the scenarios whose names begin like one of these
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,

    /// Fail when a request takes more than it may
    #[arg(long)]
    check: bool,

    /// Keep the profiles in this folder, for `callgrind_annotate`
    #[arg(long, value_name = "FOLDER")]
    profiles: Option<PathBuf>,
}

impl Instructions {
    pub(crate) fn run(self) -> Result<ExitCode> {
        if !Sh::new("valgrind").arg("--version").succeeds() {
            bail!("valgrind is not installed (on Debian: apt-get install valgrind)");
        }
        // What link-time optimization adds is small, and the same before and after a change.
        let server = Toolbox::build_package("agentup-server", Profile::Fast)?;
        let bench = Toolbox::build_package("agentup-bench", Profile::Fast)?;
        let mut command = bench
            .sh("agentup-bench")
            .arg("instructions")
            .arg("--server")
            .arg(server.program("agentup-server"));
        if self.check {
            command = command.arg("--check");
        }
        for name in &self.only {
            command = command.args(["--only", name]);
        }
        if let Some(folder) = self.profiles {
            let folder = std::path::absolute(folder)?;
            std::fs::create_dir_all(&folder)?;
            command = command.arg("--profiles").arg(folder);
        }
        command.run()?;
        Ok(ExitCode::SUCCESS)
    }
}
