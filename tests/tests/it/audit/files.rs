//! The files of an audit: rotated, moved, continued, refused.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Stdio};

use agentup_tests::{Folder, Log, PATIENCE, Server, program, run, tokens::token};

use super::{config, events, folder, told, verify};

/// The names of the files that begin so, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("audit")).collect();
    names.sort();
    names
}

async fn denials(server: &Server, times: usize) {
    for _ in 0..times {
        server
            .ask("premium_analyzer", &token("alice", ""), "x")
            .await;
    }
}

/// The effect of `observability.audit.rotation.size` and `observability.audit.rotation.keep`.
#[tokio::test]
async fn a_full_file_is_put_aside_and_few_are_kept() {
    let rotation = "rotation: { size: 4KiB, keep: 2 }";
    let server = Server::start_in(folder(&format!("file: audit.jsonl, {rotation}")));
    let here = server.folder().path().to_owned();
    let begun = std::time::Instant::now();
    // Three files were begun when the first of them is gone again.
    while names(&here).len() < 3
        || fs::read_to_string(here.join(&names(&here)[1]))
            .unwrap()
            .contains("\"seq\":1,")
    {
        denials(&server, 10).await;
        assert!(begun.elapsed() < PATIENCE, "{:?}", names(&here));
    }
    denials(&server, 40).await;
    server.ask_to_stop();
    let _ = server.log().wait_for("stopping");
    let _ = server.log().whole();
    let names = names(&here);
    assert_eq!(names.len(), 3, "{names:?}");
    for name in &names {
        let metadata = fs::metadata(here.join(name)).unwrap();
        assert!(metadata.len() <= 4096, "{name}");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
    }
    let first: Vec<_> = names.iter().map(String::as_str).collect();
    let outcome = verify(&here, &first);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    // Their order does not count, and none of them may be missing in between.
    let reversed: Vec<_> = first.iter().rev().copied().collect();
    assert_eq!(verify(&here, &reversed).stdout, outcome.stdout);
    let outcome = verify(&here, &[first[0], first[1]]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.stderr.contains(":1: does not follow"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_file_that_was_moved_is_begun_anew_on_sighup() {
    let server = Server::start_in(folder("file: audit.jsonl"));
    let here = server.folder().path().to_owned();
    denials(&server, 1).await;
    fs::rename(here.join("audit.jsonl"), here.join("audit.moved")).unwrap();
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration reloaded");
    denials(&server, 1).await;
    let stopped = {
        server.ask_to_stop();
        server.log().whole()
    };
    let new = events(&fs::read_to_string(here.join("audit.jsonl")).unwrap());
    assert!(
        told(&new).contains(&"config.reloaded".to_owned()),
        "{new:?} {stopped}"
    );
    let outcome = verify(&here, &["audit.jsonl", "audit.moved"]);
    assert_eq!(outcome.code, Some(0), "one chain: {outcome:?}");
}

#[tokio::test]
async fn a_restarted_server_goes_on_where_the_last_one_was_cut_off() {
    let server = Server::start_in(folder("file: audit.jsonl"));
    denials(&server, 1).await;
    let before = server.stop().audit;
    let half = "{\"schema\":1,\"seq\":5,\"half";
    let again = folder("file: audit.jsonl");
    again.write("audit.jsonl", &format!("{before}{half}"));
    let server = Server::start_in(again);
    let here = server.folder().path().to_owned();
    server.ask_to_stop();
    let _ = server.log().whole();
    let after = fs::read_to_string(here.join("audit.jsonl")).unwrap();
    assert!(
        after.starts_with(&before) && !after.contains(half),
        "{after}"
    );
    let events = events(&after);
    let opened = &events[before.lines().count()];
    assert_eq!(
        (&opened["event"], &opened["cut_bytes"]),
        (&"audit.opened".into(), &half.len().into())
    );
    let outcome = verify(&here, &["audit.jsonl"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

#[test]
fn a_file_that_cannot_be_written_is_a_fault() {
    for (file, words) in [
        ("nosuch/audit.jsonl", "there is no folder"),
        (".", "is a folder"),
        ("notes.txt", "does not end with an event"),
    ] {
        let folder = Folder::new(
            &config(&format!("file: {file}")),
            agentup_tests::QUICK_START_ENV,
        );
        folder.write("notes.txt", "something else");
        let outcome = run("agentup-server", folder.path(), ["serve", "--port", "0"]);
        assert_eq!(outcome.code, Some(78), "{outcome:?}");
        assert!(
            outcome.stderr.contains("observability.audit.file"),
            "{outcome:?}"
        );
        assert!(outcome.stderr.contains(words), "{outcome:?}");
        assert_eq!(
            folder.read("notes.txt"),
            "something else",
            "it is left alone"
        );
    }
}

#[test]
fn two_processes_do_not_share_a_file() {
    let server = Server::start_in(folder("file: audit.jsonl"));
    let outcome = run(
        "agentup-server",
        server.folder().path(),
        ["serve", "--port", "0"],
    );
    assert_eq!(outcome.code, Some(78), "{outcome:?}");
    assert!(
        outcome.stderr.contains("written by another process"),
        "{outcome:?}"
    );
}

/// The effect of `observability.audit.stdout`.
#[test]
fn events_may_go_to_standard_output() {
    let folder = folder("stdout: true");
    let mut child = program("agentup-server")
        .args(["serve", "--port", "0"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = Log::follow(child.stdout.take().unwrap());
    let log = Log::follow(child.stderr.take().unwrap());
    let _ = output.wait_for("server.started");
    child.kill().unwrap();
    let _ = child.wait();
    // Nothing but events is there.
    assert_eq!(
        told(&events(&output.whole())),
        ["audit.opened", "server.started"],
        "{}",
        log.whole()
    );
}
