//! Agents of the official SDK behind an agent of ours, with a client of the SDK in front of it.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::clients::{PYTHON_V03, PYTHON_V10, SOURCES, Sdk};
use super::verdicts::{Report, Said};
use crate::agent::Agent;
use crate::sh::root;
use crate::toolbox::Toolbox;

/// The configuration of the agent in the middle.
const CONFIG: &str = "behind.yaml";

/// What the driver does with each skill.
const STEPS: &[&str] = &[
    "message",
    "parts",
    "stream",
    "multi-turn",
    "cancel",
    "rejection",
    "failure",
    "denial",
];

/// A skill of the agent in the middle, and the SDK whose agent does it.
const SKILLS: &[(&str, Sdk)] = &[
    ("python_v10", PYTHON_V10),
    ("python_v10_rest", PYTHON_V10),
    ("python_v03", PYTHON_V03),
];

/// Runs the driver for each skill. `folder` has the `.env` that the tokens were made with. Answers
/// how many steps failed.
pub(super) fn check(
    toolbox: &Toolbox,
    sdks: &Path,
    folder: &Path,
    tokens: &Value,
) -> Result<usize> {
    let mut failed = 0_usize;
    for &(skill, sdk) in SKILLS {
        // Each has agents of its own, so that what it finds is what it did.
        let [v10, v03] = [PYTHON_V10, PYTHON_V03].map(|sdk| start(sdk, sdks));
        let (v10, v03) = (v10?, v03?);
        let behind = if sdk.name == PYTHON_V03.name {
            &v03
        } else {
            &v10
        };
        let home = folder.join(skill);
        fs::create_dir(&home)?;
        fs::copy(folder.join(".env"), home.join(".env"))?;
        let config = root().join(SOURCES).join(CONFIG);
        fs::copy(&config, home.join("agent_config.yaml"))
            .with_context(|| format!("cannot copy {}", config.display()))?;
        let server = toolbox.sh("agentup-server").arg("serve");
        let server = server.env("V10_URL", v10.url()).env("V03_URL", v03.url());
        let agent = Agent::start_logging(server, &home)?;
        let given = json!({
            "url": agent.url(), "tokens": tokens, "behind": format!("{}/", behind.url()),
        });
        println!("{skill}, behind the agent");
        let mut said = Said::default();
        let ended = PYTHON_V10.drive(
            sdks,
            "behind.py",
            Some(skill),
            &given.to_string(),
            &mut said,
        );
        let report = Report { said, ended };
        failed = failed.saturating_add(report.failed(STEPS));
        agent.stop()?;
    }
    Ok(failed)
}

/// Starts the agent that is written with this SDK. It ends when it is dropped.
fn start(sdk: Sdk, sdks: &Path) -> Result<Agent> {
    let home = sdks.join(sdk.name);
    Agent::start_logging(sdk.program(sdks, sdk.agent()), &home)
}
