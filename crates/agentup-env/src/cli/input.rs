//! Text and secrets that a person hands to a tool: as an argument, in a file, on standard input or in
//! a variable.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use thiserror::Error;
use zeroize::{Zeroize as _, Zeroizing};

use crate::Environment;

/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";
/// Room for the largest key set and for any token that a server takes, many times over.
const MAX_BYTES: u64 = 1024 * 1024;

/// Why an input could not be had. Names the place it was looked for, never what was found there.
#[derive(Debug, Error)]
pub enum InputError {
    /// The file cannot be opened or read.
    #[error("cannot read {place}")]
    Unreadable {
        /// The file, or standard input.
        place: Place,
        /// What the operating system said.
        source: io::Error,
    },
    /// More than a mebibyte.
    #[error("{0} is larger than 1 MiB")]
    TooLarge(Place),
    /// Not UTF-8.
    #[error("{0} is not UTF-8 text")]
    NotText(Place),
    /// Nothing there, or nothing but a line break.
    #[error("{0} is empty")]
    Empty(Place),
    /// The variable that was asked for by name is not set.
    #[error("{0} is not set")]
    Unset(Place),
}

/// Where an input came from. Displayed as a phrase: "file key.pem", "variable `JWT_SECRET`".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the command line.
    Argument,
    /// A file.
    File(PathBuf),
    /// Standard input.
    StandardInput,
    /// A variable of the environment or of the `.env` file.
    Variable(String),
}

impl Place {
    /// The place that a path stands for; `-` is standard input.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        if path.as_os_str() == STANDARD_INPUT {
            Self::StandardInput
        } else {
            Self::File(path.to_owned())
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => f.write_str("the argument"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::StandardInput => f.write_str("standard input"),
            Self::Variable(name) => write!(f, "variable {name}"),
        }
    }
}

/// Reads a file, or standard input for `-`, whole. The buffer is wiped when it is dropped.
///
/// # Errors
///
/// Unreadable, larger than a mebibyte, or empty.
pub fn read_bytes(path: &Path) -> Result<Zeroizing<Vec<u8>>, InputError> {
    let place = Place::of(path);
    let mut bytes = Zeroizing::new(Vec::new());
    let read = match place {
        Place::StandardInput => read_some(io::stdin().lock(), &mut bytes),
        _ => File::open(path).and_then(|file| read_some(file, &mut bytes)),
    };
    match read {
        Err(source) => Err(InputError::Unreadable { place, source }),
        Ok(length) if length > MAX_BYTES => Err(InputError::TooLarge(place)),
        Ok(0) => Err(InputError::Empty(place)),
        Ok(_) => Ok(bytes),
    }
}

/// Reads a file, or standard input for `-`, as text, without the line break that editors and `echo`
/// leave at its end.
///
/// # Errors
///
/// As [`read_bytes`], or not UTF-8.
pub fn read_text(path: &Path) -> Result<Zeroizing<String>, InputError> {
    let mut bytes = read_bytes(path)?;
    let text = String::from_utf8(std::mem::take(&mut *bytes)).map_err(|error| {
        error.into_bytes().zeroize();
        InputError::NotText(Place::of(path))
    })?;
    let mut text = Zeroizing::new(text);
    let length = text.trim_end_matches(['\n', '\r']).len();
    text.truncate(length);
    if text.is_empty() {
        Err(InputError::Empty(Place::of(path)))
    } else {
        Ok(text)
    }
}

/// The flags by which a person names a secret; at most one is given. Whatever else a tool takes a key
/// from joins the group [`SecretArgs::GROUP`].
#[derive(clap::Args, Default)]
#[command(next_help_heading = "Key")]
pub struct SecretArgs {
    /// The secret itself; `ps` shows it to other users of this machine and the shell's history keeps it
    #[arg(long, value_name = "SECRET", group = Self::GROUP, allow_hyphen_values = true)]
    pub secret: Option<String>,

    /// A file that holds the secret, or - for standard input; a line break at its end is not part of it
    #[arg(long, value_name = "FILE", group = Self::GROUP)]
    pub secret_file: Option<PathBuf>,

    /// The variable that holds the secret, in the environment or in .env
    #[arg(long, value_name = "NAME", group = Self::GROUP)]
    pub secret_env: Option<String>,
}

/// A secret, and where it came from.
#[derive(Debug)]
pub struct FoundSecret {
    /// The secret.
    pub secret: SecretString,
    /// Where it came from.
    pub place: Place,
}

impl SecretArgs {
    /// The clap group of all sources of a key, of which one excludes the others.
    pub const GROUP: &'static str = "key_source";

    /// The secret from where the person said, if they said.
    ///
    /// # Errors
    ///
    /// The place has nothing, or cannot be read.
    pub fn find(&self, environment: &Environment) -> Result<Option<FoundSecret>, InputError> {
        if let Some(secret) = &self.secret {
            return FoundSecret::new(secret, Place::Argument).map(Some);
        }
        if let Some(path) = &self.secret_file {
            return FoundSecret::new(&read_text(path)?, Place::of(path)).map(Some);
        }
        let Some(name) = &self.secret_env else {
            return Ok(None);
        };
        let place = Place::Variable(name.clone());
        match environment.get(name) {
            Some(secret) => FoundSecret::new(secret, place).map(Some),
            None => Err(InputError::Unset(place)),
        }
    }
}

impl fmt::Debug for SecretArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretArgs")
            .field("secret", &self.secret.as_ref().map(|_| "[redacted]"))
            .field("secret_file", &self.secret_file)
            .field("secret_env", &self.secret_env)
            .finish()
    }
}

impl FoundSecret {
    /// A secret that a person gave.
    ///
    /// # Errors
    ///
    /// [`InputError::Empty`]: most often an unset variable of the shell.
    pub fn new(secret: &str, place: Place) -> Result<Self, InputError> {
        if secret.is_empty() {
            return Err(InputError::Empty(place));
        }
        Ok(Self {
            secret: SecretString::from(secret),
            place,
        })
    }

    /// The secret of the variable `name`, if it is set, and to something.
    #[must_use]
    pub fn usual(name: &str, environment: &Environment) -> Option<Self> {
        Self::new(environment.get(name)?, Place::Variable(name.to_owned())).ok()
    }
}

/// Reads at most one byte more than allowed, so that the caller can tell.
fn read_some(from: impl Read, into: &mut Vec<u8>) -> io::Result<u64> {
    let length = from.take(MAX_BYTES.saturating_add(1)).read_to_end(into)?;
    Ok(u64::try_from(length).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
