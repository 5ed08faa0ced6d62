//! Rules about the Rust sources.

use super::Report;
use super::tree::Tree;

/// More lines than this are two files.
const LONGEST: usize = 500;

/// What marks something unfinished. In two pieces each, so that this file does not mark itself.
const UNFINISHED: &[&str] = &[
    concat!("to", "do!"),
    concat!("un", "implemented!"),
    concat!("db", "g!"),
    concat!("#[ig", "nore"),
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("XX", "X"),
];

pub(super) fn place_in_the_flow(tree: &Tree, report: &mut Report) {
    for (path, text) in tree.ending(".rs") {
        if !text.starts_with("//! ") {
            report.file(path, "begin with a `//!` line: its place in the flow");
        }
    }
}

pub(super) fn length(tree: &Tree, report: &mut Report) {
    for (path, text) in tree.ending(".rs") {
        let lines = text.lines().count();
        if lines > LONGEST && !is_test(path) {
            report.file(path, format!("{lines} lines; at most {LONGEST}"));
        }
    }
}

pub(super) fn no_mod_rs(tree: &Tree, report: &mut Report) {
    for (path, _) in tree.ending("/mod.rs") {
        report.file(path, "name it for its module: `foo.rs` beside `foo/`");
    }
}

pub(super) fn finished(tree: &Tree, report: &mut Report) {
    for (path, text) in tree.ending(".rs") {
        for (index, line) in text.lines().enumerate() {
            for marker in UNFINISHED.iter().filter(|marker| has_word(line, marker)) {
                report.line(path, index, format!("finish it: `{marker}`"));
            }
        }
    }
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.starts_with("tests/") || path.contains("/tests/")
}

/// Whether `word` stands in `line` other than as a part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let open_end = word.ends_with(part_of_word);
    line.match_indices(word).any(|(start, _)| {
        let before = line.get(..start).and_then(|text| text.chars().next_back());
        let rest = line.get(start..).and_then(|text| text.strip_prefix(word));
        let after = rest.and_then(|text| text.chars().next());
        let longer =
            before.is_some_and(part_of_word) || (open_end && after.is_some_and(part_of_word));
        !longer
    })
}
