//! Generator, issuer, validator, server and client together, as the README's section on issuers has it.
#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]

use std::{
    path::Path,
    process::{Child, Stdio},
};

use agentup_tests::{Log, Outcome, run, shell, told};
use serde_json::Value;
use tempfile::TempDir;

const README: &str = include_str!("../../README.md");
const HEADING: &str = "\n## Tokens from an issuer (RS256, JWKS)\n";
const ISSUER: &str = "http://127.0.0.1:9000";
const AGENT: &str = "http://127.0.0.1:8000";

/// A program that runs until the test ends.
struct Running {
    child: Child,
    url: String,
}

impl Running {
    /// Starts what a shell runs in the background, and waits for the line that says where it
    /// listens.
    fn start(line: &str, folder: &Path, announcement: &str) -> Self {
        let line = line
            .strip_suffix(" &")
            .expect("a command in the background");
        let mut child = shell(&format!("exec {line}"), folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a shell");
        let output = Log::follow(child.stdout.take().expect("a pipe"));
        let log = Log::follow(child.stderr.take().expect("a pipe"));
        // From here on the drop ends the child, however this goes on.
        let mut running = Self {
            child,
            url: String::new(),
        };
        match output.find_line(announcement) {
            Some(url) => running.url = url,
            None => panic!("{line} does not start; it said:\n{}", log.text()),
        }
        running
    }

    fn issuer(line: &str, folder: &Path) -> Self {
        Self::start(line, folder, "issuer listening on ")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail where it has ended already, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

fn on_free_port(line: &str, port: &str) -> String {
    assert!(line.contains(port), "{line}");
    line.replace(port, "--port 0")
}

/// The commands of the section: the paragraphs of its one block of code.
fn commands() -> Vec<&'static str> {
    let (_, section) = README.split_once(HEADING).expect("the section");
    let (_, code) = section.split_once("\n```sh\n").expect("a block of code");
    let (code, _) = code.split_once("\n```\n").expect("its end");
    code.split("\n\n").collect()
}

#[test]
fn the_readme_leads_to_an_answer_in_five_commands() {
    let folder = folder();
    let folder = folder.path();
    let [issuer, configure, agent, token, call] = commands()[..] else {
        panic!("not five commands: {:#?}", commands());
    };
    let issuer = Running::issuer(&on_free_port(issuer, "--port 9000"), folder);
    let configured = told(&mut shell(&configure.replace(ISSUER, &issuer.url), folder));
    assert_eq!(configured, (Some(0), String::new()));
    let agent = on_free_port(agent, "--port 8000");
    let agent = Running::start(&agent, folder, "agentup-server listening on ");

    let run = |script: &str| {
        let script = script.replace(ISSUER, &issuer.url);
        told(&mut shell(&script.replace(AGENT, &agent.url), folder))
    };
    let (status, said) = run(&format!("{token}\n{call}"));
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("Hello") && said.contains("alice"), "{said}");

    // As the text below has it: a token of the old key, and one of the new.
    let rotate = format!("curl -sf -X POST {ISSUER}/rotate");
    for script in [
        format!("{token}\n{rotate}\n{call}"),
        format!("{rotate}\n{token}\n{call}"),
    ] {
        let (status, said) = run(&script);
        assert_eq!(status, Some(0), "{script}: {said}");
    }
    for (script, status) in [
        (
            format!("{token}\n{call}").replace("scope=basic", "scope=public"),
            1,
        ),
        (
            format!("TOKEN=$(jwt-generator --format token-only)\n{call}"),
            3,
        ),
    ] {
        let (code, said) = run(&script);
        assert_eq!(code, Some(status), "{script}: {said}");
    }
}

fn succeeded(outcome: &Outcome) -> &str {
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    outcome.stdout.trim_end()
}

#[test]
fn every_algorithm_goes_from_key_to_verdict() {
    for algorithm in [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
        "ES384", "ES512", "EdDSA",
    ] {
        let folder = folder();
        let folder = folder.path();
        let shared = algorithm.starts_with("HS");
        let mut keygen = vec![
            "keygen", "--alg", algorithm, "--format", "jwk", "--out", "key",
        ];
        if !shared {
            keygen.extend(["--public-out", "public", "--public-format", "jwks"]);
        }
        succeeded(&run("jwt-generator", folder, keygen));

        let sign = ["--private-key", "key", "--format", "token-only"];
        let good = run("jwt-generator", folder, sign);
        let spoil = [&sign[..], &["--invalid-signature"]].concat();
        let spoiled = run("jwt-generator", folder, spoil);
        let verdict = |token: &Outcome| {
            let key = if shared { "key" } else { "public" };
            let flags = ["--alg", algorithm, "--key-file", key, "--format", "json"];
            let outcome = run(
                "jwt-validator",
                folder,
                [&[succeeded(token)], &flags[..]].concat(),
            );
            let report: Value = serde_json::from_str(&outcome.stdout).expect("a report");
            (outcome.code, report["code"].clone())
        };
        assert_eq!(verdict(&good), (Some(0), Value::Null), "{algorithm}");
        let refused = (Some(1), "bad_signature".into());
        assert_eq!(verdict(&spoiled), refused, "{algorithm}");
    }
}

#[test]
fn the_validator_follows_the_issuer() {
    let folder = folder();
    let folder = folder.path();
    for algorithm in ["RS256", "PS256", "ES256", "EdDSA"] {
        let line = format!("jwt-generator issuer --port 0 --algorithm {algorithm} &");
        let issuer = Running::issuer(&line, folder);
        let url = issuer.url.as_str();
        let ask = |flags: &str| {
            let (status, said) = told(&mut shell(&format!("curl -sf {flags}"), folder));
            assert_eq!(status, Some(0), "{flags}: {said}");
            said
        };
        let token = || {
            ask(&format!(
                "-H 'Accept: application/jwt' -d grant_type=client_credentials {url}/token"
            ))
        };
        let keys = format!("{url}/jwks.json");
        let verdict = |token: &str| {
            [&["--jwks-url", &keys][..], &["--discover", "--issuer", url]]
                .map(|flags| run("jwt-validator", folder, [flags, &[token]].concat()).code)
        };
        let old = token();
        assert_eq!(verdict(&old), [Some(0); 2], "{algorithm}");
        ask(&format!("-X POST {url}/rotate"));
        let new = token();
        assert_eq!(verdict(&old), [Some(0); 2], "{algorithm}");
        assert_eq!(verdict(&new), [Some(0); 2], "{algorithm}");
        ask(&format!("-X POST {url}/retire"));
        assert_eq!(verdict(&old), [Some(1); 2], "{algorithm}");
        assert_eq!(verdict(&new), [Some(0); 2], "{algorithm}");
    }
}
