//! Tokens whose `kid` nobody knows, each another one: each would be a reason to fetch the keys.

use std::path::Path;

use agentup_auth::Algorithm;
use anyhow::{Context as _, Result};

use super::Finding;
use crate::{
    agent::{Agent, Issuer},
    ask::Ask,
    contest::Pace,
    figures::number,
    load::{Group, Load, Seen},
    requests::{Order, Requests},
    tokens::Kind,
};

const UNKNOWN: usize = 10_000;

/// Connections of those who have good tokens, and of the one who has not.
const GROUPS: [usize; 2] = [16, 4];

pub(super) fn find(program: &Path, pace: Pace) -> Result<Vec<Finding>> {
    let folder = tempfile::tempdir()?;
    let issuer = Issuer::Keys(Algorithm::ES256, 1);
    let mut agent = Agent::start(program, folder.path(), issuer)?;
    let keys = agent.keys.as_ref().context("an issuer without keys")?;
    let question = Ask::Send.question(&agent.server, None)?;
    let mut requests = |kind, count, order| {
        let tokens: Vec<_> = agent
            .mint
            .tokens(kind, count)?
            .into_iter()
            .map(Some)
            .collect();
        anyhow::Ok(Requests::new(&question, &tokens, order))
    };
    let mut good = requests(Kind::Good, 500, Order::Rotating)?;
    let mut unknown = requests(Kind::UnknownKey, UNKNOWN, Order::Once)?;
    let mut load = Load::connect(agent.server.address(), &GROUPS)?;
    let mut run = |unknown: &mut Requests, time| {
        let groups = &mut [
            Group {
                requests: &mut good,
                expected: Ask::Send.expected(),
            },
            Group {
                requests: unknown,
                expected: Ask::Refused.expected(),
            },
        ];
        load.run(groups, time)
    };
    let time = pace.round.saturating_mul(6);
    let mut nobody = requests(Kind::UnknownKey, 0, Order::Once)?;
    run(&mut nobody, pace.warm_up)?;
    let quiet = p99(&run(&mut nobody, time)?);
    let before = keys.fetches();
    let flooded = run(&mut unknown, time)?;
    // What a busy machine had no time for.
    let left = run(&mut unknown, pace.round.saturating_mul(12))?;
    let fetches = keys.fetches().saturating_sub(before);
    let refused = |seen: &[Seen]| seen.last().map_or(0, |it| it.requests);
    let unknown = refused(&flooded).saturating_add(refused(&left));
    let what = format!("key fetches for {unknown} tokens of unknown keys");
    let fetches = number(u64::try_from(fetches)?);
    Ok(vec![
        Finding::new(&what, fetches, "", Some(1.0)),
        Finding::new(
            "p99 of good requests meanwhile, to undisturbed",
            p99(&flooded) / quiet,
            "×",
            Some(2.0),
        ),
    ])
}

/// Of the first group, in nanoseconds.
fn p99(seen: &[Seen]) -> f64 {
    let good = seen.first();
    good.map_or(f64::NAN, |it| number(it.latencies.value_at_quantile(0.99)))
}
