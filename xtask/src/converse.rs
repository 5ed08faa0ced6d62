//! A program that is given its input, heard line by line, and not waited for for ever.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::sh::Sh;

/// Runs a program and hands on each line of its standard output as soon as it is there. Its
/// standard error goes to this terminal. It is ended when it takes longer than `limit`.
pub(crate) fn converse(
    program: Sh,
    input: &str,
    limit: Duration,
    mut hear: impl FnMut(&str),
) -> Result<ExitStatus> {
    let shown = program.to_string();
    let begun = Instant::now();
    let mut child = program.spawn(|command| {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
    })?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends before it has read all is judged by its exit code.
        let _ = stdin.write_all(input.as_bytes());
    }
    let lines = lines_of(&mut child).context("the program has no standard output")?;
    loop {
        match lines.recv_timeout(limit.saturating_sub(begun.elapsed())) {
            Ok(line) => hear(&line),
            Err(RecvTimeoutError::Disconnected) => return Ok(child.wait()?),
            Err(RecvTimeoutError::Timeout) => {
                child.kill()?;
                child.wait()?;
                bail!("`{shown}` did not end within {} s", limit.as_secs());
            }
        }
    }
}

/// The lines of the child's output, read by a thread that ends with it.
fn lines_of(child: &mut Child) -> Option<mpsc::Receiver<String>> {
    let stdout = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    Some(receiver)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Sh {
        Sh::new("sh").args(["-c", script])
    }

    #[test]
    fn what_goes_in_and_comes_out() {
        let mut heard = Vec::new();
        let limit = Duration::from_mins(1);
        let ended = converse(shell("cat; exit 3"), "one\ntwo", limit, |line| {
            heard.push(line.to_owned());
        });
        assert_eq!(ended.unwrap().code(), Some(3));
        assert_eq!(heard, ["one", "two"]);
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let limit = Duration::from_millis(50);
        let error = converse(shell("exec sleep 600"), "", limit, |_| {}).unwrap_err();
        assert!(error.to_string().contains("did not end"), "{error}");
    }
}
