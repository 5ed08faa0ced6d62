//! Rules about every text file.

use super::Report;
use super::tree::Tree;

/// What is kept as it came: the requirement document's programs, and recorded output.
const VERBATIM: &[&str] = &["tests/document/", ".snap"];

/// Folders of somebody's own machine. In two pieces each, so that this file does not name them.
const MACHINES: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
];

/// Whose folders may stand in an example.
const NOBODY: &[&str] = &["me", "nonroot", "u", "user"];

pub(super) fn white_space(tree: &Tree, report: &mut Report) {
    let ours = |path: &str| !VERBATIM.iter().any(|one| path.contains(one));
    for (path, text) in tree.files().filter(|(path, _)| ours(path)) {
        if !text.is_empty() && !text.ends_with('\n') {
            report.file(path, "end the last line");
        }
        if text.ends_with("\n\n") {
            report.file(path, "end with one line end, not several");
        }
        for (index, line) in text.split('\n').enumerate() {
            if line.ends_with('\r') {
                report.line(path, index, "end lines with LF, not CR LF");
            } else if line.ends_with(char::is_whitespace) {
                report.line(path, index, "no white space at the end of a line");
            }
            if line.contains('\t') {
                report.line(path, index, "no tabs");
            }
        }
    }
}

pub(super) fn no_machine_paths(tree: &Tree, report: &mut Report) {
    for (path, text) in tree.files() {
        for (index, line) in text.lines().enumerate() {
            for folder in MACHINES.iter().filter(|folder| begins_path(line, folder)) {
                report.line(path, index, format!("a path of one machine: `{folder}…`"));
            }
        }
    }
}

/// Whether a path that begins with `folder` stands in `line`, rather than one that leads through
/// it, an address with it or an example.
fn begins_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(start, _)| {
        let (before, rest) = line.split_at_checked(start).unwrap_or_default();
        let leads_on = before.ends_with(|c: char| c.is_alphanumeric() || "._-}*~".contains(c));
        let next = rest.strip_prefix(folder).unwrap_or_default();
        let name = next.split(|c: char| !c.is_alphanumeric()).next();
        !leads_on && !name.is_some_and(|name| NOBODY.contains(&name))
    })
}
