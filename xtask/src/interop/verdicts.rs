//! What came of it: the lines of the drivers, held against the steps that are due.

use std::collections::BTreeMap;
use std::fmt;
use std::process::ExitStatus;

use anyhow::Result;
use serde_json::Value;

use super::clients::{Client, Generation, Language};

/// The steps, in the order of the table's rows, and since when there is such an operation.
const STEPS: &[(&str, Generation)] = &[
    ("card", Generation::V03),
    ("send", Generation::V03),
    ("stream", Generation::V03),
    ("get", Generation::V03),
    ("list", Generation::V10),
    ("cancel", Generation::V03),
    ("multi-turn", Generation::V03),
    ("subscribe", Generation::V03),
    ("push", Generation::V03),
    ("extended card", Generation::V03),
    ("denial", Generation::V03),
    ("not found", Generation::V03),
    ("invalid token", Generation::V03),
];

/// What one driver said, and how it ended.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) said: Said,
    pub(super) ended: Result<ExitStatus>,
}

/// The lines of a driver.
#[derive(Debug, Default)]
pub(super) struct Said {
    steps: BTreeMap<String, bool>,
    /// Lines that are no report of a step.
    strange: usize,
}

impl Said {
    /// Takes a line of the driver, `{"step", "ok", "detail"}`, and shows it.
    pub(super) fn line(&mut self, line: &str) {
        let value: Value = serde_json::from_str(line).unwrap_or_default();
        let text = |key| value.get(key).and_then(Value::as_str);
        let ok = value.get("ok").and_then(Value::as_bool);
        let (Some(step), Some(ok)) = (text("step"), ok) else {
            self.strange = self.strange.saturating_add(1);
            println!("   ❌ not a report of a step: {line}");
            return;
        };
        let verdict = if ok { "✅" } else { "❌" };
        // The details of some errors have lines that say nothing more.
        let mut detail = text("detail").unwrap_or_default().lines();
        let detail = if ok {
            detail.next().unwrap_or_default().to_owned()
        } else {
            detail.collect::<Vec<_>>().join(" ")
        };
        println!("   {verdict} {step:<14} {detail}");
        self.steps.insert(step.to_owned(), ok);
    }
}

impl Report {
    /// How many of these steps failed or are missing, and whether the run did not end well.
    pub(super) fn failed(&self, steps: &[&str]) -> usize {
        let passed = |step: &&&str| self.said.steps.get(**step) == Some(&true);
        let failed = steps.iter().filter(|step| !passed(step)).count();
        let complaint = self.complaint().inspect(|it| println!("   ❌ {it}"));
        failed.saturating_add(usize::from(complaint.is_some()))
    }

    /// What is wrong with the run as a whole, apart from its steps.
    fn complaint(&self) -> Option<String> {
        match &self.ended {
            Err(error) => Some(format!("{error:#}")),
            Ok(status) if !status.success() => Some(format!("the driver ended with {status}")),
            Ok(_) if self.said.strange > 0 => Some("the driver said what is no report".to_owned()),
            Ok(_) => None,
        }
    }
}

/// The verdicts on all clients.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    columns: Vec<(Client, Report)>,
}

/// One cell of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Passed,
    Failed,
    /// The generation has no such operation.
    NotDue,
    /// It is due, and the driver did not come to it.
    Missing,
}

impl Verdicts {
    /// Adds a column.
    pub(super) fn add(&mut self, client: &Client, report: Report) {
        if let Some(complaint) = report.complaint() {
            println!("   ❌ {complaint}");
        }
        self.columns.push((*client, report));
    }

    /// How many steps failed or are missing, and how many drivers did not end well.
    pub(super) fn failed(&self) -> usize {
        let cells = self.columns.iter().flat_map(|(client, report)| {
            let cells = STEPS.iter().map(|step| cell(client, report, *step));
            cells.filter(|cell| matches!(cell, Cell::Failed | Cell::Missing))
        });
        let complaints = self
            .columns
            .iter()
            .filter_map(|(_, report)| report.complaint());
        cells.count().saturating_add(complaints.count())
    }
}

fn cell(client: &Client, report: &Report, (step, since): (&str, Generation)) -> Cell {
    match report.said.steps.get(step) {
        Some(true) => Cell::Passed,
        Some(false) => Cell::Failed,
        None if since == Generation::V10 && client.sdk.generation == Generation::V03 => {
            Cell::NotDue
        }
        None => Cell::Missing,
    }
}

impl fmt::Display for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = |f: &mut fmt::Formatter<'_>, name: fn(&Client) -> &'static str| {
            write!(f, "{:<14}", "")?;
            for (client, _) in &self.columns {
                write!(f, " {:<10}", name(client))?;
            }
            writeln!(f)
        };
        heading(f, |client| match client.sdk.language {
            Language::Python => "Python",
            Language::JavaScript => "JavaScript",
        })?;
        heading(f, |client| match client.sdk.generation {
            Generation::V03 => "0.3",
            Generation::V10 => "1.0",
        })?;
        heading(f, |client| client.binding.unwrap_or("JSONRPC"))?;
        for &step in STEPS {
            write!(f, "{:<14}", step.0)?;
            for (client, report) in &self.columns {
                let cell = match cell(client, report, step) {
                    Cell::Passed => "✅",
                    Cell::Failed => "❌",
                    Cell::NotDue => "– ",
                    Cell::Missing => "❓",
                };
                // Each of these is two columns wide, and one character to `format!`.
                write!(f, " {cell}        ")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::clients::CLIENTS;
    use super::*;

    fn report(steps: &[(&str, bool)]) -> Report {
        let mut said = Said::default();
        for (step, ok) in steps {
            said.line(&serde_json::json!({"step": step, "ok": ok, "detail": ""}).to_string());
        }
        let ended = Ok(ExitStatus::default());
        Report { said, ended }
    }

    fn failed(client: &Client, report: Report) -> usize {
        let mut verdicts = Verdicts::default();
        verdicts.add(client, report);
        verdicts.failed()
    }

    #[test]
    fn every_step_that_is_due_must_pass() {
        let all: Vec<_> = STEPS.iter().map(|(step, _)| (*step, true)).collect();
        let without_list: Vec<_> = all
            .iter()
            .copied()
            .filter(|(step, _)| *step != "list")
            .collect();
        for client in CLIENTS {
            assert_eq!(failed(client, report(&all)), 0);
            let due = usize::from(client.sdk.generation == Generation::V10);
            assert_eq!(failed(client, report(&without_list)), due);
        }

        let mut one_wrong = all.clone();
        one_wrong[3].1 = false;
        assert_eq!(failed(&CLIENTS[0], report(&one_wrong)), 1);
    }

    #[test]
    fn a_driver_that_says_something_else_or_does_not_end_well_fails() {
        let all: Vec<_> = STEPS.iter().map(|(step, _)| (*step, true)).collect();
        let mut strange = report(&all);
        strange.said.line("Traceback");
        assert_eq!(failed(&CLIENTS[0], strange), 1);

        let mut late = report(&all);
        late.ended = Err(anyhow::anyhow!("it did not end"));
        assert_eq!(failed(&CLIENTS[0], late), 1);
    }
}
