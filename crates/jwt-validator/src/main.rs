//! Explains and verifies a JSON Web Token: command line, keys, the server's verifier, report.

mod args;
mod claims;
mod error;
mod hint;
mod judge;
mod keys;
mod report;
mod text;

use std::{
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use agentup_auth::UnixSeconds;
use agentup_env::{
    EnvError, Environment,
    cli::{
        input::{self, InputError},
        terminal::safe_json,
        usage,
    },
    clock,
};
use clap::Parser as _;

use crate::{
    args::{Cli, Format},
    error::ValidateError,
    judge::Expected,
    keys::Keys,
    report::{Report, Verdict},
};

/// No verdict: the command line is wrong, or an input cannot be read. Part of the interface.
const NO_VERDICT: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => usage::without_values(error).exit(),
    };
    match validate(&cli) {
        Ok(verdict) => ExitCode::from(verdict.exit_status()),
        Err(error) => {
            say(&format!("error: {}", usage::with_causes(&error)));
            ExitCode::from(NO_VERDICT)
        }
    }
}

fn validate(cli: &Cli) -> Result<Verdict, ValidateError> {
    let environment = environment(cli)?;
    let expected = Expected::choose(&cli.rules, &environment);
    let keys = if cli.rules.no_verify {
        None
    } else {
        Keys::choose(cli, &environment, expected.issuer.as_deref())?
    };
    let token = token(&cli.token)?;
    let now = UnixSeconds::new(cli.rules.now.unix(clock::unix_now()));

    let judgment = judge::judge(&token, &cli.rules, keys.as_ref(), expected, now);
    let report = Report {
        token: &token,
        now: now.get(),
        judgment,
    };
    match show(&report, cli.format) {
        // The reader has what it wanted: `jwt-validator … | head -1`. The status still tells.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            return Err(ValidateError::Output(error));
        }
        _ => {}
    }
    for note in keys
        .iter()
        .flat_map(|keys| &keys.notes)
        .chain(&report.judgment.notes)
    {
        say(&format!("note: {note}"));
    }
    if let (Format::Text, Some(hint)) = (cli.format, &report.judgment.hint) {
        say(&format!("hint: {hint}"));
    }
    Ok(report.judgment.verdict)
}

/// The environment if anything is to come from it. Otherwise a `.env` of the working folder that
/// cannot be read, and that nobody asked for, is no reason to stop.
fn environment(cli: &Cli) -> Result<Environment, EnvError> {
    let is_wanted =
        cli.rules.env || cli.key.env_file.is_some() || cli.key.secret.secret_env.is_some();
    let has_key = cli.key.key_file.is_some()
        || cli.key.jwks_url.is_some()
        || cli.key.discover
        || cli.secret_argument.is_some()
        || cli.key.secret.secret.is_some()
        || cli.key.secret.secret_file.is_some();
    if is_wanted || !(has_key || cli.rules.no_verify) {
        Environment::load(cli.key.env_file.as_deref(), &[Path::new(".")])
    } else {
        Ok(Environment::from_pairs([] as [(&str, &str); 0]))
    }
}

/// The token itself, or what standard input has for `-`.
///
/// Nothing there, or no text, is a bad token, not a bad command line.
fn token(argument: &str) -> Result<String, InputError> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    match input::read_bytes(Path::new(argument)) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).trim().to_owned()),
        Err(InputError::Empty(_)) => Ok(String::new()),
        Err(error) => Err(error),
    }
}

fn show(report: &Report<'_>, format: Format) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    match format {
        Format::Text => text::write(report, &mut out),
        Format::Json => writeln!(out, "{}", safe_json(&format!("{:#}", report.to_json()))),
    }
}

/// Says something to the person, not to the program that reads the result.
fn say(line: &str) {
    // There is nowhere left to say that standard error is closed.
    let _ = writeln!(anstream::stderr(), "{line}");
}
