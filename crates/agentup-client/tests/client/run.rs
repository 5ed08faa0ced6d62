//! One run of the binary in an environment of its own.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// How a run is set up, and then how it went.
pub(crate) struct Run {
    command: Command,
    stdin: Vec<u8>,
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// A run with these arguments, an empty environment and nothing on standard input.
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_agentup-client"));
        command.args(arguments).env_clear();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self {
            command,
            stdin: Vec::new(),
        }
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    pub(crate) fn stdin(mut self, text: &str) -> Self {
        text.as_bytes().clone_into(&mut self.stdin);
        self
    }

    /// Runs to the end. No run may show the signature of a token.
    pub(crate) fn go(mut self) -> Outcome {
        let mut child = self.command.spawn().unwrap();
        // A run that reads nothing may have closed its input already.
        let _closed = child.stdin.take().unwrap().write_all(&self.stdin);
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let outcome = Outcome {
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!format!("{outcome:?}").contains("SIGNATURE"), "{outcome:?}");
        outcome
    }
}

impl Outcome {
    /// Asserts the exit code, and that standard error holds all of `texts`.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for text in texts {
            assert!(self.err.contains(text), "{text:?} is not in {self:?}");
        }
    }
}
