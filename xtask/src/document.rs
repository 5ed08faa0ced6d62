//! `document`: the requirement document's own programs, run against a real server in the way the
//! document says. They lie in `tests/document` as they are printed there; only the command that
//! makes a token is ours.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::agent::Agent;
use crate::sh::{Sh, root};
use crate::token;
use crate::toolbox::Toolbox;
use crate::venv;

/// Where the programs expect the agent.
const PORT: u16 = 8000;

const INTEGRATION_TEST: &str = "test_jwt_integration.py";
const VALIDATOR: &str = "jwt_validator.py";
const INTERACTIVE_CLIENT: &str = "interactive_jwt_client.py";

/// Run the requirement document's own programs against the agent
///
/// Starts the agent on port 8000, which must be free, with the configuration and the .env file of the
/// document's Quick Start. Needs Python 3 with venv; what the programs import is installed into a
/// virtual environment in the target folder.
#[derive(Args, Debug)]
pub(crate) struct Document;

pub(crate) fn run() -> Result<ExitCode> {
    check(&Toolbox::build()?)?;
    Ok(ExitCode::SUCCESS)
}

/// A run of one of the programs, and what is due.
struct Run<'a> {
    program: &'static str,
    args: Vec<&'a str>,
    input: String,
    /// What the output must have, and how many times.
    expected: &'static [(&'static str, usize)],
}

/// Fails unless all programs say what the document lets them say.
pub(crate) fn check(toolbox: &Toolbox) -> Result<()> {
    demand_free_port()?;
    let python = python(toolbox)?;
    let folder = tempfile::tempdir()?;
    let secret = lay_out(folder.path())?;
    let agent = Agent::start_behind(toolbox, folder.path(), PORT)?;
    println!("\n📖 The document's programs, against {}\n", agent.url());

    let token = |scopes, user| {
        token::generator(toolbox, scopes, user)
            .unconfigured()
            .dir(folder.path())
            .read()
    };
    let admin = token("basic,premium,admin", "admin-user")?;
    let basic = token("basic", "basic-user")?;
    let mut failed = 0_usize;
    for run in runs(&admin, &basic, &secret) {
        let python = Sh::new(&python).dir(folder.path());
        let passed = run.passes(python.path_first(toolbox.folder())?)?;
        failed = failed.saturating_add(usize::from(!passed));
    }
    agent.stop()?;
    if failed > 0 {
        bail!("{failed} of the document's programs did not come out as the document says");
    }
    println!("\n🎉 the document's programs run as the document says");
    Ok(())
}

fn runs<'a>(admin: &'a str, basic: &'a str, secret: &'a str) -> Vec<Run<'a>> {
    let session = format!("token {admin}\ndiscovery\nskill basic_assistant hello\ntest\nquit\n");
    vec![
        Run {
            program: INTEGRATION_TEST,
            args: vec![],
            input: String::new(),
            expected: &[
                ("✅ Agent discovery endpoint working correctly", 1),
                ("✅ PASS", 7),
                ("❌", 0),
                ("All tests passed!", 1),
            ],
        },
        Run {
            program: VALIDATOR,
            args: vec![admin, secret],
            input: String::new(),
            expected: &[
                ("✅ Token is valid and verified", 1),
                ("🎯 Scopes: basic, premium, admin", 1),
                ("   sub: admin-user", 1),
                ("❌", 0),
            ],
        },
        Run {
            program: INTERACTIVE_CLIENT,
            args: vec![],
            input: session,
            expected: &[
                ("✅ Token set: ", 1),
                ("✅ Agent: JWT Test Agent", 1),
                ("   Skills: 4", 1),
                ("✅ Success: ", 5),
                ("❌", 0),
                ("👋 Goodbye!", 1),
            ],
        },
        Run {
            program: INTERACTIVE_CLIENT,
            args: vec![basic],
            input: String::new(),
            expected: &[
                ("✅ Agent: JWT Test Agent", 1),
                ("✅ Success: ", 2),
                ("❌ Access denied: ", 2),
                ("❌ HTTP error", 0),
            ],
        },
    ]
}

