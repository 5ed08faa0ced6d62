//! Files that are read again when they change: what they say holds within a second, without a
//! restart.
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

/// How often a file is looked at.
const INTERVAL: Duration = Duration::from_millis(200);

/// What tells one state of a file from another.
#[derive(Clone, Copy, PartialEq, Eq)]
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
    let first = Look::at(path).ok();
    let bytes = read_bounded(path, most)?;
    take(whom, within(most, &bytes)?).map_err(io::Error::other)?;
    let follower = Follower {
        path: path.to_owned(),
        most,
        whom: Arc::downgrade(whom),
        audit: audit.clone(),
        take,
        taken: first,
        seen: first,
    };
    thread::Builder::new()
        .name("files".to_owned())
        .spawn(move || follower.run())?;
    Ok(())
}

struct Follower<T, F> {
    path: PathBuf,
    most: usize,
    whom: Weak<T>,
    audit: Audit,
    take: F,
    /// The state of the file whose contents were taken, or complained of.
    taken: Option<Look>,
    /// Its state at the last look.
    seen: Option<Look>,
}

impl<T, F: Fn(&T, &[u8]) -> Result<String, String>> Follower<T, F> {
    fn run(mut self) {
        while self.whom.strong_count() > 0 {
            thread::sleep(INTERVAL);
            self.look();
        }
    }

    fn look(&mut self) {
        let now = Look::at(&self.path).ok();
        let is_settled = self.seen == now;
        self.seen = now;
        if now == self.taken || !is_settled {
            return;
        }
        let Some(whom) = self.whom.upgrade() else {
            return;
        };
        self.taken = now;
        let file = self.path.display();
        let news = read_bounded(&self.path, self.most)
            .map_err(|error| error.to_string())
            .and_then(|bytes| {
                let bytes = within(self.most, &bytes).map_err(|error| error.to_string())?;
                (self.take)(&whom, bytes)
            });
        let named = file.to_string();
        self.audit.record(match news {
            Ok(detail) => {
                tracing::info!(%file, "file read again: {detail}");
                What::FileChanged {
                    file: named,
                    detail,
                }
            }
            Err(reason) => {
                tracing::error!(%file, "file not taken over, the old one holds: {reason}");
                What::FileRefused {
                    file: named,
                    reason,
                }
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
