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

    /// Builds every binary together with every example and test: one build serves both, where binaries alone
    /// would resolve to other features and have all dependencies built twice.
    pub(crate) fn build_with_tests() -> Result<Self> {
        let all = ["--bins", "--examples", "--tests"];
        Self::build_with(&[&["--workspace", "--all-features"][..], &all].concat())
    }

    /// Builds every binary, with the features of [`Toolbox::build_with_tests`].
    pub(crate) fn build_all() -> Result<Self> {
        Self::build_with(&["--workspace", "--all-features", "--bins"])
    }

    /// Builds every binary and an example, with the features of [`Toolbox::build_with_tests`].
    pub(crate) fn build_with_example(name: &str) -> Result<Self> {
        let all = ["--workspace", "--all-features", "--bins", "--example", name];
        Self::build_with(&all)
    }

    /// Builds the program of one package, with no more features than it asks for.
    pub(crate) fn build_package(name: &str, profile: Profile) -> Result<Self> {
        let profile = match profile {
            Profile::Release => "release",
            Profile::Fast => "fast",
        };
        Self::build_named(&["--profile", profile, "--package", name], name)
    }

    fn build_with(args: &[&str]) -> Result<Self> {
        Self::build_named(args, "agentup-server")
    }

    fn build_named(args: &[&str], program: &str) -> Result<Self> {
        let cargo = Sh::cargo().arg("build").args(args);
        eprintln!("$ {cargo}");
        let messages = cargo
            .arg("--message-format=json-render-diagnostics")
            .read()?;
        let folder = binary_folder(&messages, program)
            .with_context(|| format!("cargo built no {program}"))?;
        Ok(Self { folder })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// One of our programs, by its name.
    pub(crate) fn sh(&self, name: &str) -> Sh {
        Sh::new(self.program(name))
    }

    /// Where one of our programs is.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        program(&self.folder, name)
    }

    /// The example that [`Toolbox::build_with_example`] built.
    pub(crate) fn example(&self, name: &str) -> Sh {
        Sh::new(program(&self.folder.join("examples"), name))
    }
}

/// How much time a build may take for a program that is quick.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Profile {
    /// As shipped.
    Release,
    /// Close to it, in a fraction of the time.
    Fast,
}

fn program(folder: &Path, name: &str) -> PathBuf {
    folder
        .join(name)
        .with_extension(std::env::consts::EXE_EXTENSION)
}

/// Where cargo put the program, read from its JSON messages: a target folder may be set in many
/// ways, and only cargo knows them all.
fn binary_folder(messages: &str, program: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message.pointer("/target/name") == Some(&program.into()))
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
        assert_eq!(
            binary_folder(messages, "agentup-server"),
            Some(PathBuf::from("/t/debug"))
        );
        assert_eq!(binary_folder(messages, "other"), None);
        assert_eq!(binary_folder("warning: not JSON", "agentup-server"), None);
    }
}
