//! `tidy`: what is true of every file of the project and no compiler checks. The rules are data;
//! a test runs them too, so that `cargo test` and CI agree.

mod documents;
mod manifests;
mod sources;
#[cfg(test)]
mod tests;
mod text;
mod tree;

use std::fmt;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use self::tree::Tree;
use crate::sh::root;

/// Check the rules that no compiler checks
///
/// Which crate may depend on which, how files begin and end, how long they are, that links and
/// commands named in the documents exist, and the like.
#[derive(Args, Debug)]
pub(crate) struct Tidy;

pub(crate) fn run() -> Result<ExitCode> {
    Ok(if all_rules_hold()? {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Prints where a rule does not hold.
pub(crate) fn all_rules_hold() -> Result<bool> {
    let findings = check(&Tree::read(&root())?);
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => println!("✅ tidy: {} rules hold", RULES.len()),
        count => eprintln!("❌ tidy: {count} findings"),
    }
    Ok(findings.is_empty())
}

/// One rule: what must be true, and who looks for where it is not.
struct Rule {
    /// Stands behind each finding; a word to search this crate for.
    name: &'static str,
    check: fn(&Tree, &mut Report),
}

const RULES: &[Rule] = &[
    rule("manifests", manifests::readable),
    rule("edges", manifests::edges),
    rule("foreign-crates", manifests::foreign_crates),
    rule("no-signing", manifests::no_signing),
    rule("workspace-dependencies", manifests::workspace_dependencies),
    rule("workspace-lints", manifests::workspace_lints),
    rule("place-in-the-flow", sources::place_in_the_flow),
    rule("length", sources::length),
    rule("no-mod-rs", sources::no_mod_rs),
    rule("finished", sources::finished),
    rule("white-space", text::white_space),
    rule("no-machine-paths", text::no_machine_paths),
    rule("documents", documents::required),
    rule("links", documents::links),
    rule("commands", documents::commands),
];

/// A place where a rule does not hold.
#[derive(Debug)]
struct Finding {
    rule: &'static str,
    path: String,
    /// Counted from 1; none where the whole file is meant.
    line: Option<usize>,
    what: String,
}

/// Where the rules put what they find.
#[derive(Debug, Default)]
struct Report {
    rule: &'static str,
    findings: Vec<Finding>,
}

impl Report {
    fn file(&mut self, path: &str, what: impl Into<String>) {
        self.push(path, None, what.into());
    }

    /// `index` counts from 0, as `enumerate` does.
    fn line(&mut self, path: &str, index: usize, what: impl Into<String>) {
        self.push(path, Some(index.saturating_add(1)), what.into());
    }

    fn push(&mut self, path: &str, line: Option<usize>, what: String) {
        self.findings.push(Finding {
            rule: self.rule,
            path: path.to_owned(),
            line,
            what,
        });
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path)?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {} [{}]", self.what, self.rule)
    }
}

const fn rule(name: &'static str, check: fn(&Tree, &mut Report)) -> Rule {
    Rule { name, check }
}

fn check(tree: &Tree) -> Vec<Finding> {
    let mut report = Report::default();
    for rule in RULES {
        report.rule = rule.name;
        (rule.check)(tree, &mut report);
    }
    report.findings
}
