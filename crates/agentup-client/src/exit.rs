//! How a run ends: the exit codes that scripts rely on.

use std::process::ExitCode;

/// The outcome of a command. Ordered by gravity, so that the worst of several is their maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Exit {
    /// The command did what it was asked, or the agent allowed it.
    Done = 0,
    /// The agent denied the request, the task did not succeed, or the test found a surprise.
    Denied = 1,
    /// The command line cannot be carried out.
    Usage = 2,
    /// The agent did not accept the credential, or wants one (HTTP 401).
    Unauthenticated = 3,
    /// The agent cannot be reached, or does not answer as A2A has it.
    Broken = 4,
}

/// The table of `--help`.
pub(crate) const TABLE: &str = "\
Exit codes:
  0  done, allowed; `test`: every skill behaves as expected; an interactive session always
  1  denied, or the task failed; `test`: some skill does not behave as expected
  2  usage
  3  not authenticated (HTTP 401)
  4  agent unreachable, or an answer that is an error or makes no sense";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
