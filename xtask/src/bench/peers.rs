//! The programs of others that the agent is measured beside.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::sh::{Sh, root};
use crate::{npm, venv};

/// Where versions, configurations and programs lie in the repository.
const SOURCES: &str = "bench/peers";

/// What Debian has: `HAProxy`, nginx, and what nginx needs to check tokens in Lua.
const DEBIAN: &[&str] = &[
    "haproxy",
    "nginx-light",
    "libnginx-mod-http-lua",
    "lua-cjson",
    "lua-luaossl",
];

/// Installs what a file of versions names into a folder.
type Installer = fn(&Path, &Path) -> Result<()>;

/// What the registries of languages have: the file of versions, the folder, and who installs it.
const REGISTRIES: &[(&str, &str, Installer)] = &[
    ("python.txt", "python", |home, file| {
        venv::ensure(home, file, &[])
    }),
    ("fastify/package-lock.json", "fastify", npm::ensure),
];

/// Installs what is missing, or says how to. What is not there is left out of the measurement,
/// which says so too.
pub(super) fn prepare(home: &Path, install: bool) -> Result<()> {
    let missing = missing_packages();
    if !missing.is_empty() {
        let apt_get = Sh::new("apt-get")
            // Packages are used by the bench alone: their services are not to start.
            .env("RUNLEVEL", "1")
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&missing);
        let hint = format!("not installed: {apt_get}");
        attempt(install, &hint, || apt_get.run());
    }
    for (versions, folder, install_into) in REGISTRIES {
        let (versions, home) = (versions_in(versions), home.join(folder));
        if !venv::is_installed(&home, &versions)? {
            let hint = format!("not installed: {}", versions.display());
            attempt(install, &hint, || install_into(&home, &versions));
        }
    }
    Ok(())
}

fn attempt(install: bool, hint: &str, act: impl FnOnce() -> Result<()>) {
    if !install {
        eprintln!("⚠️ {hint}; --install does it");
    } else if let Err(error) = act().context("others are left out") {
        eprintln!("⚠️ {error:#}");
    }
}

fn missing_packages() -> Vec<&'static str> {
    let is_missing = |name: &&&str| !Sh::new("dpkg").args(["--status", name]).succeeds();
    DEBIAN.iter().filter(is_missing).copied().collect()
}

fn versions_in(name: &str) -> PathBuf {
    root().join(SOURCES).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_others_are_fixed() {
        for (versions, ..) in REGISTRIES {
            let text = std::fs::read_to_string(versions_in(versions)).unwrap();
            assert!(
                text.contains("==") || text.contains("\"integrity\""),
                "{versions}"
            );
        }
    }
}
