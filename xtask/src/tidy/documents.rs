//! Rules about the documents: those that must be there, and that what they point at exists.

use super::Report;
use super::tree::Tree;

const REQUIRED: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
];

const COMMAND: &str = "cargo xtask ";

pub(super) fn required(tree: &Tree, report: &mut Report) {
    for document in REQUIRED {
        if tree.text(document).is_none() {
            report.file(document, "this document is missing");
        }
    }
}

pub(super) fn links(tree: &Tree, report: &mut Report) {
    for (path, text) in tree.ending(".md") {
        for (index, line) in prose(text) {
            for target in targets(line) {
                let file = target.split(['#', '?']).next().unwrap_or_default();
                if file.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                match resolve(path, file) {
                    Some(file) if tree.contains(&file) => {}
                    _ => report.line(path, index, format!("leads nowhere: `{target}`")),
                }
            }
        }
    }
}

pub(super) fn commands(tree: &Tree, report: &mut Report) {
    let known = crate::command_names();
    for (path, text) in tree.ending(".md") {
        for (index, line) in text.lines().enumerate() {
            for (_, rest) in line
                .match_indices(COMMAND)
                .filter_map(|(at, _)| line.split_at_checked(at))
            {
                let rest = rest.strip_prefix(COMMAND).unwrap_or_default();
                let name: String = rest
                    .chars()
                    .take_while(|c| c.is_ascii_lowercase() || *c == '-')
                    .collect();
                // Upper case, an option or a dot stands for any command.
                let names_one = name.starts_with(|c: char| c.is_ascii_lowercase());
                if names_one && name != "help" && !known.contains(&name) {
                    report.line(path, index, format!("no such command: `{COMMAND}{name}`"));
                }
            }
        }
    }
}

/// The lines outside of fenced blocks, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// What the links of a line lead to: `[text](target)` and `[name]: target`.
fn targets(line: &str) -> Vec<&str> {
    let inline = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next());
    let reference = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .map(|(_, target)| target.trim());
    inline.chain(reference).collect()
}

/// A target as a path from the root of the repository; none if it leads out of it.
fn resolve(document: &str, target: &str) -> Option<String> {
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let from = if target.starts_with('/') { "" } else { folder };
    let mut path: Vec<&str> = Vec::new();
    for step in from.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => {
                path.pop()?;
            }
            step => path.push(step),
        }
    }
    Some(path.join("/"))
}
