//! `bench`: how fast the agent is, measured beside others on this machine.

mod auth;
mod http;
mod instructions;
mod peers;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Measure how fast the agent is
///
/// Without a further word: over HTTP, as `cargo xtask bench http`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Bench {
    #[command(subcommand)]
    what: Option<What>,

    #[command(flatten)]
    http: http::Http,
}

/// What is measured.
#[derive(Debug, Subcommand)]
enum What {
    Http(http::Http),
    Instructions(instructions::Instructions),
    Auth(auth::Auth),
}

impl Bench {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.what {
            None => self.http.run(),
            Some(What::Http(http)) => http.run(),
            Some(What::Instructions(instructions)) => instructions.run(),
            Some(What::Auth(auth)) => auth.run(),
        }
    }
}
