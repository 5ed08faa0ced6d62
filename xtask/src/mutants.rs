//! `mutants`: whether the tests notice when the code that decides is changed.

use std::fmt;
use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use toml::{Table, Value};

use crate::sh::{Sh, root};

/// The cargo-mutants whose words the list of reviewed changes has.
const CARGO_MUTANTS: &str = "27.1.0";

/// The crate that decides.
const CRATE: &str = "crates/agentup-auth";

/// The code that decides, in that crate.
const FILES: [&str; 7] = [
    "src/verify.rs",
    "src/verify/*.rs",
    "src/scope.rs",
    "src/scope/graph.rs",
    "src/permit.rs",
    "src/permit/*.rs",
    "src/principal.rs",
];

/// Changes that no test can notice, with the reasons.
const REVIEWED: &str = "crates/agentup-auth/mutants.toml";

/// Where it works and reports; ignored by git, and kept so that the next run builds less.
const FOLDER: &str = "target/mutants";

/// Change the code that decides, and see that the tests notice
///
/// Makes every change that cargo-mutants knows to verify, claims, scope and permit of agentup-auth,
/// one after the other in a copy, and runs the crate's tests. Fails when a change goes unnoticed
/// that is not on the reviewed list, crates/agentup-auth/mutants.toml. Takes a quarter of an hour.
#[derive(Args, Debug)]
pub(crate) struct Mutants {
    /// Only these files of the crate
    #[arg(value_name = "FILE", default_values = FILES)]
    files: Vec<String>,

    /// Install cargo-mutants if it is missing
    #[arg(long)]
    install: bool,
}