impl Run<'_> {
    /// Prints the verdict, and what the program said if it is not good.
    fn passes(&self, python: Sh) -> Result<bool> {
        let output = python
            .arg(root().join("tests/document").join(self.program))
            .args(&self.args)
            .unconfigured()
            .env("PYTHONUTF8", "1")
            // A proxy knows nothing of this machine's agent.
            .env("NO_PROXY", "localhost")
            .env("no_proxy", "localhost")
            .talk(&self.input)?;
        let said = String::from_utf8_lossy(&output.stdout);
        let mut wrong = differences(&said, self.expected);
        if !output.status.success() {
            wrong.push(format!("ended with {}", output.status));
        }

        let how = match (self.args.is_empty(), self.input.is_empty()) {
            (true, true) => "",
            (false, _) => " with a token",
            (true, false) => " in a session",
        };
        if wrong.is_empty() {
            println!("✅ PASS {}{how}", self.program);
            return Ok(true);
        }
        println!("❌ FAIL {}{how}", self.program);
        for what in wrong {
            println!("   {what}");
        }
        println!("{said}{}", String::from_utf8_lossy(&output.stderr));
        Ok(false)
    }
}

fn differences(said: &str, expected: &[(&str, usize)]) -> Vec<String> {
    expected
        .iter()
        .map(|(text, due)| (text, due, said.matches(text).count()))
        .filter(|(_, due, found)| *due != found)
        .map(|(text, due, found)| format!("`{text}`: {found} times instead of {due}"))
        .collect()
}

/// Both loopback addresses: `localhost` may mean either.
fn demand_free_port() -> Result<()> {
    for host in ["127.0.0.1", "::1"] {
        if let Err(error) = TcpListener::bind((host, PORT))
            && error.kind() == std::io::ErrorKind::AddrInUse
        {
            bail!("port {PORT} is taken, and the document's programs know no other: free it first");
        }
    }
    Ok(())
}

/// The document's Steps 1 and 2: the two files beside which the agent is started. Returns the
/// secret that stands in the second.
fn lay_out(folder: &Path) -> Result<String> {
    let copy = |from: &str, to: &str| {
        fs::copy(root().join(from), folder.join(to)).with_context(|| format!("cannot copy {from}"))
    };
    copy("config/agent_config.yaml", "agent_config.yaml")?;
    copy("tests/document/quick-start.env", ".env")?;
    let env_file = fs::read_to_string(folder.join(".env"))?;
    let secret = env_file
        .lines()
        .find_map(|line| line.strip_prefix("JWT_SECRET="));
    Ok(secret
        .context("quick-start.env has no JWT_SECRET")?
        .to_owned())
}

/// A Python that can import what the programs import, in an environment of its own.
fn python(toolbox: &Toolbox) -> Result<PathBuf> {
    let home = toolbox.folder().join("document-venv");
    let versions = root().join("tests/document/requirements.txt");
    venv::ensure(&home, &versions, &[])
        .context("Python 3 with its module venv is needed (on Debian: python3-venv)")?;
    Ok(venv::python_of(&home))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_compared_by_what_it_has_and_how_often() {
        let said = "✅ one\n✅ two\n";
        assert!(differences(said, &[("✅", 2), ("❌", 0)]).is_empty());
        assert_eq!(differences(said, &[("✅", 3), ("❌", 1)]).len(), 2);
    }

    #[test]
    fn the_programs_are_there_and_make_their_tokens_with_our_generator() {
        let folder = root().join("tests/document");
        for program in [INTEGRATION_TEST, VALIDATOR, INTERACTIVE_CLIENT] {
            let text = fs::read_to_string(folder.join(program)).unwrap();
            assert!(text.starts_with(&format!("#!/usr/bin/env python3\n# {program}\n")));
        }
        let test = fs::read_to_string(folder.join(INTEGRATION_TEST)).unwrap();
        assert!(test.contains("cmd = [\n            \"jwt-generator\",\n            \"--scopes\""));
    }
}
