//! Installing the SDKs: once for each file of versions, into the target folder.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::clients::{Language, SOURCES, Sdk, python_of};
use super::converse::converse;
use crate::sh::{Sh, root};

/// For the package registry to hand over everything.
const LIMIT: Duration = Duration::from_mins(5);

/// Written last: the versions that are installed.
const INSTALLED: &str = "installed";

/// Installs the SDK unless it is there in these versions.
pub(super) fn ensure(sdk: &Sdk, sdks: &Path) -> Result<()> {
    let home = sdks.join(sdk.name);
    let file = sdk.versions();
    let versions = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
    let installed = fs::read_to_string(home.join(INSTALLED)).unwrap_or_default();
    let is_usable = match sdk.language {
        Language::Python => Sh::new(python_of(&home)).arg("--version").succeeds(),
        Language::JavaScript => true,
    };
    if installed != versions || !is_usable {
        install(sdk, &home).with_context(|| {
            let (name, tools) = (sdk.name, tools(sdk.language));
            format!(
                "the SDK {name} cannot be installed, which needs a package registry and {tools}"
            )
        })?;
        fs::write(home.join(INSTALLED), versions)?;
    }
    if sdk.language == Language::JavaScript {
        copy(sdk, &home)?;
    }
    Ok(())
}

const fn tools(language: Language) -> &'static str {
    match language {
        Language::Python => "Python 3 with venv (on Debian: python3-venv)",
        Language::JavaScript => "Node.js 18 or later with npm (on Debian: nodejs, npm)",
    }
}

fn install(sdk: &Sdk, home: &Path) -> Result<()> {
    match sdk.language {
        Language::Python => {
            let system = if cfg!(windows) { "python" } else { "python3" };
            let venv = Sh::new(system).args(["-m", "venv", "--clear"]).arg(home);
            patiently(venv)?;
            // Wheels only: what is built from source would run code of its own to do so.
            let pip = Sh::new(python_of(home)).args(["-m", "pip", "install", "--quiet"]);
            let pip = pip.args(["--disable-pip-version-check", "--no-input"]);
            let pip = pip.args(["--only-binary", ":all:", "--requirement"]);
            patiently(pip.arg(sdk.versions()))
        }
        Language::JavaScript => {
            fs::create_dir_all(home)?;
            for name in ["package.json", "package-lock.json"] {
                let from = root().join(SOURCES).join(sdk.name).join(name);
                fs::copy(&from, home.join(name)).with_context(|| format!("{}", from.display()))?;
            }
            let npm = Sh::new(if cfg!(windows) { "npm.cmd" } else { "npm" }).dir(home);
            let npm = npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            patiently(npm)
        }
    }
}

/// Puts the programs beside the packages that they import.
fn copy(sdk: &Sdk, home: &Path) -> Result<()> {
    for name in ["steps.mjs", &format!("{}.mjs", sdk.name)] {
        let from = root().join(SOURCES).join(name);
        fs::copy(&from, home.join(name)).with_context(|| format!("{}", from.display()))?;
    }
    Ok(())
}

fn patiently(program: Sh) -> Result<()> {
    let shown = program.to_string();
    eprintln!("$ {shown}");
    let status = converse(program, "", LIMIT, |line| eprintln!("{line}"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}
