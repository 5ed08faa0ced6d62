//! The binaries under test: where they are, and how a tool is run to its end.

use std::{
    env,
    ffi::OsStr,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use agentup_env::Environment;

/// Names the folder of the binaries; `cargo xtask test` sets it to what it has just built.
const BIN_DIR: &str = "AGENTUP_BIN_DIR";

/// What a program did.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit code; none after a signal.
    pub code: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// One of our programs, with an empty environment, so that nothing of the machine counts.
///
/// # Panics
/// When it has not been built.
#[must_use]
pub fn program(name: &str) -> Command {
    let path = folder()
        .join(name)
        .with_extension(env::consts::EXE_EXTENSION);
    assert!(
        path.is_file(),
        "there is no {}: run `cargo xtask test`, which builds the binaries first",
        path.display()
    );
    let mut command = Command::new(path);
    command.env_clear();
    command
}

/// Runs one of our programs in a folder, to its end.
pub fn run<I: IntoIterator<Item: AsRef<OsStr>>>(name: &str, folder: &Path, args: I) -> Outcome {
    run_with_input(name, folder, args, "")
}

/// Runs one of our programs with this text on its standard input.
pub fn run_with_input<I: IntoIterator<Item: AsRef<OsStr>>>(
    name: &str,
    folder: &Path,
    args: I,
    input: &str,
) -> Outcome {
    let mut child = program(name)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input may be gone already.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().expect("the program ends");
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("standard output is text"),
        stderr: String::from_utf8(output.stderr).expect("standard error is text"),
    }
}

fn folder() -> PathBuf {
    let environment = Environment::load(None, &[]).expect("the environment can be read");
    if let Some(folder) = environment.get(BIN_DIR) {
        return folder.into();
    }
    // Cargo puts tests into `deps` beside the binaries.
    let test = env::current_exe().expect("a test knows its own path");
    test.ancestors()
        .nth(2)
        .expect("a test is two folders deep")
        .to_owned()
}
