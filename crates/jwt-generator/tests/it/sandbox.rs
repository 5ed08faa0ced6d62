//! A folder of its own and an empty environment to run a tool in, so that nothing of the machine counts.

use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// Where a tool runs: a temporary working folder, and variables that a test sets.
pub(crate) struct Sandbox {
    program: &'static str,
    pub(crate) folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// What a tool did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    pub(crate) fn new(program: &'static str) -> Self {
        Self {
            program,
            folder: TempDir::new().unwrap(),
            variables: Vec::new(),
        }
    }

    /// Sets a variable of the environment.
    pub(crate) fn set(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Writes a file into the working folder.
    pub(crate) fn file(self, name: &str, contents: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.path().join(name), contents).unwrap();
        self
    }

    pub(crate) fn run<I: IntoIterator<Item: AsRef<OsStr>>>(&self, arguments: I) -> Outcome {
        self.run_with(arguments, b"")
    }

    /// Runs the tool with that on its standard input.
    pub(crate) fn run_with<I: IntoIterator<Item: AsRef<OsStr>>>(
        &self,
        arguments: I,
        input: &[u8],
    ) -> Outcome {
        let mut child = Command::new(self.program)
            .args(arguments)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A tool that does not read its input may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        Outcome {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
