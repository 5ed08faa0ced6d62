//! The tools of this project with TLS, as a user has them.

use std::{fs, os::unix::fs::MetadataExt as _};

use agentup_tests::{
    Folder, QUICK_START_ENV, Server, run,
    tokens::{token, token_but},
};
use serde_json::json;

use super::{config, secured};

#[test]
fn the_client_trusts_an_authority_and_shows_a_certificate() {
    let agent = secured("    client_ca_file: ca.pem\n");
    let folder = agent.server.folder();
    let alice = agent.authority.client("alice");
    folder.write("alice.pem", &alice.certificate);
    folder.write("alice.key", &alice.key);
    let url = agent.server.url();
    let token = token("alice", "");
    let send = |certificates: &[&str]| {
        let fixed = ["send", "public_echo", "hi", "--url", url, "--token", &token];
        let all = fixed.iter().chain(certificates);
        run("agentup-client", folder.path(), all)
    };
    let (trust, identity) = (
        ["--ca-file", "ca.pem"],
        ["--cert", "alice.pem", "--key", "alice.key"],
    );
    let good = send(&[&trust[..], &identity[..]].concat());
    assert_eq!(good.code, Some(0), "{good:?}");
    assert!(good.stdout.contains("Echo: hi"), "{good:?}");
    // Nobody it trusts, then nobody that the agent trusts.
    for lacking in [&identity[..], &trust[..]] {
        let outcome = send(lacking);
        assert_eq!(outcome.code, Some(4), "{outcome:?}");
    }
    for (wrong, says) in [
        (
            &["--ca-file", "nowhere.pem"][..],
            "--ca-file nowhere.pem: No such file",
        ),
        (
            &["--ca-file", "alice.key"],
            "--ca-file alice.key: no certificate",
        ),
        (
            &["--cert", "alice.pem"],
            "unencrypted private key in alice.pem",
        ),
        (&["--key", "alice.key"], "--key needs --cert"),
    ] {
        let outcome = send(wrong);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(says), "{outcome:?}");
    }
}

/// The chapter on TLS, step by step: certificates of the generator, for everybody's side.
#[test]
fn certificates_to_try_it_with_are_made() {
    let folder = Folder::new(&config("    client_ca_file: ca.pem\n"), QUICK_START_ENV);
    let generate = |more: &[&str]| {
        let fixed = ["certificate", "--out", ".", "--client", "alice"];
        run("jwt-generator", folder.path(), fixed.iter().chain(more))
    };
    let made = generate(&[]);
    assert_eq!(made.code, Some(0), "{made:?}");
    for (file, mode) in [
        ("ca.pem", 0o644),
        ("server.key", 0o600),
        ("alice.key", 0o600),
    ] {
        let found = fs::metadata(folder.path().join(file)).unwrap();
        assert_eq!(found.mode() & 0o777, mode, "{file}");
    }
    assert!(!folder.path().join("ca.key").exists());
    let again = generate(&[]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("is there already"), "{again:?}");
    for (wrong, says) in [
        (["--host", "no host!"], "--host"),
        (["--client", "../up"], "letters, digits"),
        (["--client", "server"], "other files"),
    ] {
        let outcome = generate(&wrong);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.stderr.contains(says), "{outcome:?}");
    }
    let made = generate(&["--force"]);
    let (_, thumbprint) = made.stderr.split_once("x5t#S256 ").unwrap();
    let bound = token_but("alice", "", json!({"cnf": {"x5t#S256": thumbprint.trim()}}));
    for (from, to) in [("server.pem", "cert.pem"), ("server.key", "key.pem")] {
        fs::copy(folder.path().join(from), folder.path().join(to)).unwrap();
    }
    let server = Server::start_in(folder);
    let outcome = run(
        "agentup-client",
        server.folder().path(),
        [
            "--url",
            server.url(),
            "--ca-file",
            "ca.pem",
            "--cert",
            "alice.pem",
            "--key",
            "alice.key",
            "--token",
            &bound,
            "send",
            "public_echo",
            "hi",
        ],
    );
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.contains("Echo: hi"), "{outcome:?}");
}
