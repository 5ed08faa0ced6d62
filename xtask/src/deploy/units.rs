//! The systemd unit: whether systemd understands it, and what it takes from the agent.

use std::fs;

use anyhow::{Context as _, Result, bail};

use super::Ground;
use crate::sh::root;

/// The exposure that `systemd-analyze security` may find, in tenths: 0 is a service that may do
/// nothing, 100 one that may do everything.
const EXPOSURE: &str = "15";

/// Where the unit expects the agent.
const INSTALLED: &str = "/usr/local/bin/agentup-server";

pub(super) fn verify(ground: &Ground<'_>) -> Result<()> {
    let path = root().join("deploy/systemd/agentup.service");
    let unit = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    // Its programs must be there, and here the agent is elsewhere.
    let program = ground.toolbox.program("agentup-server");
    let copy = ground.tools.fresh("systemd")?.join("agentup.service");
    fs::write(&copy, unit.replace(INSTALLED, &program.to_string_lossy()))?;
    let analyze = || ground.tools.sh("systemd-analyze");
    // What systemd does not know it passes over, and says so.
    let output = analyze().arg("verify").arg(&copy).talk("")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || said.contains("agentup.service") {
        bail!("{said}");
    }
    let security = analyze().args(["security", "--offline=true", "--no-pager"]);
    let security = security.args(["--threshold", EXPOSURE]).arg(&copy);
    let table = security.read()?;
    println!("{}", table.lines().last().unwrap_or_default());
    Ok(())
}
