//! `interop`: the official SDKs as clients of a real agent, in both generations and both bindings,
//! and as agents behind one.

mod behind;
mod clients;
mod install;
mod verdicts;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::json;

use self::clients::CLIENTS;
use self::verdicts::Verdicts;
use crate::agent::Agent;
use crate::env_file;
use crate::sh::root;
use crate::token;
use crate::toolbox::Toolbox;

/// The agent they talk to: an example, because it needs skills that take their time.
const AGENT: &str = "interop_agent";

/// Let the official SDKs talk to the agent
///
/// Builds the agent of an example, starts it on a free port with a fresh secret, and runs a small
/// program for each SDK and binding. Then agents that are written with the Python SDK do the skills
/// of another agent, and a client of the SDK talks to that one. The SDKs, in fixed versions, are installed into the target
/// folder by pip and npm: needs Python 3 with venv, Node.js 18 with npm, and their package
/// registries the first time.
#[derive(Args, Debug)]
pub(crate) struct Interop;

pub(crate) fn run() -> Result<ExitCode> {
    check()?;
    Ok(ExitCode::SUCCESS)
}

/// Fails unless every step of every client succeeds.
pub(crate) fn check() -> Result<()> {
    let toolbox = Toolbox::build_with_example(AGENT)?;
    let sdks = toolbox.folder().with_file_name("interop");
    for sdk in clients::SDKS {
        install::ensure(sdk, &sdks)?;
    }

    let folder = tempfile::tempdir()?;
    let config = root().join("tests/interop/agent_config.yaml");
    fs::copy(&config, folder.path().join("agent_config.yaml"))
        .with_context(|| format!("cannot copy {}", config.display()))?;
    env_file::ensure(&folder.path().join(".env"))?;
    let token = |user: &str, scopes: &str, more: &[&str]| {
        token::generator(&toolbox, scopes, user)
            .args(more)
            .unconfigured()
            .dir(folder.path())
            .read()
    };
    let tokens = json!({
        "alice": token("alice", "basic", &[])?,
        "bob": token("bob", "basic", &[])?,
        "carol": token("carol", "public", &[])?,
        "invalid": token("alice", "basic", &["--invalid-signature"])?,
    });

    let server = toolbox.example(AGENT).arg("agent_config.yaml");
    let agent = Agent::start_logging(server, folder.path())?;
    println!("\n🤝 The official SDKs, talking to {}\n", agent.url());
    let given = json!({ "url": agent.url(), "tokens": tokens }).to_string();
    let mut verdicts = Verdicts::default();
    for client in CLIENTS {
        verdicts.add(client, client.talk(&sdks, &given));
    }
    agent.stop()?;

    println!("\n{verdicts}\n🤝 Agents of the official SDK, behind one of ours\n");
    let behind = behind::check(&toolbox, &sdks, folder.path(), &tokens)?;
    match verdicts.failed().saturating_add(behind) {
        0 => {
            println!("🎉 the official SDKs understand the agent, in front of it and behind it");
            Ok(())
        }
        failed => bail!("{failed} steps failed"),
    }
}
