//! The bench: servers to compare with, a load for them, and the figures of both.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench speaks on the terminal"
)]

mod agent;
mod ask;
mod balancer;
mod contest;
mod figures;
mod floor;
mod instructions;
mod keys;
mod load;
mod machine;
mod peer;
mod plain;
mod probe;
mod process;
mod proof;
mod report;
mod requests;
mod run;
mod scenario;
mod service;
mod signature;
mod tokens;

use std::{net::SocketAddr, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Measures `agentup-server` beside others; run by `cargo xtask bench`.
#[derive(Debug, Parser)]
#[command(name = "agentup-bench", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Instructions(instructions::Instructions),
    Floor(floor::Floor),
    Plain(plain::Plain),
}

fn main() -> Result<ExitCode> {
    match Cli::parse().command {
        Command::Run(command) => command.run(),
        Command::Instructions(command) => command.run(),
        Command::Floor(command) => serve(command.router()?),
        Command::Plain(command) => serve(command.router()),
    }
}

/// Serves on a port that the system chooses, on one thread, as `agentup-server` does on one
/// processor.
fn serve(router: axum::Router) -> Result<ExitCode> {
    use axum::serve::ListenerExt as _;

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = tokio::net::TcpListener::bind(local).await?;
        println!("listening on http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, router).await?;
        Ok(ExitCode::SUCCESS)
    })
}
