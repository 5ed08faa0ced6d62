//! All files of the project that are text, read once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// Folders with nothing in them that is ours to check.
const FOREIGN_FOLDERS: &[&str] = &[".git", "__pycache__", "node_modules", "target"];

/// Files that stay on a developer's machine, as in `.gitignore`. In a work tree that git has added
/// to another, `.git` is a file.
const LOCAL_FILES: &[&str] = &[".env", ".git"];

/// What was read, by path from the root of the repository, with forward slashes.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        tree.read_folder(root, "")?;
        if tree.files.is_empty() {
            bail!("there are no files under {}", root.display());
        }
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let context = || format!("cannot read {}", folder.display());
        for entry in fs::read_dir(folder).with_context(context)? {
            let entry = entry.with_context(context)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().with_context(context)?;
            if kind.is_dir() && !FOREIGN_FOLDERS.contains(&name.as_str()) {
                self.read_folder(&entry.path(), &format!("{path}/"))?;
            }
            if kind.is_file()
                && !LOCAL_FILES.contains(&name.as_str())
                && entry
                    .path()
                    .extension()
                    .is_none_or(|ending| ending != "log")
                && let Some(text) = read_text(&entry.path())?
            {
                self.files.insert(path, text);
            }
        }
        Ok(())
    }

    /// Every file: its path and its text.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files whose names end like this.
    pub(super) fn ending(&self, suffix: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| path.ends_with(suffix))
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether there is such a file, or a folder with a file in it.
    pub(super) fn contains(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        path.is_empty()
            || self.files.contains_key(path)
            || self.files.keys().any(|file| file.starts_with(&folder))
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Tree {
    fn from(files: [(&str, &str); N]) -> Self {
        let own = |(path, text): (&str, &str)| (path.to_owned(), text.to_owned());
        Self {
            files: files.into_iter().map(own).collect(),
        }
    }
}

#[cfg(test)]
impl Tree {
    /// With one file more, or another text in it.
    pub(super) fn with(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }
}

/// None for what is not text. A file that vanishes between the listing and the reading, as an
/// editor's own files do, is no concern of ours either.
fn read_text(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(octets) if octets.contains(&0) => Ok(None),
        Ok(octets) => Ok(String::from_utf8(octets).ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
