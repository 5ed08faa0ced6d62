//! Other people's programs: those of the Python package registry in fixed versions, and those that
//! the system has.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::sh::{Sh, root};
use crate::venv::{self, python_of};

/// The programs that tests/deploy/tools.txt brings.
const BROUGHT: &[&str] = &[
    "check-jsonschema",
    "envoy",
    "hadolint",
    "helm",
    "kubectl",
    "kubernetes-validate",
    "python",
];

/// Reads any number of YAML documents, and writes them as one JSON array.
const TO_JSON: &str = "import json, sys, yaml
json.dump([one for one in yaml.safe_load_all(sys.stdin) if one], sys.stdout)";

/// Where the programs are.
pub(super) struct Tools {
    home: PathBuf,
    /// A folder for what is made on the way.
    pub(super) scratch: PathBuf,
}

impl Tools {
    /// Installs what is missing. The other half names what could not be.
    pub(super) fn ensure(beside: &Path) -> (Self, Vec<String>) {
        let scratch = beside.with_file_name("deploy");
        let tools = Self {
            home: scratch.join("tools"),
            scratch,
        };
        let undone = tools.install().err().map(|error| {
            let _ = std::fs::remove_dir_all(&tools.home);
            format!("the tools cannot be installed: {error:#}")
        });
        (tools, undone.into_iter().collect())
    }

    fn install(&self) -> Result<()> {
        let versions = root().join("tests/deploy/tools.txt");
        venv::ensure(&self.home, &versions, &["--no-deps"])?;
        if !self.have("helm") {
            let unpack = Sh::new(python_of(&self.home)).arg("tests/deploy/unpack.py");
            unpack.arg(self.home.join("bin")).run()?;
        }
        Ok(())
    }

    /// Whether the program is there. `root` stands for the right to become somebody else.
    pub(super) fn have(&self, name: &str) -> bool {
        if name == "root" {
            return Sh::new("id").arg("-u").read().is_ok_and(|id| id == "0");
        }
        if BROUGHT.contains(&name) && !Path::new(&self.program(name)).is_file() {
            return false;
        }
        // They tell their version in different ways, if they run here at all.
        [
            &["--version"][..],
            &["-v"],
            &["version", "--client"],
            &["version"],
        ]
        .iter()
        .any(|flags| self.sh(name).args(*flags).succeeds())
    }

    /// The program, about to be run.
    pub(super) fn sh(&self, name: &str) -> Sh {
        Sh::new(self.program(name))
    }

    /// The program as it is called.
    pub(super) fn program(&self, name: &str) -> String {
        if BROUGHT.contains(&name) {
            let path = self.home.join("bin").join(name);
            path.to_string_lossy().into_owned()
        } else {
            name.to_owned()
        }
    }

    /// The documents of a YAML text.
    pub(super) fn yaml(&self, text: &str) -> Result<Vec<Value>> {
        let python = self.sh("python").args(["-c", TO_JSON]);
        let output = python.talk(text)?;
        serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// An empty folder of this name.
    pub(super) fn fresh(&self, name: &str) -> Result<PathBuf> {
        let folder = self.scratch.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}
