//! Where the halves of a key go: a file, whole or not at all, or standard output.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

use super::KeygenError;

/// The path that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// Where a half of a key goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    StandardOutput,
    File(PathBuf),
}

impl Target {
    /// The place that a path stands for; `-` and nothing are standard output.
    pub(crate) fn new(path: Option<&Path>) -> Self {
        match path {
            Some(path) if path.as_os_str() != STANDARD_OUTPUT => Self::File(path.to_owned()),
            _ => Self::StandardOutput,
        }
    }

    /// Whether something is there that must stay.
    ///
    /// # Errors
    ///
    /// It must.
    pub(crate) fn check(&self, force: bool) -> Result<(), KeygenError> {
        let Self::File(path) = self else {
            return Ok(());
        };
        match fs::symlink_metadata(path) {
            Ok(_) if !force => Err(KeygenError::Exists(path.clone())),
            Ok(found) if !found.is_file() => Err(KeygenError::NotAFile(path.clone())),
            _ => Ok(()),
        }
    }

    /// Writes what nobody else may read.
    ///
    /// # Errors
    ///
    /// Others could read it there, or it cannot be written.
    pub(crate) fn write_private(&self, text: &str, force: bool) -> Result<(), KeygenError> {
        match self {
            Self::StandardOutput if is_exposed() => Err(KeygenError::Exposed),
            Self::StandardOutput => print(text),
            // Without other word, only the owner can read a temporary file.
            Self::File(path) => write_file(path, &Builder::new(), text, force),
        }
    }

    /// Writes what everybody may read.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(crate) fn write_public(&self, text: &str, force: bool) -> Result<(), KeygenError> {
        match self {
            Self::StandardOutput => print(text),
            Self::File(path) => {
                let mut builder = Builder::new();
                readable(&mut builder);
                write_file(path, &builder, text, force)
            }
        }
    }
}

/// Writes a file beside the place and moves it there, so that nobody ever sees a part of it.
fn write_file(
    path: &Path,
    builder: &Builder<'_, '_>,
    text: &str,
    force: bool,
) -> Result<(), KeygenError> {
    let failed = |error| KeygenError::File(path.to_owned(), error);
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file: NamedTempFile = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let moved = if force {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    match moved {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(KeygenError::Exists(path.to_owned()))
        }
        Err(error) => Err(failed(error.error)),
    }
}

fn print(text: &str) -> Result<(), KeygenError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(KeygenError::Output)
}

#[cfg(unix)]
fn readable(builder: &mut Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt as _;

    builder.permissions(fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn readable(_builder: &mut Builder<'_, '_>) {}

/// Whether standard output leads into a file that everybody on this machine can read.
#[cfg(unix)]
fn is_exposed() -> bool {
    use std::os::{fd::AsFd as _, unix::fs::MetadataExt as _};

    let out = io::stdout().as_fd().try_clone_to_owned();
    let found = out.and_then(|out| fs::File::from(out).metadata());
    found.is_ok_and(|found| found.is_file() && found.mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_exposed() -> bool {
    false
}
