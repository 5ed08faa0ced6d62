//! Whether a chain holds: across the files of an audit, whatever their order on the command line.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use super::chain::{Head, hash};

/// What holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sound {
    /// How many events there are.
    pub(crate) events: u64,
    /// The number of the first one. Files that were removed since had those before.
    pub(crate) first: u64,
    /// The last one: to be compared with what was noted elsewhere, since nothing within the files
    /// tells that their end was cut off.
    pub(crate) head: Head,
}

/// Where a chain does not hold.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("{} cannot be read", .file.display())]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("there is no event in these files")]
    Empty,
    #[error("{}:{line}: {what}", .file.display())]
    Line {
        file: PathBuf,
        line: u64,
        what: Wrong,
    },
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    #[error("is not an event")]
    NotAnEvent,
    #[error("has no hash: it was recorded without hash_chain")]
    NotChained,
    #[error("was changed: its hash does not belong to it")]
    Changed,
    #[error("does not follow the line before: something was removed, added or moved")]
    OutOfPlace,
}

/// Checks the events of these files, as one chain.
///
/// # Errors
/// With the first line that does not hold.
pub(crate) fn verify(files: &[PathBuf]) -> Result<Sound, Broken> {
    let mut ordered = Vec::new();
    for file in files {
        // An empty file has no place in the order, and breaks nothing.
        if let Some(first) = first_number(file)? {
            ordered.push((first, file));
        }
    }
    ordered.sort();
    let mut sound: Option<Sound> = None;
    for (_, file) in ordered {
        check(file, &mut sound)?;
    }
    sound.ok_or(Broken::Empty)
}

/// The number of the first event of a file; 0 where the first line is none, so that it is looked
/// at first.
fn first_number(file: &Path) -> Result<Option<u64>, Broken> {
    let first = lines(file)?.next();
    let Some(line) = first else {
        return Ok(None);
    };
    let line = line.map_err(|source| unreadable(file, source))?;
    let event: Option<Map<String, Value>> = serde_json::from_str(&line).ok();
    let number = event.and_then(|event| event.get("seq")?.as_u64());
    Ok(Some(number.unwrap_or_default()))
}

fn check(file: &Path, sound: &mut Option<Sound>) -> Result<(), Broken> {
    let mut number = 0_u64;
    for line in lines(file)? {
        number = number.saturating_add(1);
        let line = line.map_err(|source| unreadable(file, source))?;
        let broken = |what| Broken::Line {
            file: file.to_owned(),
            line: number,
            what,
        };
        let event: Map<String, Value> =
            serde_json::from_str(&line).map_err(|_| broken(Wrong::NotAnEvent))?;
        let head = Head::of(&event).ok_or_else(|| broken(Wrong::NotAnEvent))?;
        let Some(found) = &head.hash else {
            return Err(broken(Wrong::NotChained));
        };
        if *found != hash(&event) {
            return Err(broken(Wrong::Changed));
        }
        let before = event.get("prev").and_then(Value::as_str);
        *sound = Some(match sound.take() {
            None => Sound {
                events: 1,
                first: head.seq,
                head,
            },
            Some(so_far) => {
                let is_next = Some(head.seq) == so_far.head.seq.checked_add(1);
                if !is_next || before != so_far.head.hash.as_deref() {
                    return Err(broken(Wrong::OutOfPlace));
                }
                Sound {
                    events: so_far.events.saturating_add(1),
                    first: so_far.first,
                    head,
                }
            }
        });
    }
    Ok(())
}

fn lines(file: &Path) -> Result<io::Lines<BufReader<File>>, Broken> {
    let opened = File::open(file).map_err(|source| unreadable(file, source))?;
    Ok(BufReader::new(opened).lines())
}

fn unreadable(file: &Path, source: io::Error) -> Broken {
    Broken::Unreadable {
        file: file.to_owned(),
        source,
    }
}
