//! Variables: those of the process, and those of a `.env` file where the process has none.

use std::{
    cell::Cell,
    collections::BTreeMap,
    fmt, fs,
    io::{self, Read},
    path::{Path, PathBuf},
    rc::Rc,
};

/// The file that is looked for when none is named.
const FILE_NAME: &str = ".env";

/// The variables a process may use. `Debug` shows their names only.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

/// Why a `.env` file cannot be used. Never shows a value.
#[derive(Debug, thiserror::Error)]
pub enum EnvError {
    /// The file cannot be read, or is not UTF-8.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not an assignment.
    #[error(
        "{}:{line}: not an assignment; expected NAME=value, with quotes around a value that has \
         spaces, and every quote closed",
        path.display()
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// Where the assignment begins, counted from one.
        line: usize,
    },
}

impl Environment {
    /// The variables of the process, completed from a `.env` file. What the process has wins over
    /// the file; within the file the last assignment wins.
    ///
    /// The file is `env_file` if that is given, else the first `.env` found in the folders of
    /// `search`; it need not exist then. In unquoted and double-quoted values `$NAME` stands for
    /// a variable; single quotes keep a value as it is. The process itself is never changed.
    ///
    /// # Errors
    /// When a file that exists or was named cannot be read or has a broken line.
    pub fn load(env_file: Option<&Path>, search: &[&Path]) -> Result<Self, EnvError> {
        let mut variables = match env_file {
            Some(path) => parse(path, &read(path)?)?,
            None => match find(search)? {
                Some((path, text)) => parse(&path, &text)?,
                None => BTreeMap::new(),
            },
        };
        variables.extend(process_variables());
        Ok(Self { variables })
    }

    /// Exactly these variables, whatever the process has.
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        let variables = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Self { variables }
    }

    /// The value of a variable; an empty value is a value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

/// Variables whose name or value is not UTF-8 are left out: no setting of ours can use them.
fn process_variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// A folder of that name is no hit: some people keep a Python environment in `.env/`.
fn find(search: &[&Path]) -> Result<Option<(PathBuf, String)>, EnvError> {
    for folder in search {
        let path = folder.join(FILE_NAME);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            _ => return read(&path).map(|text| Some((path, text))),
        }
    }
    Ok(None)
}

fn read(path: &Path) -> Result<String, EnvError> {
    fs::read_to_string(path).map_err(|source| EnvError::Unreadable {
        path: path.to_path_buf(),
        source,
    })
}

fn parse(path: &Path, text: &str) -> Result<BTreeMap<String, String>, EnvError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // dotenvy takes a space at the very end of a file for the beginning of a further word.
    let text = &format!("{text}\n");
    let taken = Rc::new(Cell::new(0));
    let mut variables = BTreeMap::new();
    let mut done = 0;
    for assignment in dotenvy::from_read_iter(LineReader {
        rest: text,
        taken: Rc::clone(&taken),
    }) {
        // The error holds the text of the line; only its number may be told.
        let (name, value) = assignment.map_err(|_| EnvError::Line {
            path: path.to_path_buf(),
            line: first_assignment(text, done),
        })?;
        variables.insert(name, value);
        done = taken.get();
    }
    Ok(variables)
}

/// The number of the first line after the first `done` ones that is neither blank nor a comment.
fn first_assignment(text: &str, done: usize) -> usize {
    let blank = text.lines().skip(done).take_while(|line| {
        let line = line.trim_start();
        line.is_empty() || line.starts_with('#')
    });
    done.saturating_add(blank.count()).saturating_add(1)
}

/// Hands out one line at a time and counts them, so that a fault can be placed.
struct LineReader<'a> {
    rest: &'a str,
    taken: Rc<Cell<usize>>,
}

impl Read for LineReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let line = self
            .rest
            .find('\n')
            .map_or(self.rest.len(), |end| end.saturating_add(1));
        let mut length = line.min(buffer.len());
        while !self.rest.is_char_boundary(length) {
            length = length.saturating_sub(1);
        }
        let (part, rest) = self.rest.split_at(length);
        self.rest = rest;
        if part.ends_with('\n') {
            self.taken.set(self.taken.get().saturating_add(1));
        }
        part.as_bytes().read(buffer)
    }
}

#[cfg(test)]
mod tests;
