//! Each fault with its exact text. The cases are in `data/faults.txt`.

use std::fmt::Write as _;

use super::*;

pub(super) const CASES: &str = include_str!("data/faults.txt");

/// A block of the file: a name behind `===`, variables behind `env`, the configuration behind `~~~`,
/// and behind another `~~~` what is said about it, line by line, without the first line.
pub(super) struct Case<'a> {
    pub(super) name: &'a str,
    variables: Vec<(&'a str, &'a str)>,
    pub(super) yaml: &'a str,
    pub(super) says: &'a str,
}

impl<'a> Case<'a> {
    pub(super) fn parse(block: &'a str) -> Self {
        let mut parts = block.splitn(3, "~~~\n");
        let (head, yaml, says) = (
            parts.next().unwrap(),
            parts.next().unwrap(),
            parts.next().unwrap(),
        );
        let mut lines = head.lines();
        let name = lines.next().unwrap();
        let variables = lines
            .filter_map(|line| line.strip_prefix("env ")?.split_once('='))
            .collect();
        Self {
            name,
            variables,
            yaml,
            says,
        }
    }
}

#[test]
fn every_fault_is_told_with_place_and_remedy() {
    let mut wrong = Vec::new();
    for case in CASES.split("=== ").skip(1).map(Case::parse) {
        let faults = Folder::new(case.yaml).faults(&case.variables);
        let says = faults.split_once('\n').map_or("", |(_, says)| says);
        if says != case.says.trim_end() {
            wrong.push(format!(
                "=== {}\nexpected:\n{}\nsaid:\n{says}\n",
                case.name, case.says
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_report_counts_the_faults() {
    let says = Folder::new("server: { port: x }\n").faults(&[]);
    assert!(
        says.starts_with("error: 1 setting cannot be used\n  agent.yaml:1:17: server.port: "),
        "{says}"
    );
    let says = Folder::new("server: { port: x, prot: 1 }\n").faults(&[]);
    assert!(
        says.starts_with("error: 2 settings cannot be used\n  agent.yaml:1:17: server.port: "),
        "{says}"
    );
}

#[test]
fn a_file_that_is_not_there_is_a_fault() {
    let faults = load(Path::new("/nowhere/agent.yaml"), &environment(&[])).unwrap_err();
    assert_eq!(
        faults.to_string(),
        "error: 1 setting cannot be used\n  /nowhere/agent.yaml: cannot be read: No such file or directory \
         (os error 2)"
    );
}

#[test]
fn a_file_that_would_take_all_memory_is_refused() {
    let deep = format!("agent: {}{}", "[".repeat(40), "]".repeat(40));
    let mut many = "agent: { name: &a0 [x, x, x, x, x, x, x, x, x, x] }\nskills:\n".to_owned();
    for level in 1..6 {
        let aliases = format!("*a{}, ", level - 1).repeat(10);
        writeln!(many, "  - &a{level} [{aliases}]").unwrap();
    }
    for (yaml, says) in [
        (deep.as_str(), "nested more than 32 deep"),
        (&many, "more than 100000 values"),
        (
            &format!("# {}", "x".repeat(MAX_BYTES)),
            "has more than 1048576 bytes",
        ),
    ] {
        let faults = Folder::new(yaml).faults(&[]);
        assert!(faults.contains(says), "{faults}");
    }
}
