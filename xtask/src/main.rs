//! The one runner: `cargo xtask COMMAND` builds, starts, shows and checks the project.
//! It knows no crate of ours, only cargo and the binaries that cargo builds.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a runner speaks on the terminal"
)]

mod agent;
mod authorization;
mod bench;
mod ci;
mod converse;
mod demo;
mod deploy;
mod document;
mod env_file;
mod generate;
mod http;
mod interop;
mod monitoring;
mod mutants;
mod npm;
mod serve;
mod sh;
mod signals;
mod smoke;
mod test;
mod tidy;
mod token;
mod toolbox;
mod venv;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, starts, shows and checks the project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// In the order in which a newcomer meets them. No `Debug`: one of them holds a token.
#[derive(Subcommand)]
enum Command {
    Serve(serve::Serve),
    Token(token::Token),
    Demo(demo::Demo),
    Smoke(smoke::Smoke),
    Test(test::Test),
    Tidy(tidy::Tidy),
    Generate(generate::Generate),
    Document(document::Document),
    Interop(interop::Interop),
    Deploy(deploy::Deploy),
    Monitoring(monitoring::Monitoring),
    Mutants(mutants::Mutants),
    Bench(bench::Bench),
    Ci(ci::Ci),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(command) => command.run(),
        Command::Token(command) => command.run(),
        Command::Demo(demo::Demo) => demo::run(),
        Command::Smoke(command) => command.run(),
        Command::Test(command) => command.run(),
        Command::Tidy(tidy::Tidy) => tidy::run(),
        Command::Generate(generate::Generate) => generate::run(),
        Command::Document(document::Document) => document::run(),
        Command::Interop(interop::Interop) => interop::run(),
        Command::Deploy(command) => command.run(),
        Command::Monitoring(monitoring::Monitoring) => monitoring::run(),
        Command::Mutants(command) => command.run(),
        Command::Bench(command) => command.run(),
        Command::Ci(command) => Ok(command.run()),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("❌ {error:#}");
        ExitCode::FAILURE
    })
}

/// The names of all commands, for the check that the documents name no other.
fn command_names() -> Vec<String> {
    use clap::CommandFactory as _;
    Cli::command()
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect()
}
