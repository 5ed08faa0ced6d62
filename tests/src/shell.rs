//! A shell for what documents tell people to type.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::program;

/// A shell that finds our programs and the usual ones of the system, and nothing else of the machine.
///
/// # Panics
/// When our programs have not been built.
#[must_use]
pub fn shell(script: &str, folder: &Path) -> Command {
    let ours = PathBuf::from(program("jwt-generator").get_program());
    let ours = ours.parent().expect("a program is in a folder");
    let mut command = Command::new("sh");
    command
        .args(["-c", script])
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", ours.display()))
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// Runs a script to its end; the status, and all that it said.
///
/// # Panics
/// When there is no shell, or what is said is no text.
pub fn told(script: &mut Command) -> (Option<i32>, String) {
    let output = script.output().expect("a shell");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("text"))
}
