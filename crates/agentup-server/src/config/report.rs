//! What comes out of reading a file besides its settings: faults, warnings, and what to show.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::{self, Read as _},
    os::unix::fs::PermissionsExt as _,
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
use crate::followed::FileState;

/// The permission of those who neither own a file nor are of its group to read it.
const EVERYBODY: u32 = 0o004;

/// Collects while a file is read. All of its parts write to one report.
pub(super) struct Report<'a> {
    file: Arc<Path>,
    pub(super) variables: &'a Environment,
    faults: RefCell<Vec<Fault>>,
    warnings: RefCell<Vec<Warning>>,
    shown: RefCell<Shown>,
    /// Where secrets stand in the file itself.
    written_secrets: RefCell<Vec<Spot>>,
    /// The files that are read only here.
    files: RefCell<Vec<FileState>>,
}

/// What comes out of a file that can be used, besides its settings.
pub(super) struct Finished {
    pub(super) warnings: Vec<Warning>,
    pub(super) shown: Shown,
    pub(super) files: Vec<FileState>,
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
            written_secrets: RefCell::default(),
            files: RefCell::default(),
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

    /// Notes a text that nobody may see, and that whoever reads the file sees.
    pub(super) fn note_written_secret(&self, spot: &Spot) {
        self.written_secrets.borrow_mut().push(spot.clone());
    }

    pub(super) fn written_secrets(&self) -> Vec<Spot> {
        self.written_secrets.borrow().clone()
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

    /// Notes a file that is about to be read, and read again only with the whole configuration.
    pub(super) fn note_file(&self, path: &Path) {
        self.files.borrow_mut().push(FileState::of(path));
    }

    /// The contents of a file that a setting names. A path that is not absolute begins in the
    /// folder of the configuration. What cannot be read is a fault.
    pub(super) fn read(&self, named: &Found<PathBuf>) -> Option<Vec<u8>> {
        self.note_file(&self.resolve(&named.value));
        self.read_followed(named, KeySet::MAX_BYTES)
    }

    /// As [`Report::read`], for a file with a secret in it.
    pub(super) fn read_secret(&self, named: &Found<PathBuf>) -> Option<Vec<u8>> {
        self.mind_readers(named);
        self.read(named)
    }

    /// Warns of a file with a secret in it that others can read than those who must.
    pub(super) fn mind_readers(&self, named: &Found<PathBuf>) {
        let path = self.resolve(&named.value);
        let mode = fs::metadata(&path).map(|metadata| metadata.permissions().mode());
        if mode.is_ok_and(|mode| mode & EVERYBODY != 0) {
            let problem = format!("everybody on this machine can read {}", path.display());
            let remedy = format!(
                "take that right away with `chmod o-r {}`; a volume of Kubernetes has `defaultMode: 0440`",
                path.display()
            );
            self.warn(&named.spot, problem, remedy);
        }
    }

    /// As [`Report::read`], for a file that is followed by itself while the agent runs.
    pub(super) fn read_followed(&self, named: &Found<PathBuf>, most: usize) -> Option<Vec<u8>> {
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

    pub(super) fn finish(self) -> Result<Finished, Faults> {
        Faults::of(self.faults.into_inner())?;
        Ok(Finished {
            warnings: self.warnings.into_inner(),
            shown: self.shown.into_inner(),
            files: self.files.into_inner(),
        })
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
