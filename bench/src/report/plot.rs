//! The report as a picture: bars, in SVG.

use std::fmt::Write as _;

use super::{Report, verdict::Verdict};
use crate::contest::{AGENT, FLOOR};

/// Widths in pixels: of the whole, of the names on the left, of the numbers on the right.
const WIDTH: f64 = 860.0;
const NAMES: f64 = 330.0;
const NUMBERS: f64 = 90.0;
const BARS: f64 = WIDTH - NAMES - NUMBERS;

const ROW: f64 = 24.0;
const BAR: f64 = 15.0;
/// Above the first row of a chart.
const HEAD: f64 = 64.0;

/// The scenario in which the contestants are compared.
const COMPARED: &str = "hs256";

/// A bar and its name.
struct Row {
    name: String,
    value: f64,
    /// The most that it may be.
    budget: Option<f64>,
    class: &'static str,
}

/// Bars that share a scale, which grows in multiples: from the floor to hundreds of it.
struct Chart {
    title: &'static str,
    subtitle: &'static str,
    rows: Vec<Row>,
}

/// The picture.
pub(crate) fn plot(report: &Report) -> String {
    let charts = [contestants(report), scenarios(report)];
    let mut body = String::new();
    let mut top = 0.0;
    for chart in charts.iter().filter(|chart| !chart.rows.is_empty()) {
        chart.draw(top, &mut body);
        top += chart.height();
    }
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12">
<style>
.ground {{ fill: #ffffff }} text {{ fill: #24292f }} .soft {{ fill: #57606a }}
.title {{ font-size: 16px; font-weight: 600 }} .grid {{ stroke: #d8dee4 }}
.ours {{ fill: #0969da }} .theirs {{ fill: #8c959f }} .floor {{ fill: #c6cdd5 }}
.missed {{ fill: #cf222e }} .budget {{ stroke: #bc4c00; stroke-width: 2 }}
</style>
<rect class="ground" width="100%" height="100%"/>
{body}</svg>
"#
    )
}

/// Everybody in one scenario.
fn contestants(report: &Report) -> Chart {
    let measured = report.scenarios.iter().find(|it| it.name == COMPARED);
    let rows = measured.into_iter().flat_map(|measured| {
        let mut rows: Vec<_> = measured
            .figures
            .iter()
            .filter_map(|it| {
                Some(Row {
                    name: report.title(&it.name),
                    value: measured.times(&it.name)?,
                    budget: None,
                    class: match it.name.as_str() {
                        AGENT => "ours",
                        FLOOR => "floor",
                        _ => "theirs",
                    },
                })
            })
            .collect();
        rows.sort_by(|one, other| one.value.total_cmp(&other.value));
        rows
    });
    Chart {
        title: "Processor time for each request, by server",
        subtitle: "HS256 tokens in rotation, as a multiple of a bare axum server; each line is twice the one before",
        rows: rows.collect(),
    }
}

/// The agent in every scenario.
fn scenarios(report: &Report) -> Chart {
    let rows = report.scenarios.iter().filter_map(|measured| {
        let is_missed = Verdict::of_scenario(measured).is_some_and(|it| it.is_missed());
        Some(Row {
            name: measured.what.clone(),
            value: measured.ratio()?,
            budget: measured.budget,
            class: if is_missed { "missed" } else { "ours" },
        })
    });
    Chart {
        title: "Processor time for each request, by scenario",
        subtitle: "agentup, as a multiple of a bare axum server with an answer of the same size; the mark is the budget",
        rows: rows.collect(),
    }
}

impl Report {
    /// What a contestant is called where there is room for it.
    fn title(&self, name: &str) -> String {
        let peer = self.peers.iter().find(|peer| peer.name == name);
        match (name, peer) {
            (FLOOR, _) => "bare axum, which checks nothing".to_owned(),
            (AGENT, _) => "agentup".to_owned(),
            (_, Some(peer)) => peer.what.clone(),
            _ => "axum with jsonwebtoken and serde".to_owned(),
        }
    }
}

impl Chart {
    fn height(&self) -> f64 {
        let rows = self.rows.iter().map(|_| ROW);
        HEAD + rows.sum::<f64>() + 2.0 * ROW
    }

    /// The largest value that must find room.
    fn most(&self) -> f64 {
        let values = self
            .rows
            .iter()
            .map(|row| row.value.max(row.budget.unwrap_or_default()));
        values.fold(1.0, f64::max)
    }

    fn draw(&self, top: f64, out: &mut String) {
        let most = self.most();
        let bottom = top + self.height() - 1.5 * ROW;
        let at = |value: f64| {
            // Half of the floor is where bars begin, so that the floor has one.
            NAMES + BARS * (value.max(0.5) * 2.0).log2() / (most * 2.0).log2()
        };
        // Writing into a string does not fail.
        let _ = writeln!(
            out,
            r#"<text class="title" x="16" y="{:.0}">{}</text><text class="soft" x="16" y="{:.0}">{}</text>"#,
            top + 26.0,
            escaped(self.title),
            top + 46.0,
            escaped(self.subtitle),
        );
        for line in std::iter::successors(Some(1.0), |line| Some(line * 2.0))
            .take_while(|line| *line <= most)
        {
            let _ = writeln!(
                out,
                r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="{:.1}" y2="{bottom:.1}"/><text class="soft" x="{x:.1}" y="{:.1}" text-anchor="middle">{line} ×</text>"#,
                top + HEAD - 6.0,
                bottom + 14.0,
                x = at(line),
            );
        }
        let mut y = top + HEAD;
        for row in &self.rows {
            let (middle, end) = (y + BAR - 3.5, at(row.value));
            let _ = writeln!(
                out,
                r#"<text x="{:.1}" y="{middle:.1}" text-anchor="end">{}</text><rect class="{}" x="{NAMES}" y="{y:.1}" width="{:.1}" height="{BAR}" rx="2"/>"#,
                NAMES - 8.0,
                escaped(&row.name),
                row.class,
                (end - NAMES).max(1.0),
            );
            let budget = row.budget.map(at);
            if let Some(x) = budget {
                let _ = writeln!(
                    out,
                    r#"<line class="budget" x1="{x:.1}" x2="{x:.1}" y1="{:.1}" y2="{:.1}"/>"#,
                    y - 2.0,
                    y + BAR + 2.0,
                );
            }
            let right = budget.map_or(end, |budget| budget.max(end));
            let _ = writeln!(
                out,
                r#"<text x="{:.1}" y="{middle:.1}">{:.2} ×</text>"#,
                right + 6.0,
                row.value,
            );
            y += ROW;
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
