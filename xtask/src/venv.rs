//! Programs from the Python package registry: once for each file of versions, into a virtual
//! environment in the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::converse::converse;
use crate::sh::Sh;

/// For the package registry to hand over everything.
const LIMIT: Duration = Duration::from_mins(5);

/// Written last into the folder of what is installed: the versions.
pub(crate) const INSTALLED: &str = "installed";

/// Installs what the file of versions names, unless it is there. `more` goes to `pip install`.
pub(crate) fn ensure(home: &Path, file: &Path, more: &[&str]) -> Result<()> {
    let python = python_of(home);
    if is_installed(home, file)? && Sh::new(&python).arg("--version").succeeds() {
        return Ok(());
    }
    let system = if cfg!(windows) { "python" } else { "python3" };
    let venv = Sh::new(system).args(["-m", "venv", "--clear"]).arg(home);
    patiently(venv)?;
    // Wheels only: what is built from source would run code of its own to do so.
    let pip = Sh::new(python).args(["-m", "pip", "install", "--quiet"]);
    let pip = pip.args(["--disable-pip-version-check", "--no-input"]);
    let pip = pip.args(["--only-binary", ":all:"]).args(more);
    patiently(pip.arg("--requirement").arg(file))?;
    fs::copy(file, home.join(INSTALLED))?;
    Ok(())
}

/// Whether what the file of versions names has been installed into this folder.
pub(crate) fn is_installed(home: &Path, file: &Path) -> Result<bool> {
    let versions = fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
    let installed = fs::read_to_string(home.join(INSTALLED)).unwrap_or_default();
    Ok(installed == versions)
}

/// The interpreter of a virtual environment.
pub(crate) fn python_of(venv: &Path) -> PathBuf {
    if cfg!(windows) {
        venv.join("Scripts/python.exe")
    } else {
        venv.join("bin/python")
    }
}

/// Runs an installer, which may take long but not for ever.
pub(crate) fn patiently(program: Sh) -> Result<()> {
    let shown = program.to_string();
    eprintln!("$ {shown}");
    let status = converse(program, "", LIMIT, |line| eprintln!("{line}"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}
