//! `test`: every test, on a fresh machine as well as in CI.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::sh::Sh;
use crate::toolbox::Toolbox;

/// Tells the end-to-end tests where the binaries are that were built for them.
const BIN_DIR: &str = "AGENTUP_BIN_DIR";

/// Build everything and run all tests
///
/// Uses cargo-nextest where it is installed. Words after `--` go to the test runner as they are, for
/// instance the part of a name: cargo xtask test -- expired
#[derive(Args, Debug)]
pub(crate) struct Test {
    /// For the test runner
    #[arg(last = true, value_name = "ARGS")]
    args: Vec<String>,
}

impl Test {
    pub(crate) fn run(self) -> Result<ExitCode> {
        all(&Toolbox::build_with_tests()?, &self.args)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Runs the tests with binaries that [`Toolbox::build_with_tests`] built. With arguments, which
/// choose among tests, the examples in the documentation are left out.
pub(crate) fn all(toolbox: &Toolbox, args: &[String]) -> Result<()> {
    let nextest = Sh::cargo().args(["nextest", "--version"]).succeeds();
    let runner = if nextest {
        Sh::cargo().args(["nextest", "run"])
    } else {
        eprintln!("cargo-nextest is not installed: `cargo test` takes its place");
        Sh::cargo().args(["test", "--lib", "--bins", "--tests"])
    };
    runner
        .args(["--workspace", "--all-features"])
        .args(args)
        .env(BIN_DIR, toolbox.folder())
        .run()?;
    if args.is_empty() {
        Sh::cargo()
            .args(["test", "--doc", "--workspace", "--all-features"])
            .run()?;
    }
    Ok(())
}
