//! Mints JSON Web Tokens, makes keys for them, and issues them on request for development.

mod args;
mod certificate;
mod claims;
mod error;
#[cfg(feature = "issuer")]
mod issuer;
mod key;
mod keygen;
mod keys;
mod mint;
mod output;

use std::{error::Error as StdError, io::Write as _, process::ExitCode};

use agentup_env::cli::usage;
use clap::Parser as _;

use crate::args::{Cli, Command};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => usage::without_values(error).exit(),
    };
    match &cli.command {
        None => done(mint::mint(&cli.mint), error::MintError::exit_status),
        Some(Command::Keygen(args)) => done(
            keygen::keygen(args, anstream::stderr().lock()),
            keygen::KeygenError::exit_status,
        ),
        Some(Command::Certificate(args)) => done(
            certificate::certificate(args, anstream::stderr().lock()),
            keygen::KeygenError::exit_status,
        ),
        #[cfg(feature = "issuer")]
        Some(Command::Issuer(args)) => done(issuer::issuer(args), issuer::IssuerError::exit_status),
    }
}

fn done<E: StdError>(result: Result<(), E>, exit_status: impl Fn(&E) -> u8) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    // There is nowhere left to say that standard error is closed.
    let _ = writeln!(anstream::stderr(), "error: {}", usage::with_causes(&error));
    ExitCode::from(exit_status(&error))
}
