//! `ci`: everything that must hold before a change lands, step by step.

use std::cell::OnceCell;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::demo;
use crate::deploy;
use crate::document;
use crate::interop;
use crate::monitoring;
use crate::sh::Sh;
use crate::test;
use crate::tidy;
use crate::toolbox::Toolbox;

/// The cargo-deny that deny.toml is written for.
const CARGO_DENY: &str = "0.20.2";

/// Crates that others build upon, each of which must build with no more features than it asks for.
const LIBRARIES: &[&str] = &[
    "agentup-protocol",
    "agentup-auth",
    "agentup-env",
    "agentup-handlers",
    "agentup-server",
];

/// Check everything that must hold before a change lands
///
/// Every step is run, also after one has failed, and the summary at the end names them all. Exit
/// code 1 if any failed.
#[derive(Args, Debug)]
pub(crate) struct Ci {
    /// Only these steps, in their usual order
    #[arg(value_name = "STEP", value_parser = STEPS.iter().map(|step| step.name).collect::<Vec<_>>())]
    only: Vec<String>,
}

/// How a step ended that did not fail.
enum Outcome {
    Passed,
    /// It could not be done here, for this reason.
    Skipped(String),
}

use Outcome::{Passed, Skipped};

struct Step {
    name: &'static str,
    run: fn(&Ground) -> Result<Outcome>,
}

const STEPS: &[Step] = &[
    step("format", |_| cargo(&["fmt", "--all", "--check"])),
    step("tidy", |_| tidied()),
    step("clippy", |_| {
        let what = ["clippy", "--workspace", "--all-targets", "--all-features"];
        done(Sh::cargo().args(what).args(["--", "-D", "warnings"]))
    }),
    step("docs", |_| {
        let what = ["doc", "--workspace", "--all-features", "--no-deps"];
        done(
            Sh::cargo()
                .args(what)
                .arg("--document-private-items")
                .env("RUSTDOCFLAGS", "-D warnings"),
        )
    }),
    step("crates", |_| {
        for library in LIBRARIES {
            cargo(&["check", "--quiet", "--package", library])?;
        }
        Ok(Passed)
    }),
    step("tests", |ground| {
        test::all(ground.toolbox()?, &[])?;
        Ok(Passed)
    }),
    step("dependencies", |_| {
        cargo_deny(&["bans", "licenses", "sources"])?.run()?;
        Ok(Passed)
    }),
    step("advisories", |_| advisories()),
    step("document", |ground| {
        document::check(ground.toolbox()?)?;
        Ok(Passed)
    }),
    step("interop", |_| {
        interop::check()?;
        Ok(Passed)
    }),
    step("demo", |ground| {
        if !demo::show(ground.toolbox()?)? {
            bail!("the agent allows or denies other than expected");
        }
        Ok(Passed)
    }),
    step("deploy", |ground| {
        let undone = deploy::check(ground.toolbox()?, &[])?;
        if undone.is_empty() {
            return Ok(Passed);
        }
        Ok(Skipped(format!("in part: {}", undone.join("; "))))
    }),
    step("monitoring", |_| {
        if monitoring::check()? {
            return Ok(Passed);
        }
        let why = "there is no promtool: alerts, their tests and the scrape configuration were NOT checked";
        Ok(Skipped(why.to_owned()))
    }),
];

impl Ci {
    pub(crate) fn run(self) -> ExitCode {
        let wanted = |name: &str| self.only.is_empty() || self.only.iter().any(|one| one == name);
        let ground = Ground::default();
        let mut summary = Summary::default();
        for step in STEPS.iter().filter(|step| wanted(step.name)) {
            eprintln!("\n━━ {} ━━", step.name);
            let begun = Instant::now();
            let outcome = (step.run)(&ground);
            summary.add(step.name, begun.elapsed(), outcome);
        }
        println!("\n{}", summary.lines.join("\n"));
        if summary.failed == 0 {
            ExitCode::SUCCESS
        } else {
            eprintln!(
                "❌ {} of {} steps failed",
                summary.failed,
                summary.lines.len()
            );
            ExitCode::FAILURE
        }
    }
}

/// What steps share: the binaries, built when the first one asks for them.
#[derive(Default)]
struct Ground {
    toolbox: OnceCell<Toolbox>,
}

