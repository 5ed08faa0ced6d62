//! The list of all settings for people, made from the table of keys.

use std::fmt::Write as _;

use serde_json::Value;

use super::{
    keys::{self, Row, Takes},
    process,
};

const HEAD: &str = "\
# Settings

Made by `agentup-server schema --format markdown` from the table that the agent reads its
configuration by; do not edit it here.

A configuration is a YAML file. Each text may have variables: `${NAME}`, `${NAME:default}` or
`${NAME:-default}`; they come from the environment and from `.env`. A list with one member may be
written as that member alone. Paths that are not absolute begin in the folder of the file. Whatever
cannot be used is told with its line when the agent starts, and `agentup-server check` tells it too.

Wherever there are `x` and `x_file`, the file has what `x` would have: a mounted secret, for instance.
The line break at its end does not count. One of the two is enough, and both are a fault.
";

const TABLE: &str = "| key | takes | default | what it is |\n|---|---|---|---|\n";

/// All settings, as Markdown.
#[must_use]
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    let rows: Vec<Row> = keys::rows().collect();
    let mut sections: Vec<&str> = Vec::new();
    for row in &rows {
        let section = section(row.path);
        if !sections.contains(&section) {
            sections.push(section);
        }
    }
    for section in sections {
        let of_section = || {
            rows.iter()
                .filter(move |row| self::section(row.path) == section)
        };
        let meaning = of_section()
            .find(|row| row.path == section)
            .map(|row| row.meaning);
        // Writing to a string cannot fail.
        let _ = write!(text, "\n## {section}\n\n");
        if let Some(meaning) = meaning {
            let _ = write!(text, "`{section}`: {meaning}.\n\n");
        }
        text.push_str(TABLE);
        for row in of_section() {
            text.push_str(&line(row));
        }
        text.push_str(note(section));
    }
    text.push_str("\n## Variables that are settings by themselves\n\n");
    text.push_str("| variable | takes | default | what it is |\n|---|---|---|---|\n");
    for (name, takes, default, meaning) in process::reference() {
        let _ = writeln!(
            text,
            "| `{name}` | {} | {} | {meaning} |",
            cell(&takes),
            code(default)
        );
    }
    text
}

/// The first step of a path.
fn section(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}

fn line(row: &Row) -> String {
    let takes = match &row.takes {
        Takes::One(shape) => shape.words.clone(),
        Takes::Several(shape) => format!("a list; each: {}", shape.words),
        Takes::Mapping => "keys of its own".to_owned(),
        Takes::Mappings => "a list of mappings".to_owned(),
        Takes::Form => "a form of its own".to_owned(),
    };
    let default = match &row.default {
        Some(Value::String(text)) => code(text),
        // The only value of its kind stands for nothing.
        Some(Value::Null) | None => String::new(),
        Some(other) => code(&other.to_string()),
    };
    format!(
        "| `{}` | {} | {default} | {} |\n",
        row.path,
        cell(&takes),
        cell(row.meaning)
    )
}

/// What is said of a section besides its keys.
fn note(section: &str) -> &'static str {
    match section {
        "security" => {
            "\nAn entry of `security.bearer.issuers` has the keys of `security.bearer` that are about one\n\
             issuer, and those of `security.schemes` have the settings of their `type`, as they stand\n\
             directly in `security`.\n"
        }
        "skills" => {
            "\nA handler of type `llm` has the keys of `ai` as well. `required_scopes` is a list, of which a\n\
             caller must have all, or `all_of` or `any_of`.\n"
        }
        "scopes" => {
            "\nA list, in which each scope includes those before it, or a mapping from each scope to those\n\
             that it includes.\n"
        }
        "middleware" => {
            "\nEach entry is a name alone, or a mapping with `name` and the parameters, which may also stand in\n\
             `params` or `config`. `middleware[cached].ttl` is `ttl` in the entry with the name `cached`.\n\
             [More on middleware](middleware.md)\n"
        }
        _ => "",
    }
}

fn code(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("`{text}`")
    }
}

/// A text inside of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
