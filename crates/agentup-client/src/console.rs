//! Where everything is printed, and where all of it is made harmless first.
//!
//! Names, answers and error texts come from a server that may be hostile. They are escaped here, on
//! the way out, so that no caller can forget to.

use std::{
    fmt::Display,
    io::{self, Write},
};

use agentup_env::cli::terminal::{safe_json, safe_text};
use anstream::AutoStream;
use owo_colors::OwoColorize as _;
use serde_json::Value;

/// Standard output for results, standard error for everything about them.
pub(crate) struct Console {
    out: AutoStream<io::Stdout>,
    err: AutoStream<io::Stderr>,
}

impl Console {
    pub(crate) fn new() -> Self {
        Self {
            out: anstream::stdout(),
            err: anstream::stderr(),
        }
    }

    /// Prints a result. Line breaks stay; whatever else could steer a terminal is written out.
    pub(crate) fn say(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.out, "{}", harmless(&text.to_string()))
    }

    /// Prints a prompt and leaves the cursor behind it.
    pub(crate) fn prompt(&mut self, text: &str) -> io::Result<()> {
        write!(self.out, "{text}")?;
        self.out.flush()
    }

    /// Prints JSON, with its own escapes for what could steer a terminal.
    pub(crate) fn json(&mut self, value: &Value) -> io::Result<()> {
        writeln!(self.out, "{}", safe_json(&format!("{value:#}")))
    }

    /// Prints something worth knowing that is not part of the result.
    pub(crate) fn note(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.err, "{}", harmless(&text.to_string()).dimmed())
    }

    /// Prints why a command could not be carried out.
    pub(crate) fn error(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(
            self.err,
            "{} {}",
            "error:".bold().red(),
            harmless(&text.to_string())
        )
    }
}

/// A text of one line: for names and codes, where a line break could forge a line of our own.
pub(crate) fn one_line(text: &str) -> String {
    const MOST: usize = 200;
    let mut shown: String = text.chars().take(MOST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    safe_text(&shown).into_owned()
}

/// Keeps line breaks and the distance of tabs; everything else invisible is written out.
fn harmless(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', "    ");
    let lines: Vec<_> = text.split('\n').map(safe_text).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_keeps_its_shape_and_loses_its_teeth() {
        assert_eq!(harmless("a\r\n\tb ⚙️ 👤"), "a\n    b ⚙️ 👤");
        assert_eq!(harmless("\x1b[2J\x07x\u{9b}"), r"\u{1b}[2J\u{7}x\u{9b}");
        assert_eq!(harmless("safe\roverwritten"), r"safe\u{d}overwritten");
        assert_eq!(harmless("\u{202e}nimda"), r"\u{202e}nimda");
    }

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(
            one_line("Agent\n✅ All tests passed"),
            r"Agent\u{a}✅ All tests passed"
        );
        assert_eq!(one_line(&"é".repeat(201)).chars().count(), 201);
        assert_eq!(one_line(&"é".repeat(200)), "é".repeat(200));
    }
}
