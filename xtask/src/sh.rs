//! How the runner starts programs: shown before they run, in the workspace root, and loud when
//! they fail.

use std::ffi::OsStr;
use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use anyhow::{Context as _, Result, bail};

/// Names that would win over a `.env` file in the programs under test, so that what somebody has
/// exported in his shell cannot change the outcome of a check.
const FOREIGN: &[&str] = &[
    "DEBUG",
    "JWT_ALGORITHM",
    "JWT_AUDIENCE",
    "JWT_ISSUER",
    "JWT_SECRET",
    "JWT_SECRET_FILE",
    "LOG_LEVEL",
    "OLLAMA_BASE_URL",
    "RELOAD",
];

/// The folder of the workspace, to which all paths here are relative.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// A program about to be run.
pub(crate) struct Sh(Command);

impl Sh {
    /// The program, started in the workspace root unless [`Sh::dir`] says otherwise.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(root());
        Self(command)
    }

    pub(crate) fn cargo() -> Self {
        Self::new("cargo")
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    pub(crate) fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.0.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Without the variables that would override a `.env` file.
    pub(crate) fn unconfigured(mut self) -> Self {
        for name in FOREIGN {
            self.0.env_remove(name);
        }
        self
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.0.current_dir(dir);
        self
    }

    /// Puts a folder in front of `PATH`.
    pub(crate) fn path_first(self, folder: &Path) -> Result<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the search path of a child is the parent's with one folder more"
        )]
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
        let joined = std::env::join_paths(folders).context("cannot extend PATH")?;
        Ok(self.env("PATH", joined))
    }

    /// Shows the command, runs it on this terminal and fails unless it succeeds.
    pub(crate) fn run(mut self) -> Result<()> {
        eprintln!("$ {self}");
        let status = self.0.status().with_context(|| self.cannot_start())?;
        self.demand(status)
    }

    /// Runs the command on this terminal and fails unless it succeeds, without showing what may be
    /// long or secret: itself.
    pub(crate) fn run_unseen(mut self) -> Result<()> {
        let status = self.0.stdin(Stdio::null()).status();
        let status = status.with_context(|| self.cannot_start())?;
        if !status.success() {
            bail!("{}: {status}", self.0.get_program().to_string_lossy());
        }
        Ok(())
    }

    /// What the command wrote to standard output; its standard error goes to this terminal.
    pub(crate) fn read(mut self) -> Result<String> {
        self.0.stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = self.0.output().with_context(|| self.cannot_start())?;
        self.demand(output.status)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Everything the command wrote and how it ended, after reading `input`.
    pub(crate) fn talk(mut self, input: &str) -> Result<Output> {
        self.0
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.0.spawn().with_context(|| self.cannot_start())?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that ends before it has read all is judged by its exit code.
            let _ = stdin.write_all(input.as_bytes());
        }
        Ok(child.wait_with_output()?)
    }

    /// Whether the program is there and succeeds; nothing is shown.
    pub(crate) fn succeeds(mut self) -> bool {
        self.0
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// Starts the program with the given streams, to be waited for by the caller.
    pub(crate) fn spawn(mut self, prepare: impl FnOnce(&mut Command)) -> Result<Child> {
        prepare(&mut self.0);
        self.0.spawn().with_context(|| self.cannot_start())
    }

    fn cannot_start(&self) -> String {
        format!("cannot start `{}`", self.0.get_program().to_string_lossy())
    }

    fn demand(&self, status: ExitStatus) -> Result<()> {
        if !status.success() {
            bail!("`{self}` ended with {status}");
        }
        Ok(())
    }
}

impl fmt::Display for Sh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = Path::new(self.0.get_program());
        let name = program.file_name().unwrap_or(program.as_os_str());
        write!(f, "{}", name.to_string_lossy())?;
        for arg in self.0.get_args() {
            let arg = arg.to_string_lossy();
            if arg.is_empty() || arg.contains(char::is_whitespace) {
                write!(f, " '{arg}'")?;
            } else {
                write!(f, " {arg}")?;
            }
        }
        Ok(())
    }
}
