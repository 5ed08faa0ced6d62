//! A file that changes in every usual way, and one that cannot be taken.

use std::{
    fs,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use super::follow;
use crate::testing::no_audit;

/// Never reached unless something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

struct Sink(Sender<Result<String, String>>);

fn take(sink: &Sink, bytes: &[u8]) -> Result<String, String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let outcome = if text == "bad" { Err(text) } else { Ok(text) };
    sink.0
        .send(outcome.clone())
        .map_err(|error| error.to_string())?;
    outcome
}

fn following(path: &std::path::Path) -> (Arc<Sink>, Receiver<Result<String, String>>) {
    let (sender, receiver) = channel();
    let sink = Arc::new(Sink(sender));
    follow(path, 100, &sink, &no_audit(), take).expect("a file");
    (sink, receiver)
}

#[test]
fn every_change_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "one").unwrap();
    let (_sink, taken) = following(&path);
    let next = || taken.recv_timeout(PATIENCE).expect("a change");
    assert_eq!(next(), Ok("one".to_owned()));
    fs::write(&path, "two").unwrap();
    assert_eq!(next(), Ok("two".to_owned()));
    fs::write(&path, "bad").unwrap();
    assert_eq!(next(), Err("bad".to_owned()));
    let beside = folder.path().join("new");
    fs::write(&beside, "three").unwrap();
    fs::rename(&beside, &path).unwrap();
    assert_eq!(next(), Ok("three".to_owned()));
    // As Kubernetes does: the name stays a link, and its folder is another one.
    fs::remove_file(&path).unwrap();
    for version in ["a", "b"] {
        fs::create_dir(folder.path().join(version)).unwrap();
        fs::write(folder.path().join(version).join("file"), version).unwrap();
    }
    std::os::unix::fs::symlink("a", folder.path().join("data")).unwrap();
    std::os::unix::fs::symlink("data/file", &path).unwrap();
    assert_eq!(next(), Ok("a".to_owned()));
    std::os::unix::fs::symlink("b", folder.path().join("other")).unwrap();
    fs::rename(folder.path().join("other"), folder.path().join("data")).unwrap();
    assert_eq!(next(), Ok("b".to_owned()));
}

#[test]
fn a_file_must_be_good_at_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let (sender, _receiver) = channel();
    let sink = Arc::new(Sink(sender));
    assert!(
        follow(&path, 100, &sink, &no_audit(), take).is_err(),
        "no file"
    );
    for text in ["bad".to_owned(), "x".repeat(101)] {
        fs::write(&path, text).unwrap();
        assert!(follow(&path, 100, &sink, &no_audit(), take).is_err());
    }
}

#[test]
fn following_ends_with_whom_it_is_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "one").unwrap();
    let (sink, taken) = following(&path);
    assert_eq!(taken.recv_timeout(PATIENCE), Ok(Ok("one".to_owned())));
    drop(sink);
    // The sender went with it.
    assert!(taken.recv_timeout(PATIENCE).is_err());
}
