//! `bench auth`: what verifying a token costs, beside the bare primitive and `jsonwebtoken`.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::thread;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::sh::Sh;

/// Measure what verifying a token costs
///
/// For every algorithm, size and kind of refusal, on one core where `taskset` can choose one.
/// `primitive` is the signature alone, with a key that is parsed already; `cold` is our verifier
/// without a cache, `new` with one that does not know the token, `cached` with one that does;
/// `decode` is that of jsonwebtoken. All take turns, so that their ratios hold on a busy machine.
#[derive(Args, Debug)]
pub(crate) struct Auth {
    /// Fail when a budget is missed by more than a tenth
    #[arg(long)]
    check: bool,

    /// How to print what was measured
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Build in less time, for work on the verifier; what is shipped is a little faster
    #[arg(long)]
    fast: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

impl Auth {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let report = self.measure()?;
        match self.format {
            Format::Text => print!("{}", text(&report)),
            Format::Json => println!("{report:#}"),
        }
        let verdicts: Vec<_> = BUDGETS.iter().map(|budget| budget.judge(&report)).collect();
        for verdict in &verdicts {
            eprintln!("{}", verdict.line);
        }
        let is_missed = verdicts.iter().any(|verdict| verdict.is_missed);
        Ok(if self.check && is_missed {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }

    /// Builds first, with all cores, and then runs on one.
    fn measure(&self) -> Result<Value> {
        self.cargo(Sh::cargo()).arg("--no-run").run()?;
        let one_core = Sh::new("taskset").arg("--version").succeeds();
        let cargo = if one_core {
            let last = thread::available_parallelism()?.get().saturating_sub(1);
            let core = last.to_string();
            Sh::new("taskset").args(["--cpu-list", &core, "cargo"])
        } else {
            eprintln!("without `taskset` it may move between cores, and the numbers with it");
            Sh::cargo()
        };
        let printed = self.cargo(cargo).read()?;
        serde_json::from_str(&printed).context("the measurement printed no report")
    }

    fn cargo(&self, cargo: Sh) -> Sh {
        let profile = if self.fast { "fast" } else { "release" };
        cargo
            .args(["bench", "--quiet", "--package", "agentup-auth"])
            .args(["--features", "test-support", "--bench", "verify"])
            .args(["--profile", profile])
    }
}

/// The parts of a report, with what the first column of each is.
const PARTS: [(&str, &str); 3] = [
    ("algorithms", "µs by algorithm"),
    ("sizes", "µs by size"),
    ("refusals", "µs to refuse"),
];

const TIMES: [&str; 5] = ["primitive", "cold", "new", "cached", "decode"];
const RATIOS: [&str; 3] = ["cold/primitive", "decode/cold", "decode/cached"];

/// The report as tables: microseconds, then ratios.
fn text(report: &Value) -> String {
    let mut text = String::new();
    for (part, title) in PARTS {
        let _ = write!(text, "{title:16}{:>6}", "bytes");
        for name in TIMES {
            let _ = write!(text, "{name:>11}");
        }
        for name in RATIOS {
            let _ = write!(text, "  {name}");
        }
        text.push('\n');
        for row in rows(report, part) {
            let name = row.get("name").and_then(Value::as_str).unwrap_or_default();
            let bytes = number(row, "token_bytes", "").unwrap_or_default();
            let _ = write!(text, "{name:16}{bytes:>6}");
            for name in TIMES {
                let time = number(row, "nanoseconds", name).map(|time| time / 1000.0);
                let _ = write!(text, "{:>11}", shown(time, 3));
            }
            for name in RATIOS {
                let (ratio, width) = (number(row, "ratios", name), name.len());
                let _ = write!(text, "  {:>width$}", shown(ratio, 2));
            }
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

fn shown(number: Option<f64>, digits: usize) -> String {
    number.map_or_else(|| "–".to_owned(), |number| format!("{number:.digits$}"))
}

fn rows<'a>(report: &'a Value, part: &str) -> &'a [Value] {
    let rows = report.get(part).and_then(Value::as_array);
    rows.map(Vec::as_slice).unwrap_or_default()
}

/// A number of a row, or one of a group of numbers.
fn number(row: &Value, group: &str, name: &str) -> Option<f64> {
    let value = row.get(group)?;
    value.get(name).unwrap_or(value).as_f64()
}

/// What verifying may cost.
struct Budget {
    what: &'static str,
    measured: fn(&Value) -> Option<f64>,
    limit: Limit,
}

enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

use Limit::{AtLeast, AtMost};

const BUDGETS: [Budget; 4] = [
    Budget {
        what: "HS256: times as fast as jsonwebtoken's decode",
        measured: |report| ratio(report, "HS256", "decode/cold"),
        limit: AtLeast(2.0),
    },
    Budget {
        what: "RS256: times the bare primitive",
        measured: |report| ratio(report, "RS256", "cold/primitive"),
        limit: AtMost(1.15),
    },
    Budget {
        what: "ES256: times the bare primitive",
        measured: |report| ratio(report, "ES256", "cold/primitive"),
        limit: AtMost(1.15),
    },
    Budget {
        what: "HS256: µs for each further kB of token",
        measured: microseconds_per_kilobyte,
        limit: AtMost(1.1),
    },
];

fn ratio(report: &Value, algorithm: &str, of: &str) -> Option<f64> {
    let mut rows = rows(report, "algorithms").iter();
    let row = rows.find(|row| row.get("name").and_then(Value::as_str) == Some(algorithm))?;
    number(row, "ratios", of)
}

fn microseconds_per_kilobyte(report: &Value) -> Option<f64> {
    let [small, .., large] = rows(report, "sizes") else {
        return None;
    };
    let between =
        |group: &str, name: &str| Some(number(large, group, name)? - number(small, group, name)?);
    // Nanoseconds for a byte are microseconds for a kilobyte.
    Some(between("nanoseconds", "cold")? / between("token_bytes", "")?)
}

/// How a budget was kept.
struct Verdict {
    line: String,
    is_missed: bool,
}

/// What is beyond a budget by no more than this may be the machine's doing.
const TOLERANCE: f64 = 1.1;

impl Budget {
    /// What was not measured is missed.
    fn judge(&self, report: &Value) -> Verdict {
        let measured = (self.measured)(report);
        let (sign, limit, beyond) = match self.limit {
            AtLeast(limit) => ("≥", limit, measured.map(|measured| limit / measured)),
            AtMost(limit) => ("≤", limit, measured.map(|measured| measured / limit)),
        };
        let beyond = beyond.unwrap_or(f64::INFINITY);
        let is_missed = beyond > TOLERANCE;
        let mark = match (is_missed, beyond > 1.0) {
            (true, _) => "❌",
            (false, true) => "⚠️",
            (false, false) => "✅",
        };
        let (what, measured) = (self.what, shown(measured, 2));
        let line = format!("{mark} {what}: {measured} (budget {sign} {limit})");
        Verdict { line, is_missed }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{BUDGETS, text};

    fn report(ratio: f64) -> serde_json::Value {
        let size = |bytes: u32, cold: f64| json!({ "name": "HS256", "token_bytes": bytes, "nanoseconds": { "cold": cold } });
        let row = |name: &str| {
            json!({
                "name": name, "token_bytes": 300, "nanoseconds": { "cold": 900.0, "decode": 1800.0 },
                "ratios": { "decode/cold": 2.0 / ratio, "cold/primitive": 1.15 * ratio },
            })
        };
        json!({
            "algorithms": [row("HS256"), row("RS256"), row("ES256")],
            "sizes": [size(300, 900.0), size(2_000, 0.0), size(8_300, 900.0 + 8_800.0 * ratio)],
            "refusals": [],
        })
    }

    #[test]
    fn budgets_are_missed_by_more_than_a_tenth() {
        for (ratio, mark) in [(0.9, "✅"), (1.05, "⚠️"), (1.11, "❌")] {
            for budget in &BUDGETS {
                let verdict = budget.judge(&report(ratio));
                assert!(verdict.line.starts_with(mark), "{ratio}: {}", verdict.line);
                assert_eq!(verdict.is_missed, mark == "❌", "{ratio}: {}", verdict.line);
            }
        }
    }

    #[test]
    fn what_was_not_measured_is_missed() {
        for budget in &BUDGETS {
            assert!(budget.judge(&json!({})).is_missed);
        }
    }

    #[test]
    fn tables_show_what_there_is() {
        let table = text(&report(1.0));
        let line = table.lines().find(|line| line.starts_with("RS256"));
        let words: Vec<_> = line.expect("a row").split_whitespace().collect();
        assert_eq!(
            words,
            [
                "RS256", "300", "–", "0.900", "–", "–", "1.800", "1.15", "2.00", "–"
            ]
        );
    }
}
