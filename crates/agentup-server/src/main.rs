//! The `agentup-server` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    agentup_server::cli::run()
}
