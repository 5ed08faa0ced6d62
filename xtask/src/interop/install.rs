//! Installing the SDKs: once for each file of versions, into the target folder.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::clients::{Language, SOURCES, Sdk};
use crate::sh::root;
use crate::{npm, venv};

/// Installs the SDK unless it is there in these versions.
pub(super) fn ensure(sdk: &Sdk, sdks: &Path) -> Result<()> {
    let home = sdks.join(sdk.name);
    let installed = match sdk.language {
        Language::Python => venv::ensure(&home, &sdk.versions(), &[]),
        Language::JavaScript => npm::ensure(&home, &sdk.versions()).and_then(|()| copy(sdk, &home)),
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

/// Puts the programs beside the packages that they import.
fn copy(sdk: &Sdk, home: &Path) -> Result<()> {
    for name in ["steps.mjs", &format!("{}.mjs", sdk.name)] {
        let from = root().join(SOURCES).join(name);
        fs::copy(&from, home.join(name)).with_context(|| format!("{}", from.display()))?;
    }
    Ok(())
}
