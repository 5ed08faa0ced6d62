//! Mints JSON Web Tokens: command line, environment, claims, key, signature, output.

mod args;
mod claims;
mod error;
mod key;
mod output;

use std::{
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use agentup_env::{Environment, cli::usage, clock};
use clap::Parser as _;

use crate::{
    args::{Cli, Mint},
    error::MintError,
};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => usage::without_values(error).exit(),
    };
    match mint(&cli.mint) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has what it wanted: `jwt-generator --help | head -1`.
        Err(MintError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            // There is nowhere left to say that standard error is closed.
            let _ = writeln!(anstream::stderr(), "error: {}", usage::with_causes(&error));
            ExitCode::from(error.exit_status())
        }
    }
}

fn mint(args: &Mint) -> Result<(), MintError> {
    let environment = Environment::load(args.key.env_file.as_deref(), &[Path::new(".")])?;
    let now = clock::unix_now();
    let claims = claims::claims(&args.payload, &environment, now)?;
    let header = claims::header(&args.header)?;
    let minted = key::sign(&args.key, &environment, &header, claims)?;
    minted
        .write(
            &args.output,
            now,
            anstream::stdout().lock(),
            anstream::stderr().lock(),
        )
        .map_err(MintError::Output)
}
