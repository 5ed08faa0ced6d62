//! What comes out of reading a file besides its settings: faults, warnings, and what to show.

use std::{
    cell::RefCell,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use agentup_auth::KeySet;
use agentup_env::Environment;

use super::{
    Warning,
    faults::{Fault, Faults, Place, Position},
    show::{Shown, Step},
};

/// Collects while a file is read. All of its parts write to one report.
pub(super) struct Report<'a> {
    file: Arc<Path>,
    pub(super) variables: &'a Environment,
    faults: RefCell<Vec<Fault>>,
    warnings: RefCell<Vec<Warning>>,
    shown: RefCell<Shown>,
}

/// Where a setting stands, for whatever is to be said of it.
#[derive(Clone)]
pub(super) struct Spot {
    pub(super) place: Place,
    /// The key, as people read it.
    pub(super) path: String,
}

/// A value, and where it stands.
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) spot: Spot,
}

impl<'a> Report<'a> {
    pub(super) fn new(file: &Path, variables: &'a Environment) -> Self {
        Self {
            file: file.into(),
            variables,
            faults: RefCell::default(),
            warnings: RefCell::default(),
            shown: RefCell::default(),
        }
    }

    pub(super) fn spot(&self, at: Position, path: impl Into<String>) -> Spot {
        Spot {
            place: Place::Line(Arc::clone(&self.file), at),
            path: path.into(),
        }
    }

    pub(super) fn whole_file(&self) -> Spot {
        Spot {
            place: Place::File(Arc::clone(&self.file)),
            path: String::new(),
        }
    }

    pub(super) fn fault(&self, spot: &Spot, problem: impl Into<String>, remedy: impl Into<String>) {
        self.faults
            .borrow_mut()
            .push(fault(spot, problem.into(), remedy.into()));
    }

    pub(super) fn warn(&self, spot: &Spot, problem: impl Into<String>, remedy: impl Into<String>) {
        self.warnings
            .borrow_mut()
            .push(Warning(fault(spot, problem.into(), remedy.into())));
    }

    /// Notes a setting in force.
    pub(super) fn show(&self, steps: &[Step], value: serde_yaml::Value) {
        self.shown.borrow_mut().insert(steps, value);
    }

    /// The path of a file that a setting names, as the process can use it.
    pub(super) fn resolve(&self, named: &Path) -> PathBuf {
        let folder = self.file.parent().unwrap_or_else(|| Path::new(""));
        folder.join(named)
    }

    /// Takes over the faults of another file.
    pub(super) fn adopt(&self, faults: Faults) {
        self.faults.borrow_mut().extend(faults.into_inner());
    }

    /// The contents of a file that a setting names. A path that is not absolute begins in the
    /// folder of the configuration. What cannot be read is a fault.
    pub(super) fn read(&self, named: &Found<PathBuf>) -> Option<Vec<u8>> {
        self.read_at_most(named, KeySet::MAX_BYTES)
    }

    /// As [`Report::read`], for files that may have more bytes.
    pub(super) fn read_at_most(&self, named: &Found<PathBuf>, most: usize) -> Option<Vec<u8>> {
        let path = self.resolve(&named.value);
        match read_bounded(&path, most) {
            Ok(bytes) if bytes.len() > most => {
                let problem = format!("{} has more than {most} bytes", path.display());
                self.fault(&named.spot, problem, "");
                None
            }
            Ok(bytes) => Some(bytes),
            Err(error) => {
                let problem = format!("cannot read {}: {error}", path.display());
                let remedy =
                    "a path that does not begin with / is looked up beside the configuration";
                self.fault(
                    &named.spot,
                    problem,
                    if named.value.is_absolute() {
                        ""
                    } else {
                        remedy
                    },
                );
                None
            }
        }
    }

    pub(super) fn finish(self) -> Result<(Vec<Warning>, Shown), Faults> {
        Faults::of(self.faults.into_inner())?;
        Ok((self.warnings.into_inner(), self.shown.into_inner()))
    }
}

/// Reads one byte more than may be there, so that the caller can tell.
pub(crate) fn read_bounded(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn fault(spot: &Spot, problem: String, remedy: String) -> Fault {
    let remedy = Some(remedy).filter(|remedy| !remedy.is_empty());
    Fault {
        place: spot.place.clone(),
        path: spot.path.clone(),
        problem,
        remedy,
    }
}