impl Mutants {
    pub(crate) fn run(self) -> Result<ExitCode> {
        if !is_installed() {
            let install = Sh::cargo()
                .args(["install", "cargo-mutants", "--locked"])
                .args(["--version", CARGO_MUTANTS]);
            if !self.install {
                bail!("install it: {install}, or let `cargo xtask mutants --install` do it");
            }
            install.run()?;
        }
        self.mutate()?;
        let survivors = survivors(&report("missed")?)?;
        let reviewed = reviewed(&fs::read_to_string(root().join(REVIEWED))?)?;
        let tested = report("caught")? + &report("missed")? + &report("timeout")?;
        let faults = faults(&survivors, &reviewed, |file| tested.contains(file));
        for fault in &faults {
            println!("❌ {fault}");
        }
        let (tested, survived) = (tested.lines().count(), survivors.len());
        println!("{tested} changes, {survived} unnoticed");
        Ok(if faults.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    fn mutate(&self) -> Result<()> {
        let mut mutants = Sh::cargo()
            .args(["mutants", "--jobs", "1", "--output", FOLDER])
            .args(["--package", "agentup-auth", "--features", "test-support"])
            .env("CARGO_TARGET_DIR", root().join(FOLDER).join("build"))
            // Nobody debugs a mutant.
            .env("CARGO_PROFILE_DEV_DEBUG", "none");
        for file in &self.files {
            mutants = mutants.args(["--file", &format!("{CRATE}/{file}")]);
        }
        // Making keys takes long and has no part in deciding.
        let tests = ["--lib", "--test", "vectors", "--test", "properties"];
        let mutants = mutants
            .arg("--")
            .args(tests)
            .args(["--", "--skip", "issue::"]);
        eprintln!("$ {mutants}");
        let status = mutants.spawn(|_| {})?.wait()?;
        match status.code() {
            // All noticed, some unnoticed, some that never ended.
            Some(0 | 2 | 3) => Ok(()),
            _ => bail!("cargo-mutants ended with {status}"),
        }
    }
}

fn is_installed() -> bool {
    let version = Sh::cargo().args(["mutants", "--version"]);
    // It is not there, or it speaks.
    version.talk("").is_ok_and(|output| {
        output.status.success() && String::from_utf8_lossy(&output.stdout).contains(CARGO_MUTANTS)
    })
}

fn report(name: &str) -> Result<String> {
    let path = root().join(FOLDER).join(format!("mutants.out/{name}.txt"));
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// A change to the code. The number of its line is no part of it: that moves with every edit.
#[derive(Clone, Debug, PartialEq)]
struct Change {
    file: String,
    line: String,
    what: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, what } = self;
        write!(f, "{file}: {what}: `{line}`")
    }
}

/// The changes of a report, `path:line:column: what` each.
fn survivors(report: &str) -> Result<Vec<Change>> {
    let change = |entry: &str| {
        let mut parts = entry.splitn(4, ':');
        let (path, number) = (parts.next()?, parts.next()?.parse::<usize>().ok()?);
        let what = parts.nth(1)?.trim();
        let text = fs::read_to_string(root().join(path)).ok()?;
        let line = text.lines().nth(number.checked_sub(1)?)?;
        Some(Change {
            file: path.strip_prefix(CRATE)?.trim_start_matches('/').to_owned(),
            line: line.trim().to_owned(),
            what: what.to_owned(),
        })
    };
    report
        .lines()
        .map(|entry| change(entry).with_context(|| format!("cannot read `{entry}`")))
        .collect()
}

/// The list of reviewed changes. Each must have a reason.
fn reviewed(text: &str) -> Result<Vec<Change>> {
    let list: Table = text.parse()?;
    let entries = list.get("unnoticed").and_then(Value::as_array);
    let change = |entry: &Value| {
        let text = |name| Some(entry.get(name)?.as_str()?.to_owned());
        text("reason").filter(|reason| !reason.is_empty())?;
        Some(Change {
            file: text("file")?,
            line: text("line")?,
            what: text("change")?,
        })
    };
    entries
        .into_iter()
        .flatten()
        .map(|entry| {
            change(entry).context("an entry has `file`, `line`, `change` and `reason`, all of text")
        })
        .collect()
}

/// Where survivors and list part. Of files that were not tested nothing is known.
fn faults(
    survivors: &[Change],
    reviewed: &[Change],
    is_tested: impl Fn(&str) -> bool,
) -> Vec<String> {
    let new = survivors
        .iter()
        .filter(|change| !reviewed.contains(change))
        .map(|change| format!("no test notices {change}"));
    let old = reviewed
        .iter()
        .filter(|change| is_tested(&change.file) && !survivors.contains(change))
        .map(|change| format!("take it off the list, it is noticed or gone: {change}"));
    new.chain(old).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"
        [[unnoticed]]
        file = "src/permit.rs"
        line = "a > b"
        change = "replace > with >="
        reason = "they are never equal"
    "#;

    fn change(line: &str) -> Change {
        Change {
            file: "src/permit.rs".to_owned(),
            line: line.to_owned(),
            what: "replace > with >=".to_owned(),
        }
    }

    #[test]
    fn the_list_and_the_survivors_must_agree() {
        let reviewed = reviewed(LIST).unwrap();
        assert_eq!(reviewed, [change("a > b")]);
        assert!(faults(&[change("a > b")], &reviewed, |_| true).is_empty());
        assert_eq!(faults(&[change("a > c")], &reviewed, |_| true).len(), 2);
        assert_eq!(faults(&[], &reviewed, |_| true).len(), 1);
        assert!(faults(&[], &reviewed, |_| false).is_empty());
    }

    #[test]
    fn every_entry_has_a_reason() {
        assert!(reviewed(&LIST.replace("they are never equal", "")).is_err());
        let committed = fs::read_to_string(root().join(REVIEWED)).unwrap();
        for change in reviewed(&committed).unwrap() {
            let text = fs::read_to_string(root().join(CRATE).join(&change.file)).unwrap();
            let is_there = text.lines().any(|line| line.trim() == change.line);
            assert!(is_there, "it is gone: {change}");
        }
    }

    #[test]
    fn a_report_is_read_with_the_lines_that_it_names() {
        let entry = "crates/agentup-auth/src/permit.rs:1:5: replace a -> bool with true";
        let found = survivors(entry).unwrap();
        assert!(found[0].line.starts_with("//! "), "{found:?}");
        assert_eq!(found[0].file, "src/permit.rs");
        assert_eq!(found[0].what, "replace a -> bool with true");
        assert!(survivors("what is this").is_err());
    }
}
