//! Packages from the JavaScript registry: once for each file of versions, into a folder.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::sh::Sh;
use crate::venv::{INSTALLED, is_installed, patiently};

/// Installs what a `package-lock.json`, with its `package.json` beside it, names, unless it is
/// there.
pub(crate) fn ensure(home: &Path, lock: &Path) -> Result<()> {
    if is_installed(home, lock)? {
        return Ok(());
    }
    fs::create_dir_all(home)?;
    for name in ["package.json", "package-lock.json"] {
        let from = lock.with_file_name(name);
        fs::copy(&from, home.join(name)).with_context(|| format!("{}", from.display()))?;
    }
    let npm = Sh::new(if cfg!(windows) { "npm.cmd" } else { "npm" }).dir(home);
    patiently(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    fs::copy(lock, home.join(INSTALLED))?;
    Ok(())
}
