//! A folder of its own for each agent: its configuration and its variables, as a user has them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// The Quick Start's configuration, character for character as documented.
pub const QUICK_START: &str = include_str!("../document/quick-start.yaml");

/// The Quick Start's `.env`, character for character as documented.
pub const QUICK_START_ENV: &str = include_str!("../document/quick-start.env");

const CONFIG: &str = "agent_config.yaml";

/// A temporary folder with an `agent_config.yaml` and a `.env`.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// A folder with these two files.
    #[must_use]
    pub fn new(config: &str, env: &str) -> Self {
        let folder = Self(TempDir::new().expect("a temporary folder"));
        folder.write(CONFIG, config);
        folder.write(".env", env);
        folder
    }

    /// A folder as the Quick Start leaves it.
    #[must_use]
    pub fn quick_start() -> Self {
        Self::new(QUICK_START, QUICK_START_ENV)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The path of the configuration.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.path().join(CONFIG)
    }

    /// Writes a file over an older one, as an editor does that saves in place.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("a file of the folder");
    }

    /// Puts another configuration in the place of the old one at once, as `mv` does.
    pub fn replace_config(&self, text: &str) {
        self.write("new.yaml", text);
        fs::rename(self.path().join("new.yaml"), self.config()).expect("a file of the folder");
    }
}
