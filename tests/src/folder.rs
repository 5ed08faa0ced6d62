//! A folder of its own for each agent: its configuration and its variables, as a user has them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::hidden::{assert_hidden, hide_settings};

/// The Quick Start's configuration, character for character as documented.
pub const QUICK_START: &str = include_str!("../document/quick-start.yaml");

/// The Quick Start's `.env`, character for character as documented.
pub const QUICK_START_ENV: &str = include_str!("../document/quick-start.env");

const CONFIG: &str = "agent_config.yaml";

/// Where the servers of the tests keep their audit.
const AUDIT: &str = "audit.jsonl";

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
        hide_settings(text);
        fs::write(self.path().join(name), text).expect("a file of the folder");
    }

    /// The text of a file; empty if there is none.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_default()
    }

    /// The events of the agent's audit, as they stand in its file.
    #[must_use]
    pub fn audit(&self) -> String {
        self.read(AUDIT)
    }

    /// Has the agent keep an audit, unless its configuration says something of that itself.
    pub(crate) fn with_audit(self) -> Self {
        let config = self.read(CONFIG);
        let is_block = !config.trim_start().starts_with('{');
        if is_block && !config.contains("observability") {
            let audit = format!("observability: {{ audit: {{ file: {AUDIT} }} }}");
            self.write(CONFIG, &format!("{config}\n{audit}\n"));
        }
        self
    }

    /// Fails the test when a file of an audit shows what it must not.
    pub(crate) fn assert_hidden(&self) {
        for entry in fs::read_dir(self.path()).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("audit") {
                assert_hidden(&name, &self.read(&name));
            }
        }
    }

    /// Puts another configuration in the place of the old one at once, as `mv` does.
    pub fn replace_config(&self, text: &str) {
        self.write("new.yaml", text);
        fs::rename(self.path().join("new.yaml"), self.config()).expect("a file of the folder");
    }
}
