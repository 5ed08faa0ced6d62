//! The SDKs as data: how each is installed, and as which clients it is used.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Result;

use super::verdicts::{Report, Said};
use crate::converse::converse;
use crate::sh::{Sh, root};
use crate::venv::python_of;

/// Where drivers, and the versions of what they import, lie in the repository.
pub(super) const SOURCES: &str = "tests/interop";

/// All steps of a driver. Each of its steps has a shorter limit of its own.
const LIMIT: Duration = Duration::from_mins(7);

/// The two languages that have an SDK of both generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    JavaScript,
}

/// The two generations of the protocol; the newer one can do more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generation {
    V03,
    V10,
}

/// One SDK in one version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sdk {
    /// The stem of its driver and the name of the folder into which it is installed.
    pub(super) name: &'static str,
    pub(super) language: Language,
    pub(super) generation: Generation,
}

/// An SDK, used in one way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    pub(super) sdk: Sdk,
    /// The binding, where the generation leaves a choice.
    pub(super) binding: Option<&'static str>,
}

pub(super) const PYTHON_V10: Sdk = sdk("python_v10", Language::Python, Generation::V10);
pub(super) const PYTHON_V03: Sdk = sdk("python_v03", Language::Python, Generation::V03);
const JS_V10: Sdk = sdk("js_v10", Language::JavaScript, Generation::V10);
const JS_V03: Sdk = sdk("js_v03", Language::JavaScript, Generation::V03);

pub(super) const SDKS: &[Sdk] = &[PYTHON_V10, PYTHON_V03, JS_V10, JS_V03];

/// In the order of the table's columns.
pub(super) const CLIENTS: &[Client] = &[
    client(PYTHON_V10, Some("JSONRPC")),
    client(PYTHON_V10, Some("HTTP+JSON")),
    client(PYTHON_V03, None),
    client(JS_V10, Some("JSONRPC")),
    client(JS_V10, Some("HTTP+JSON")),
    client(JS_V03, None),
];

impl Sdk {
    /// The file that fixes the versions, from the root of the repository.
    pub(super) fn versions(&self) -> PathBuf {
        let sources = root().join(SOURCES);
        match self.language {
            Language::Python => sources.join(format!("{}.txt", self.name)),
            Language::JavaScript => sources.join(self.name).join("package-lock.json"),
        }
    }

    /// The driver, by its name.
    fn driver(&self) -> String {
        let suffix = match self.language {
            Language::Python => "py",
            Language::JavaScript => "mjs",
        };
        format!("{}.{suffix}", self.name)
    }

    /// The agent that is written with it, by the name of its program.
    pub(super) const fn agent(&self) -> &'static str {
        match self.generation {
            Generation::V03 => "agent_v03.py",
            Generation::V10 => "agent_v10.py",
        }
    }

    /// A program that uses it, ready to be run.
    pub(super) fn program(&self, sdks: &Path, name: &str) -> Sh {
        let home = sdks.join(self.name);
        match self.language {
            Language::Python => Sh::new(python_of(&home))
                .arg(root().join(SOURCES).join(name))
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .env("PYTHONUTF8", "1"),
            // Node.js looks for packages beside the program, which is therefore copied there.
            Language::JavaScript => Sh::new("node").arg(home.join(name)),
        }
    }

    /// Runs a driver, and shows each step as it comes.
    pub(super) fn drive(
        &self,
        sdks: &Path,
        driver: &str,
        arg: Option<&str>,
        given: &str,
        said: &mut Said,
    ) -> Result<ExitStatus> {
        let driver = self.program(sdks, driver).args(arg);
        converse(driver, given, LIMIT, |line| said.line(line))
    }
}

impl Client {
    /// Runs the driver, and shows each step as it comes.
    pub(super) fn talk(&self, sdks: &Path, given: &str) -> Report {
        println!("{} {}", self.sdk.name, self.binding.unwrap_or_default());
        let mut said = Said::default();
        let driver = self.sdk.driver();
        let ended = self
            .sdk
            .drive(sdks, &driver, self.binding, given, &mut said);
        Report { said, ended }
    }
}

const fn sdk(name: &'static str, language: Language, generation: Generation) -> Sdk {
    Sdk {
        name,
        language,
        generation,
    }
}

const fn client(sdk: Sdk, binding: Option<&'static str>) -> Client {
    Client { sdk, binding }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sdk_has_a_driver_and_fixed_versions() {
        for sdk in SDKS {
            let versions = std::fs::read_to_string(sdk.versions()).unwrap();
            assert!(versions.contains("a2a"), "{}", sdk.name);
            let mut programs = vec![sdk.driver()];
            if sdk.language == Language::Python {
                programs.push(sdk.agent().to_owned());
            }
            for program in programs {
                let program = root().join(SOURCES).join(program);
                assert!(program.is_file(), "{}", program.display());
            }
        }
    }
}
