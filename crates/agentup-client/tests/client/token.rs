//! Where a token may come from, and which source goes before which.

use std::fs;

use crate::{agent, fake::Fake, run::Run};

fn credential(agent: &Fake) -> Option<String> {
    agent.calls().pop().unwrap().credential().map(str::to_owned)
}

#[test]
fn every_source_gives_the_same_token() {
    let agent = agent::start();
    let token = agent::token("basic");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    fs::write(&file, format!("{token}\n")).unwrap();
    let file = file.to_str().unwrap();
    let get = ["get", "t-1", "--url", &agent.url];
    for run in [
        Run::new(&[&get[..], &["--token", &token]].concat()),
        Run::new(&[&get[..], &["--token-file", file]].concat()),
        Run::new(&[&get[..], &["--token", "-"]].concat()).stdin(&format!("Bearer {token}\n")),
        Run::new(&[&get[..], &["--token-file", "-"]].concat()).stdin(&token),
        Run::new(&get).env("AGENTUP_TOKEN", &token),
        Run::new(&["get", "t-1"])
            .env("AGENTUP_TOKEN", &token)
            .env("AGENTUP_URL", &agent.url),
        Run::new(&[&["--token", &token][..], &get].concat()),
        Run::new(&[&get[..], &["--token", &token]].concat()).env("AGENTUP_TOKEN", "an.other.one"),
        Run::new(&[&get[..], &["--token-file", file]].concat()).env("AGENTUP_TOKEN", "not usable"),
        Run::new(&get)
            .env("AGENTUP_TOKEN", &token)
            .env("AGENTUP_URL", "http://127.0.0.1:1"),
    ] {
        run.go().expect(0, &[]);
        assert_eq!(credential(&agent), Some(format!("Bearer {token}")));
    }
}

#[test]
fn an_env_file_is_not_read() {
    let agent = agent::start();
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join(".env"),
        format!("AGENTUP_TOKEN={}\n", agent::token("basic")),
    )
    .unwrap();
    let run = Run::new(&["get", "t-1", "--url", &agent.url])
        .dir(dir.path())
        .env("AGENTUP_TOKEN", "")
        .go();
    run.expect(3, &[]);
    assert_eq!(credential(&agent), None);
    let run = Run::new(&["get", "t-1", "--url", &agent.url])
        .dir(dir.path())
        .go();
    run.expect(3, &[]);
    assert_eq!(credential(&agent), None);
}
