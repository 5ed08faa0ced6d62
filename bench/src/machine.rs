//! The machine and the programs that the figures are of.

use std::{fs, path::Path, process::Command};

use agentup_env::clock;
use serde::{Deserialize, Serialize};

/// What figures depend on besides the code.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Machine {
    pub(crate) date: String,
    pub(crate) processor: String,
    pub(crate) processors: usize,
    pub(crate) memory_gib: u64,
    pub(crate) kernel: String,
    /// What compiled the programs.
    pub(crate) rustc: String,
    /// What the agent says of itself.
    pub(crate) agent: String,
}

impl Machine {
    /// Asks the system and the agent. What cannot be told is empty.
    pub(crate) fn look(program: &Path, rustc: &str) -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let (processors, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
        let value = |text: &str, name| {
            let line = text.lines().find(|line| line.starts_with(name));
            let value = line.and_then(|line| line.split(':').nth(1));
            value.unwrap_or_default().trim().to_owned()
        };
        let memory = value(&memory, "MemTotal");
        let kilobytes: u64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
        let version = Command::new(program).arg("--version").output();
        let agent = version.map(|said| said.stdout).unwrap_or_default();
        let lines = processors.lines();
        Self {
            date: clock::utc_now().format("%Y-%m-%d").to_string(),
            processor: value(&processors, "model name"),
            processors: lines.filter(|line| line.starts_with("processor")).count(),
            memory_gib: kilobytes.div_ceil(1024 * 1024),
            kernel: format!("Linux {}", read("/proc/sys/kernel/osrelease").trim()),
            rustc: rustc.to_owned(),
            agent: String::from_utf8_lossy(&agent).trim().to_owned(),
        }
    }
}
