//! The report as a page of the documentation.

use std::fmt::Write as _;

use super::{
    Report,
    table::{Room, findings, others, scenarios},
};

/// The page. `picture` is the name of the file with the plot, beside it.
pub(crate) fn page(report: &Report, picture: &str) -> String {
    let table = |table: Option<comfy_table::Table>| {
        table.map_or_else(
            || "Not measured in this run.".to_owned(),
            |it| it.to_string(),
        )
    };
    let machine = &report.machine;
    let mut programs = String::new();
    // Writing into a string does not fail.
    for peer in &report.peers {
        let version = peer.version.as_deref().unwrap_or_default();
        let left_out = match &peer.left_out {
            Some(reason) => format!(" Left out: {reason}."),
            None => String::new(),
        };
        let _ = writeln!(
            programs,
            "- `{}`: {} {version}.{left_out}",
            peer.name, peer.what
        );
    }
    include_str!("page.txt")
        .replace("{picture}", picture)
        .replace("{date}", &machine.date)
        .replace("{processor}", &machine.processor)
        .replace("{processors}", &machine.processors.to_string())
        .replace("{memory}", &machine.memory_gib.to_string())
        .replace("{kernel}", &machine.kernel)
        .replace("{rustc}", &machine.rustc)
        .replace("{agent}", &machine.agent)
        .replace("{programs}", programs.trim_end())
        .replace("{scenarios}", &table(scenarios(report, Room::Page)))
        .replace("{others}", &table(others(report)))
        .replace("{findings}", &table(findings(report)))
}
