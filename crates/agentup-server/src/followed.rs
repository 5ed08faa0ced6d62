//! Files that are read again when they change: what they say holds within a second, without a
//! restart. Those that the agent follows one by one are here; the configuration and the files that
//! are read with it are watched together, by [`reload`](crate::reload).
//!
//! They are looked at by their metadata, several times a second. That sees every way of replacing a
//! file (in place, by renaming, by the links of Kubernetes) on every file system, networks among
//! them, which notifications of the system do not.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use crate::{
    audit::{Audit, What},
    config::read_bounded,
};

/// How often files are looked at.
pub(crate) const INTERVAL: Duration = Duration::from_millis(200);

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    device: u64,
    inode: u64,
    length: u64,
    changed: (i64, i64),
    modified: (i64, i64),
}

/// Gives the contents of a file to `take`, now and after every change, for as long as there is
/// `whom` to give them to.
///
/// A change counts when the next look finds it unchanged: what is still being written is left
/// alone. Contents that cannot be taken are logged, and the last ones hold.
///
/// # Errors
/// When the file cannot be read or taken now, or the system refuses a thread.
pub(crate) fn follow<T: Send + Sync + 'static>(
    path: &Path,
    most: usize,
    whom: &Arc<T>,
    audit: &Audit,
    take: impl Fn(&T, &[u8]) -> Result<String, String> + Send + 'static,
) -> io::Result<()> {
    let first = FileState::of(path);
    let bytes = read_bounded(path, most)?;
    take(whom, within(most, &bytes)?).map_err(io::Error::other)?;
    let path = path.to_owned();
    let read_and_take = move |whom: &T| {
        let bytes = read_bounded(&path, most).map_err(|error| error.to_string())?;
        let bytes = within(most, &bytes).map_err(|error| error.to_string())?;
        take(whom, bytes)
    };
    follow_all(vec![first], whom, audit, read_and_take)
}

/// As [`follow`], for files that belong together: `take` reads them itself, and is called when any
/// of them has changed and all of them have come to rest. It is not called now: `files` are in the
/// states before they were read.
///
/// # Errors
/// When the system refuses a thread.
pub(crate) fn follow_all<T: Send + Sync + 'static>(
    files: Vec<FileState>,
    whom: &Arc<T>,
    audit: &Audit,
    take: impl Fn(&T) -> Result<String, String> + Send + 'static,
) -> io::Result<()> {
    let names = files.iter().map(|file| file.path.display().to_string());
    let follower = Follower {
        file: names.collect::<Vec<_>>().join(", "),
        whom: Arc::downgrade(whom),
        audit: audit.clone(),
        take,
        watch: Watch::new(files),
    };
    thread::Builder::new()
        .name("files".to_owned())
        .spawn(move || follower.run())?;
    Ok(())
}

struct Follower<T, F> {
    /// The names of the files, for people.
    file: String,
    whom: Weak<T>,
    audit: Audit,
    take: F,
    watch: Watch,
}

impl<T, F: Fn(&T) -> Result<String, String>> Follower<T, F> {
    fn run(mut self) {
        while self.whom.strong_count() > 0 {
            thread::sleep(INTERVAL);
            self.look();
        }
    }

    fn look(&mut self) {
        if !self.watch.has_changed() {
            return;
        }
        let Some(whom) = self.whom.upgrade() else {
            return;
        };
        let file = self.file.clone();
        self.audit.record(match (self.take)(&whom) {
            Ok(detail) => {
                tracing::info!(%file, "file read again: {detail}");
                What::FileChanged { file, detail }
            }
            Err(reason) => {
                tracing::error!(%file, "file not taken over, the old one holds: {reason}");
                What::FileRefused { file, reason }
            }
        });
    }
}

fn within(most: usize, bytes: &[u8]) -> io::Result<&[u8]> {
    if bytes.len() > most {
        return Err(io::Error::other(format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}

/// A file, and how it was at some moment; it need not be there.
#[derive(Clone, Debug)]
pub(crate) struct FileState {
    path: PathBuf,
    look: Option<Look>,
}

impl FileState {
    /// How it is now. To be asked before the file is read, so that no change is missed.
    pub(crate) fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            look: Look::at(path).ok(),
        }
    }
}

/// Files that are watched together.
#[derive(Debug)]
pub(crate) struct Watch(Vec<Watched>);

#[derive(Debug)]
struct Watched {
    /// Its state when its contents were taken, or complained of.
    taken: FileState,
    /// Its state at the last look.
    seen: Option<Look>,
}

impl Watch {
    /// Watches files whose contents were taken in these states.
    pub(crate) fn new(files: impl IntoIterator<Item = FileState>) -> Self {
        let watched = |taken: FileState| Watched {
            seen: taken.look,
            taken,
        };
        Self(files.into_iter().map(watched).collect())
    }

    /// Looks at the files. Whether any has changed since this was true the last time, and none is
    /// changing still: what is being written is left alone until the next look.
    pub(crate) fn has_changed(&mut self) -> bool {
        let (mut is_settled, mut is_changed) = (true, false);
        for Watched { taken, seen } in &mut self.0 {
            let now = Look::at(&taken.path).ok();
            is_settled &= *seen == now;
            is_changed |= taken.look != now;
            *seen = now;
        }
        let has_changed = is_changed && is_settled;
        if has_changed {
            for Watched { taken, seen } in &mut self.0 {
                taken.look = *seen;
            }
        }
        has_changed
    }
}

impl Look {
    fn at(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        })
    }
}

#[cfg(test)]
mod tests;
