//! The folder of freshly built binaries from which all other commands take what they run.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::sh::Sh;

/// A folder that holds our binaries, built a moment ago.
#[derive(Clone, Debug)]
pub(crate) struct Toolbox {
    folder: PathBuf,
}

impl Toolbox {
    /// Builds what users run: the workspace's default members, in the profile that is quickest to
    /// build on a fresh clone.
    pub(crate) fn build() -> Result<Self> {
        Self::build_with(&["--bins"])
    }

    /// Builds what [`Toolbox::build`] does, as shipped.
    pub(crate) fn build_release() -> Result<Self> {
        Self::build_with(&["--bins", "--release"])
    }

    /// Builds every binary together with every test: one build serves both, where binaries alone
    /// would resolve to other features and have all dependencies built twice.
    pub(crate) fn build_with_tests() -> Result<Self> {
        Self::build_with(&["--workspace", "--all-features", "--bins", "--tests"])
    }

    /// Builds every binary and an example, with the features of [`Toolbox::build_with_tests`].
    pub(crate) fn build_with_example(name: &str) -> Result<Self> {
        let all = ["--workspace", "--all-features", "--bins", "--example", name];
        Self::build_with(&all)
    }

    fn build_with(args: &[&str]) -> Result<Self> {
        let cargo = Sh::cargo().arg("build").args(args);
        eprintln!("$ {cargo}");
        let messages = cargo
            .arg("--message-format=json-render-diagnostics")
            .read()?;
        let folder = binary_folder(&messages).context("cargo built no agentup-server")?;
        Ok(Self { folder })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// One of our programs, by its name.
    pub(crate) fn sh(&self, name: &str) -> Sh {
        program(&self.folder, name)
    }

    /// The example that [`Toolbox::build_with_example`] built.
    pub(crate) fn example(&self, name: &str) -> Sh {
        program(&self.folder.join("examples"), name)
    }
}

fn program(folder: &Path, name: &str) -> Sh {
    let path = folder.join(name);
    Sh::new(path.with_extension(std::env::consts::EXE_EXTENSION))
}

/// Where cargo put the server, read from its JSON messages: a target folder may be set in many
/// ways, and only cargo knows them all.
fn binary_folder(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message.pointer("/target/name") == Some(&"agentup-server".into()))
        .filter(|message| message.pointer("/profile/test") == Some(&false.into()))
        .find_map(|message| {
            let executable = message.get("executable")?.as_str()?;
            Some(Path::new(executable).parent()?.to_owned())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_that_of_the_server_and_not_of_its_tests() {
        let messages = r#"
{"reason":"compiler-artifact","target":{"name":"serde"},"profile":{"test":false},"executable":null}
{"reason":"compiler-artifact","target":{"name":"agentup-server"},"profile":{"test":true},"executable":"/t/debug/deps/agentup_server-1"}
{"reason":"compiler-artifact","target":{"name":"agentup-server"},"profile":{"test":false},"executable":"/t/debug/agentup-server"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(binary_folder(messages), Some(PathBuf::from("/t/debug")));
        assert_eq!(binary_folder("warning: not JSON"), None);
    }
}
