//! What a tool says when it cannot go on: in full, and without repeating what may be a secret.

use std::error::Error as StdError;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// What is shown in place of an argument.
const HIDDEN: &str = "(not shown, it may be a secret)";

/// Takes out of a usage error the argument that nobody asked for, unless it can only be a flag.
///
/// A secret with a space in it, unquoted, or one in the wrong place would otherwise be repeated on
/// standard error, and so end in a build log. The text of a key begins with dashes, too.
#[must_use]
pub fn without_values(mut error: Error) -> Error {
    let is_flag = matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(text)) if is_flag(text));
    if error.kind() == ErrorKind::UnknownArgument && !is_flag {
        error.insert(
            ContextKind::InvalidArg,
            ContextValue::String(HIDDEN.to_owned()),
        );
        // The tip repeats the argument: "to pass 'x' as a value, use '-- x'".
        error.remove(ContextKind::Suggested);
    }
    // What a tool with commands takes a stray argument for.
    if error.get(ContextKind::InvalidSubcommand).is_some() {
        error.insert(
            ContextKind::InvalidSubcommand,
            ContextValue::String(HIDDEN.to_owned()),
        );
        error.remove(ContextKind::Suggested);
    }
    error
}

fn is_flag(text: &str) -> bool {
    text.strip_prefix("--").is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    })
}

/// An error and what caused it, on one line.
#[must_use]
pub fn with_causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Command;

    use super::*;
    use crate::cli::input;

    #[test]
    fn causes_follow_the_error() {
        let error = input::read_bytes(Path::new("/nowhere/at/all")).unwrap_err();
        assert_eq!(
            with_causes(&error),
            "cannot read file /nowhere/at/all: No such file or directory (os error 2)"
        );
    }

    #[test]
    fn a_stray_argument_is_not_repeated() {
        for (arguments, repeated) in [
            (["tool", "hunter2"], false),
            (["tool", "-hunter2"], false),
            (["tool", "-----BEGIN PRIVATE KEY-----\nhunter2"], false),
            (["tool", "--flga"], true),
            (["tool", "--flga=hunter2"], true),
        ] {
            let error = Command::new("tool")
                .arg(clap::Arg::new("flag").long("flag"))
                .try_get_matches_from(arguments)
                .unwrap_err();
            let shown = without_values(error).to_string();
            assert!(!shown.contains("hunter2"), "{shown}");
            assert_eq!(shown.contains("--flga"), repeated, "{shown}");
        }
        for arguments in [
            &["tool", "hunter2"][..],
            &["tool", "makes"],
            &["tool", "make", "hunter2"],
            &["tool", "--flag", "x", "hunter2"],
        ] {
            let error = Command::new("tool")
                .arg(clap::Arg::new("flag").long("flag"))
                .subcommand(Command::new("make"))
                .args_conflicts_with_subcommands(true)
                .try_get_matches_from(arguments)
                .unwrap_err();
            let shown = without_values(error).to_string();
            assert!(
                !shown.contains("hunter2") && !shown.contains("makes"),
                "{shown}"
            );
        }
    }
}
