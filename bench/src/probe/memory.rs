//! A million requests with a million tokens: memory must come to rest.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result};

use super::Finding;
use crate::{
    agent::{Agent, Issuer},
    ask::Ask,
    contest::Pace,
    figures::number,
    load::{Group, Load},
    requests::{Order, Requests},
    tokens::Kind,
};

const STEPS: usize = 100;
const REQUESTS_OF_A_STEP: usize = 10_000;

/// By then every table is full: the agent keeps 100,000 tasks.
const FULL: usize = 20;

pub(super) fn find(program: &Path, _pace: Pace) -> Result<Vec<Finding>> {
    let folder = tempfile::tempdir()?;
    let mut agent = Agent::start(program, folder.path(), Issuer::Secret)?;
    let question = Ask::Send.question(&agent.server, None)?;
    let mut load = Load::connect(agent.server.address(), &[64])?;
    let mut sizes = Vec::new();
    for _ in 0..STEPS {
        let tokens = agent.mint.tokens(Kind::Good, REQUESTS_OF_A_STEP)?;
        let tokens: Vec<_> = tokens.into_iter().map(Some).collect();
        let group = Group {
            requests: &mut Requests::new(&question, &tokens, Order::Once),
            expected: Ask::Send.expected(),
        };
        load.run(&mut [group], Duration::from_mins(5))?;
        sizes.push(number(agent.server.memory()?) / 1024.0 / 1024.0);
    }
    let (full, end) = (sizes.get(FULL), sizes.last());
    let (full, end) = full.zip(end).context("no step was made")?;
    Ok(vec![
        Finding::new("memory with 100,000 tasks kept", *full, "MiB", None),
        Finding::new(
            "memory after a million requests and tokens, to that",
            end / full,
            "×",
            Some(1.05),
        ),
    ])
}
