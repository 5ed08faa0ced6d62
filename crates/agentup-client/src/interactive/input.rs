//! Where the lines of a session come from: an editor on a terminal, otherwise standard input as it is.

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    thread,
};

use agentup_env::Environment;
use tokio::sync::mpsc;

use super::{PROMPT, editor::Editor};
use crate::console::Console;

/// Lines read ahead of the session. One is enough: answers take longer than reading.
const AHEAD: usize = 1;

pub(super) enum Input {
    Terminal(Box<Editor>),
    Script(mpsc::Receiver<String>),
}

impl Input {
    /// An editor if standard input is a terminal that can be edited on.
    pub(super) fn open(environment: &Environment) -> Self {
        if io::stdin().is_terminal()
            && let Some(editor) = Editor::open(environment)
        {
            return Self::Terminal(Box::new(editor));
        }
        Self::Script(script())
    }

    /// The next line; `None` when there is no more, or at Ctrl-C or Ctrl-D.
    pub(super) async fn next(&mut self, console: &mut Console) -> io::Result<Option<String>> {
        match self {
            Self::Terminal(editor) => Ok(editor.line(PROMPT)),
            Self::Script(lines) => {
                console.prompt(PROMPT)?;
                let line = tokio::select! {
                    line = lines.recv() => line,
                    _ = tokio::signal::ctrl_c() => None,
                };
                if line.is_none() {
                    // The prompt stays without an answer; what follows begins a line of its own.
                    console.say("")?;
                }
                Ok(line)
            }
        }
    }
}

/// Reads standard input in a thread of its own, so that Ctrl-C is heard while it waits. The thread ends
/// with its input or with the process.
fn script() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        let mut line = Vec::new();
        while stdin
            .read_until(b'\n', &mut line)
            .is_ok_and(|length| length > 0)
        {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.blocking_send(text).is_err() {
                return;
            }
            line.clear();
        }
    });
    receiver
}
