//! The files of the audit: the one that is written, and the older ones beside it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

use super::{AuditError, chain::Head};

/// Nobody but the owner reads an audit.
const MODE: u32 = 0o600;

/// How much of the end of a file is looked through for its last event, in bytes. No event is
/// nearly as long.
const TAIL: u64 = 1 << 20;

/// The file that is written.
#[derive(Debug)]
pub(super) struct AuditFile {
    path: PathBuf,
    file: File,
    length: usize,
    /// The day (UTC) of the last event, if there is one.
    day: Option<NaiveDate>,
}

impl AuditFile {
    /// Opens a file for more events behind those that are there, and says how the chain goes on
    /// and how many bytes of a broken event were cut off.
    pub(super) fn open(path: &Path) -> Result<(Self, Head, u64), AuditError> {
        let failed = |source| AuditError::File {
            path: path.to_owned(),
            source,
        };
        let file = open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(AuditError::Taken(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let (last, cut) = mend(&file).map_err(failed)?;
        let last = match last {
            Some(line) => {
                let event = event(&line).ok_or_else(|| AuditError::NotAnAudit(path.to_owned()))?;
                Some(event)
            }
            // The chain goes on where an older file ends.
            None => last_of_older(path),
        };
        let head = last.as_ref().and_then(Head::of).unwrap_or_else(Head::new);
        let length = file.metadata().map_err(failed)?.len();
        let day = last.as_ref().filter(|_| length > 0).and_then(day_of);
        let file = Self {
            path: path.to_owned(),
            file,
            length: usize::try_from(length).unwrap_or(usize::MAX),
            day,
        };
        Ok((file, head, cut))
    }

    /// How many bytes it has.
    pub(super) const fn length(&self) -> usize {
        self.length
    }

    /// The day of its events, if it has any.
    pub(super) const fn day(&self) -> Option<NaiveDate> {
        self.day
    }

    /// Adds whole lines.
    ///
    /// # Errors
    /// When they cannot be written; then none of them is there.
    pub(super) fn append(&mut self, lines: &[u8], now: DateTime<Utc>) -> io::Result<()> {
        if let Err(error) = self.file.write_all(lines) {
            // A part of them may be there. What is left behind would break the chain.
            let _ = self
                .file
                .set_len(u64::try_from(self.length).unwrap_or(u64::MAX));
            return Err(error);
        }
        self.length = self.length.saturating_add(lines.len());
        self.day = Some(now.date_naive());
        Ok(())
    }

    /// Puts the file aside under a name that sorts by time, begins another one, and removes the
    /// oldest above `keep`.
    pub(super) fn rotate(&mut self, seq: u64, time: DateTime<Utc>, keep: usize) -> io::Result<()> {
        self.file.sync_data()?;
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{}-{seq:012}", time.format("%Y%m%dT%H%M%SZ")));
        fs::rename(&self.path, name)?;
        self.begin()?;
        let older = older(&self.path);
        let surplus = older.len().saturating_sub(keep);
        for path in older.iter().take(surplus) {
            fs::remove_file(path)?;
        }
        Ok(())
    }

    /// Opens the file of this name, which may be another one by now.
    pub(super) fn reopen(&mut self) -> io::Result<()> {
        let is_same = fs::metadata(&self.path).ok().zip(self.file.metadata().ok());
        let is_same = is_same
            .is_some_and(|(there, ours)| (there.dev(), there.ino()) == (ours.dev(), ours.ino()));
        if is_same { Ok(()) } else { self.begin() }
    }

    fn begin(&mut self) -> io::Result<()> {
        let file = open(&self.path)?;
        file.try_lock()?;
        self.length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        self.file = file;
        self.day = None;
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(MODE);
    options.open(path)
}

/// The last line of a file, and how many bytes behind it were cut off: a process that was killed
/// may have left half an event.
fn mend(mut file: &File) -> io::Result<(Option<Vec<u8>>, u64)> {
    let length = file.metadata()?.len();
    let begin = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(begin))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let whole = tail
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end.saturating_add(1));
    let cut = u64::try_from(tail.len().saturating_sub(whole)).unwrap_or_default();
    // A file without any line break is none of ours; it is left alone.
    if cut > 0 && (whole > 0 || tail.starts_with(b"{\"schema\":")) {
        file.set_len(length.saturating_sub(cut))?;
    } else if cut > 0 {
        return Ok((Some(tail), 0));
    }
    let last = tail.get(..whole).unwrap_or_default();
    let last = last.strip_suffix(b"\n").unwrap_or(last);
    let last = last.rsplit(|byte| *byte == b'\n').next();
    Ok((
        last.filter(|line| !line.is_empty()).map(<[u8]>::to_vec),
        cut,
    ))
}

fn event(line: &[u8]) -> Option<Map<String, Value>> {
    let event: Map<String, Value> = serde_json::from_slice(line).ok()?;
    event.contains_key("schema").then_some(event)
}

fn day_of(event: &Map<String, Value>) -> Option<NaiveDate> {
    let time = DateTime::parse_from_rfc3339(event.get("time")?.as_str()?).ok()?;
    Some(time.to_utc().date_naive())
}

/// The last event of the youngest of the older files.
fn last_of_older(path: &Path) -> Option<Map<String, Value>> {
    let mut file = File::open(older(path).last()?).ok()?;
    let mut tail = Vec::new();
    let begin = file.metadata().ok()?.len().saturating_sub(TAIL);
    file.seek(SeekFrom::Start(begin)).ok()?;
    file.take(TAIL).read_to_end(&mut tail).ok()?;
    let lines = tail.split(|byte| *byte == b'\n');
    event(lines.rev().find(|line| !line.is_empty())?)
}

/// The older files, the oldest first.
pub(super) fn older(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Vec::new();
    };
    let prefix = format!("{name}.");
    let number = |path: &PathBuf| -> Option<u64> {
        let rest = path.file_name()?.to_str()?.strip_prefix(&prefix)?;
        let (time, seq) = rest.split_once('-')?;
        let is_time = time.len() == "20261128T224325Z".len() && time.ends_with('Z');
        seq.parse().ok().filter(|_| is_time)
    };
    let entries = fs::read_dir(folder.unwrap_or_else(|| Path::new(".")));
    let paths = entries.into_iter().flatten().flatten().map(|it| it.path());
    let mut found: Vec<_> = paths
        .filter_map(|path| Some((number(&path)?, path)))
        .collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}
