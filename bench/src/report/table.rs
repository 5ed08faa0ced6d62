//! The report as tables, for a terminal and for a page.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, Table, presets};

use super::{Measured, Report, verdict::Verdict};
use crate::{
    contest::{AGENT, FLOOR},
    figures::{Figures, number},
};

/// How much there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Terminal,
    Page,
}

/// The whole report, for a terminal.
pub(crate) fn text(report: &Report) -> String {
    let mut text = String::new();
    let tables = [
        (
            "The agent beside a bare server",
            scenarios(report, Room::Terminal),
        ),
        ("Others beside the agent", others(report)),
        ("Findings", findings(report)),
    ];
    // Writing into a string does not fail.
    for (title, table) in tables {
        if let Some(table) = table {
            let _ = writeln!(text, "\n{title}\n{table}");
        }
    }
    for peer in &report.peers {
        if let Some(reason) = &peer.left_out {
            let _ = writeln!(text, "left out: {}: {reason}", peer.what);
        }
    }
    for failed in &report.failed {
        let _ = writeln!(text, "not measured: {failed}");
    }
    text
}

/// A row for each scenario.
pub(super) fn scenarios(report: &Report, room: Room) -> Option<Table> {
    let mut header = vec![
        "scenario", "× floor", "at most", "", "µs", "per s", "p99 µs",
    ];
    if room == Room::Page {
        header.extend(["p99.9 µs", "p50 µs", "floor µs"]);
    }
    let mut table = table(&header);
    for measured in &report.scenarios {
        let (agent, floor) = (measured.of(AGENT)?, measured.of(FLOOR)?);
        let verdict = Verdict::of_scenario(measured);
        let mut row = vec![
            Cell::new(&measured.what),
            right(shown(measured.ratio(), 2)),
            right(shown(measured.budget, 2)),
            Cell::new(verdict.map_or("", |it| it.mark())),
        ];
        let it = &agent.median;
        row.extend([(it.cost, 1), (it.rate, 0), (it.p99, 0)].map(figure));
        if room == Room::Page {
            let further = [(it.p999, 0), (it.p50, 0), (floor.median.cost, 1)];
            row.extend(further.map(figure));
        }
        table.add_row(row);
    }
    (!report.scenarios.is_empty()).then_some(table)
}

/// A row for each contestant, a column for each scenario in which others were measured.
pub(super) fn others(report: &Report) -> Option<Table> {
    let all = report.scenarios.iter();
    let compared: Vec<&Measured> = all.filter(|it| it.has_others()).collect();
    let names = &compared.first()?.figures;
    let header = compared.iter().map(|it| it.name.as_str());
    let header: Vec<_> = ["µs (× floor)"].into_iter().chain(header).collect();
    let mut table = table(&header);
    let mut row = |title: String, cell: &dyn Fn(&Measured) -> String| {
        let cells = compared.iter().map(|it| right(cell(it)));
        table.add_row([Cell::new(title)].into_iter().chain(cells));
    };
    for one in names {
        row(one.name.clone(), &|measured| {
            let cost = measured.of(&one.name).map(|it| it.median.cost);
            let times = measured.times(&one.name);
            format!("{} ({})", shown(cost, 1), shown(times, 2))
        });
    }
    for one in names {
        row(format!("{}: p99 µs", one.name), &|measured| {
            shown(measured.of(&one.name).map(|it| it.median.p99), 0)
        });
    }
    for one in names {
        row(format!("{}: MiB", one.name), &|measured| {
            shown(measured.of(&one.name).map(mebibytes), 1)
        });
    }
    Some(table)
}

/// A row for each finding.
pub(super) fn findings(report: &Report) -> Option<Table> {
    let mut table = table(&["finding", "", "unit", "at most", ""]);
    for finding in &report.findings {
        let verdict = Verdict::of_finding(finding);
        table.add_row([
            Cell::new(&finding.what),
            right(format!("{:.2}", finding.value)),
            Cell::new(&finding.unit),
            right(finding.budget.map_or_else(String::new, |it| it.to_string())),
            Cell::new(verdict.map_or("", |it| it.mark())),
        ]);
    }
    (!report.findings.is_empty()).then_some(table)
}

/// In the form of Markdown, which can be read on a terminal too.
fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(header);
    table
}

fn figure((value, digits): (f64, usize)) -> Cell {
    right(format!("{value:.digits$}"))
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn shown(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.digits$}"))
}

fn mebibytes(figures: &Figures) -> f64 {
    number(figures.memory) / 1024.0 / 1024.0
}
