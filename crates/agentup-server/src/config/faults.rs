//! What is wrong with a configuration: every fault at once, each with its place and its remedy.

use std::{fmt, path::Path, sync::Arc};

/// Why a configuration cannot be used. Displays as a report for people, one block for each fault.
///
/// Never holds the value of a secret or of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

/// One fault: where it is, what is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(super) place: Place,
    /// The key, as in `security.bearer.issuer`; empty when the fault is of no key in particular.
    pub(super) path: String,
    pub(super) problem: String,
    pub(super) remedy: Option<String>,
}

/// Something in a configuration that can be used but is hardly meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning(pub(super) Fault);

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A line of the file.
    Line(Arc<Path>, Position),
    /// A file as a whole.
    File(Arc<Path>),
    /// A variable that is a setting by itself.
    Variable(&'static str),
    /// An option of the command line.
    Option(&'static str),
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// Counted from one.
    pub(super) line: usize,
    /// In characters, counted from one.
    pub(super) column: usize,
}

impl Faults {
    /// The faults in the order of the file, or nothing when there are none.
    pub(super) fn of(mut faults: Vec<Fault>) -> Result<(), Self> {
        faults.sort_by(|one, other| one.place.cmp(&other.place));
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Self(faults))
        }
    }
}

impl Faults {
    pub(super) fn into_inner(self) -> Vec<Fault> {
        self.0
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("error: 1 setting cannot be used")?,
            count => write!(f, "error: {count} settings cannot be used")?,
        }
        for fault in &self.0 {
            write!(f, "\n  {}", fault.head())?;
            if let Some(remedy) = &fault.remedy {
                write!(f, "\n      {remedy}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

impl Fault {
    /// The first line of the block. It begins with the place, for terminals that open it on a click.
    fn head(&self) -> String {
        let Self {
            place,
            path,
            problem,
            ..
        } = self;
        if path.is_empty() {
            format!("{place}: {problem}")
        } else {
            format!("{place}: {path}: {problem}")
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.head())?;
        match &self.0.remedy {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, at) => write!(f, "{}:{}:{}", file.display(), at.line, at.column),
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Option(name) => f.write_str(name),
        }
    }
}
