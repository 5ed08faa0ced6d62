//! `bench http`: builds the server as shipped and the program that measures it, and lets that run.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::toolbox::Toolbox;

/// Measure the agent over HTTP, beside a bare server
///
/// Builds the agent as shipped, a server that does nothing but answer (the floor) and a plain one,
/// pins each of them to one processor and the load to another, and shows processor time for each
/// request, latency and memory. Needs Linux and two processors.
#[derive(Args, Debug)]
pub(crate) struct Http {
    /// Shorter and fewer rounds: a first impression within two minutes
    #[arg(long)]
    quick: bool,

    /// Only the scenarios whose names begin like one of these
    #[arg(long, value_name = "SCENARIO", value_delimiter = ',')]
    only: Vec<String>,

    /// Fail when a figure is more than 10 % past its budget
    #[arg(long)]
    check: bool,
}

impl Http {
    pub(crate) fn run(self) -> Result<ExitCode> {
        // Apart from each other: built together, the server would get features that only the
        // bench asks for, such as code that signs.
        let server = Toolbox::build_package("agentup-server")?;
        let bench = Toolbox::build_package("agentup-bench")?;
        let mut command = bench
            .sh("agentup-bench")
            .arg("run")
            .arg("--server")
            .arg(server.program("agentup-server"));
        if self.quick {
            command = command.arg("--quick");
        }
        if self.check {
            command = command.arg("--check");
        }
        for name in &self.only {
            command = command.args(["--only", name]);
        }
        command.run()?;
        Ok(ExitCode::SUCCESS)
    }
}
