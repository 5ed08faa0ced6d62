//! What is written, and when another file is begun.

use std::{fs, path::Path};

use chrono::{DateTime, Utc};

use super::*;
use crate::config::RotationConfig;

const EVENING: &str = "2030-01-01T23:59:59Z";
const MORNING: &str = "2030-01-02T00:00:01Z";

fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

fn config(folder: &Path, daily: bool) -> AuditConfig {
    AuditConfig {
        target: AuditTarget::File {
            path: folder.join("audit.jsonl"),
            rotation: RotationConfig {
                size: 1 << 30,
                daily,
                keep: 10,
            },
        },
        hash_chain: true,
        skills: None,
    }
}

/// How many files there are when a day has passed between two events.
fn files_of_two_days(daily: bool) -> usize {
    let folder = tempfile::tempdir().unwrap();
    for time in [EVENING, EVENING, MORNING, MORNING] {
        let audit = Audit::off(Clock::fixed(at(time)));
        audit.adopt(Some(&config(folder.path(), daily))).unwrap();
        audit.record(What::ConfigReloaded);
        audit.close();
    }
    let entries = fs::read_dir(folder.path()).unwrap();
    let files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    let sound = verify(&files).unwrap();
    assert_eq!((sound.first, sound.events), (1, 8));
    files.len()
}

/// The effect of `observability.audit.rotation.daily`.
#[test]
fn every_day_has_a_file_of_its_own() {
    assert_eq!(files_of_two_days(true), 2, "daily");
    assert_eq!(files_of_two_days(false), 1, "not daily");
}

#[test]
fn settings_change_while_the_file_stays_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let audit = Audit::off(Clock::fixed(at(EVENING)));
    let chained = config(folder.path(), false);
    audit.adopt(Some(&chained)).unwrap();
    let plain = AuditConfig {
        hash_chain: false,
        ..chained
    };
    audit.adopt(Some(&plain)).unwrap();
    audit.record(What::ConfigReloaded);
    audit.adopt(None).unwrap();
    audit.record(What::Stopped);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[0].contains("\"hash\"") && !lines[1].contains("\"hash\""),
        "{text}"
    );
}

#[test]
fn what_does_not_fit_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let audit = Audit::off(Clock::fixed(at(EVENING)));
    audit.adopt(Some(&config(folder.path(), false))).unwrap();
    // More than the thread can have taken meanwhile.
    let sent = 40 * WAITING;
    for _ in 0..sent {
        audit.record(What::ConfigReloaded);
    }
    audit.close();
    let text = fs::read_to_string(folder.path().join("audit.jsonl")).unwrap();
    let events = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let (mut recorded, mut lost) = (0, 0);
    for event in events {
        let event: serde_json::Value = event;
        match event["event"].as_str().unwrap() {
            "config.reloaded" => recorded += 1,
            "audit.lost" => lost += event["events"].as_u64().unwrap(),
            other => assert_eq!(other, "audit.opened"),
        }
    }
    assert_eq!(recorded + lost, u64::try_from(sent).unwrap());
    let tally = audit.tally();
    assert_eq!(tally.lost(), lost);
    assert_eq!(
        tally.written(),
        u64::try_from(text.lines().count()).unwrap()
    );
}
