//! Installing the SDKs: once for each file of versions, into the target folder.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::clients::{Language, SOURCES, Sdk};
use crate::sh::{Sh, root};
use crate::venv::{self, INSTALLED, patiently};

/// Installs the SDK unless it is there in these versions.
pub(super) fn ensure(sdk: &Sdk, sdks: &Path) -> Result<()> {
    let home = sdks.join(sdk.name);
    let installed = match sdk.language {
        Language::Python => venv::ensure(&home, &sdk.versions(), &[]),
        Language::JavaScript => ensure_packages(sdk, &home),
    };
    installed.with_context(|| {
        let (name, tools) = (sdk.name, tools(sdk.language));
        format!("the SDK {name} cannot be installed, which needs a package registry and {tools}")
    })
}

const fn tools(language: Language) -> &'static str {
    match language {
        Language::Python => "Python 3 with venv (on Debian: python3-venv)",
        Language::JavaScript => "Node.js 18 or later with npm (on Debian: nodejs, npm)",
    }
}

fn ensure_packages(sdk: &Sdk, home: &Path) -> Result<()> {
    let file = sdk.versions();
    let versions = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
    if fs::read_to_string(home.join(INSTALLED)).unwrap_or_default() != versions {
        fs::create_dir_all(home)?;
        for name in ["package.json", "package-lock.json"] {
            let from = root().join(SOURCES).join(sdk.name).join(name);
            fs::copy(&from, home.join(name)).with_context(|| format!("{}", from.display()))?;
        }
        let npm = Sh::new(if cfg!(windows) { "npm.cmd" } else { "npm" }).dir(home);
        patiently(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
        fs::write(home.join(INSTALLED), versions)?;
    }
    copy(sdk, home)
}

/// Puts the programs beside the packages that they import.
fn copy(sdk: &Sdk, home: &Path) -> Result<()> {
    for name in ["steps.mjs", &format!("{}.mjs", sdk.name)] {
        let from = root().join(SOURCES).join(name);
        fs::copy(&from, home.join(name)).with_context(|| format!("{}", from.display()))?;
    }
    Ok(())
}
