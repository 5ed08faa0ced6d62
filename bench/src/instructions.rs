//! Instructions that a request takes, as callgrind counts them: the same on a busy machine and on a
//! quiet one, so that a small step back is seen. What the kernel does is not counted.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use comfy_table::{Table, presets};

use crate::{
    agent::Agent,
    figures::number,
    load::{Group, Load},
    process,
    requests::{Order, Requests},
    scenario::{SCENARIOS, Tokens},
};

/// Count the instructions that a request takes.
#[derive(Args, Debug)]
pub(crate) struct Instructions {
    /// The `agentup-server` to measure.
    #[arg(long, value_name = "PROGRAM")]
    server: PathBuf,
    /// Only scenarios whose names begin like this.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Fail when a request takes more than it may.
    #[arg(long)]
    check: bool,
    /// Keep what callgrind writes, one file for each scenario, for `callgrind_annotate`.
    #[arg(long, value_name = "FOLDER")]
    profiles: Option<PathBuf>,
}

/// The scenarios, and the most instructions that a request of each may take.
const MOST: &[(&str, f64)] = &[
    ("hs256", 55_000.0),
    ("es256-seen", 55_000.0),
    ("rest", 60_000.0),
    ("refused-malformed", 40_000.0),
    ("refused-signature", 54_000.0),
    ("refused-expired", 62_000.0),
    ("token-8k", 88_000.0),
    ("task-get", 46_000.0),
];

/// Requests of one pass over a scenario's tokens.
const PASS: usize = 500;
/// Passes that are counted, after one that warms up.
const PASSES: u32 = 2;

impl Instructions {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        process::settle()?;
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        table.set_header(["instructions for each request", "", "at most", ""]);
        let mut is_missed = false;
        for (name, most) in MOST.iter().filter(|(name, _)| self.wants(name)) {
            let counted = self.count(name)?;
            eprintln!("{name}: {counted:.0}");
            let mark = if counted <= *most { "✅" } else { "❌" };
            is_missed |= counted > *most;
            let cells = [
                format!("{counted:.0}"),
                format!("{most:.0}"),
                mark.to_owned(),
            ];
            table.add_row([(*name).to_owned()].into_iter().chain(cells));
        }
        println!("{table}");
        Ok(if self.check && is_missed {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| name.starts_with(only))
    }

    /// The difference between a run with more requests and one with fewer: starting and stopping
    /// take the same in both.
    fn count(&self, name: &str) -> Result<f64> {
        let fewer = self.collected(name, 1)?;
        let more = self.collected(name, PASSES.saturating_add(1))?;
        let requests = number(u64::try_from(PASS)?) * f64::from(PASSES);
        Ok(number(more.saturating_sub(fewer)) / requests)
    }

    /// All instructions of a server from its start to its end, over so many passes.
    fn collected(&self, name: &str, passes: u32) -> Result<u64> {
        let scenario = SCENARIOS.iter().find(|it| it.name == name);
        let scenario = scenario.context("no scenario has such a name")?;
        let folder = tempfile::tempdir()?;
        let profile = match &self.profiles {
            Some(profiles) => profiles.join(format!("callgrind.{name}")),
            None => folder.path().join("callgrind"),
        };
        let launcher = valgrind(&self.server.canonicalize()?, &profile);
        let mut agent = Agent::start_under(launcher, folder.path(), scenario.issuer, "")?;
        let Tokens::Turns(kind, count) = scenario.tokens else {
            bail!("{name} has no tokens that come again");
        };
        let several = agent.mint.tokens(kind, count.min(PASS))?;
        let tokens: Vec<_> = several.into_iter().map(Some).cycle().take(PASS).collect();
        let first = tokens.first().context("a scenario without a token")?;
        let question = scenario.ask.question(&agent.server, first.as_deref())?;
        let mut load = Load::connect(agent.server.address(), &[1])?;
        for _ in 0..passes {
            let group = Group {
                requests: &mut Requests::new(&question, &tokens, Order::Once),
                expected: scenario.ask.expected(),
            };
            load.run(&mut [group], Duration::from_mins(5))?;
        }
        drop(load);
        let said = agent.server.stop()?;
        let mut words = said
            .split_whitespace()
            .skip_while(|word| *word != "Collected");
        let collected = words.nth(2).and_then(|word| word.parse().ok());
        collected.with_context(|| format!("callgrind counted nothing; it said:\n{said}"))
    }
}

fn valgrind(program: &Path, profile: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(program);
    command
}
