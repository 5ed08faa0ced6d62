//! The process that passes for a server of language models: `fake-model`, whose models are named
//! for what they do.

use std::{
    io::Write as _,
    process::{Child, ChildStdin, Stdio},
};

use serde_json::Value;

use crate::{Log, program};

/// How the process says where it listens.
const ANNOUNCEMENT: &str = "listening on ";

/// A running `fake-model`. It ends when this is dropped.
#[derive(Debug)]
pub struct Model {
    child: Child,
    steps: ChildStdin,
    output: Log,
    url: String,
}

impl Model {
    /// Starts it on a port that the system chooses.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start() -> Self {
        let mut child = program("fake-model")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the model starts");
        let output = Log::follow(child.stdout.take().expect("a pipe"));
        let steps = child.stdin.take().expect("a pipe");
        let url = output.find_line(ANNOUNCEMENT).expect("an address");
        Self {
            child,
            steps,
            output,
            url,
        }
    }

    /// Its address, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Lets the model `steps` say its next word.
    ///
    /// # Panics
    /// When it has ended.
    pub fn step(&mut self) {
        self.steps.write_all(b"\n").expect("the model lives");
    }

    /// What it has printed.
    #[must_use]
    pub const fn output(&self) -> &Log {
        &self.output
    }

    /// All requests so far, and at least so many: the line, the body, and some headers.
    ///
    /// # Panics
    /// When there are fewer.
    #[must_use]
    pub fn seen(&self, least: usize) -> Vec<Value> {
        let text = self.output.wait_for_times("\n{", least);
        let lines = text.lines().filter(|line| line.starts_with('{'));
        lines
            .map(|line| serde_json::from_str(line).expect("a request"))
            .collect()
    }

    /// Ends it, as a crash does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.kill();
    }
}