impl Ground {
    fn toolbox(&self) -> Result<&Toolbox> {
        if let Some(toolbox) = self.toolbox.get() {
            return Ok(toolbox);
        }
        let built = Toolbox::build_with_tests()?;
        Ok(self.toolbox.get_or_init(|| built))
    }
}

#[derive(Debug, Default)]
struct Summary {
    lines: Vec<String>,
    failed: usize,
}

impl Summary {
    /// Says at once how a step ended, and keeps the line for the end.
    fn add(&mut self, name: &str, took: Duration, outcome: Result<Outcome>) {
        let (verdict, why) = match outcome {
            Ok(Passed) => ("✅ passed ", String::new()),
            Ok(Skipped(why)) => ("⏭️ SKIPPED", format!("  {why}")),
            Err(error) => {
                self.failed = self.failed.saturating_add(1);
                ("❌ FAILED ", format!("  {error:#}"))
            }
        };
        let line = format!("{verdict} {name:<14} {:>6.1} s{why}", took.as_secs_f64());
        eprintln!("{line}");
        self.lines.push(line);
    }
}

const fn step(name: &'static str, run: fn(&Ground) -> Result<Outcome>) -> Step {
    Step { name, run }
}

fn cargo(args: &[&str]) -> Result<Outcome> {
    done(Sh::cargo().args(args))
}

fn done(command: Sh) -> Result<Outcome> {
    command.run()?;
    Ok(Passed)
}

fn tidied() -> Result<Outcome> {
    if !tidy::all_rules_hold()? {
        bail!("see the findings above");
    }
    Ok(Passed)
}

/// The list of known faults lies on the network. Without it nothing can be said, and CI must not
/// depend on a host being up; a fault that is found fails the step.
fn advisories() -> Result<Outcome> {
    let command = cargo_deny(&["advisories"])?;
    eprintln!("$ {command}");
    let output = command.talk("")?;
    let said = String::from_utf8_lossy(&output.stderr);
    eprint!("{said}");
    if output.status.success() {
        return Ok(Passed);
    }
    if database_is_out_of_reach(&said) {
        return Ok(Skipped(
            "the advisory database could not be fetched: known faults were NOT looked for"
                .to_owned(),
        ));
    }
    bail!("cargo-deny ended with {}", output.status)
}

/// What cargo-deny 0.20 says when it has no list at all, as opposed to a list with findings.
fn database_is_out_of_reach(said: &str) -> bool {
    said.contains("failed to fetch advisory database")
}

fn cargo_deny(checks: &[&str]) -> Result<Sh> {
    let installed = Sh::cargo().args(["deny", "--version"]).succeeds();
    if !installed {
        bail!("install it: cargo install cargo-deny --locked --version {CARGO_DENY}");
    }
    Ok(Sh::cargo()
        .args([
            "deny",
            "--workspace",
            "--all-features",
            "check",
            "--hide-inclusion-graph",
        ])
        .args(checks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_database_excuses_the_advisories() {
        let unreachable = "[ERROR] failed to fetch advisory database https://example.com with cli";
        assert!(database_is_out_of_reach(unreachable));
        assert!(!database_is_out_of_reach(
            "error[vulnerability]: a fault\nadvisories FAILED"
        ));
    }

    #[test]
    fn a_skipped_step_is_named_and_a_failed_one_counts() {
        let mut summary = Summary::default();
        summary.add("one", Duration::ZERO, Ok(Passed));
        summary.add("two", Duration::ZERO, Ok(Skipped("no network".to_owned())));
        assert_eq!(summary.failed, 0);
        summary.add("three", Duration::ZERO, Err(anyhow::anyhow!("broken")));
        assert_eq!(summary.failed, 1);
        assert_eq!(summary.lines.len(), 3);
        assert!(summary.lines[1].contains("SKIPPED") && summary.lines[1].contains("no network"));
        assert!(summary.lines[2].contains("FAILED") && summary.lines[2].contains("broken"));
    }

    #[test]
    fn ci_installs_the_cargo_deny_that_is_named_here() {
        let script = std::fs::read_to_string(crate::sh::root().join(".ci/run")).unwrap();
        assert!(script.contains(&format!("cargo-deny --locked --version {CARGO_DENY}")));
    }
}
