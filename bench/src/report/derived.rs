//! What follows from several scenarios together.

use super::Measured;
use crate::{
    contest::{AGENT, FLOOR},
    figures::{Figures, number},
    probe::Finding,
    service::CHUNKS,
};

/// The peer that the agent must be ahead of.
const RIVAL: &str = "haproxy";

pub(super) fn findings(scenarios: &[Measured]) -> Vec<Finding> {
    let named = |name: &str| scenarios.iter().find(|it| it.name == name);
    let mut findings = Vec::new();
    if let (Some(small), Some(large)) = (named("token-0.3k"), named("token-8k")) {
        findings.extend(sizes(small, large));
    }
    if let Some(stream) = named("stream") {
        findings.extend(chunk(stream));
    }
    let rivals = [
        (
            "hs256",
            "cost with HS256 in rotation",
            cost as fn(&Figures) -> f64,
        ),
        ("connections-512", "p99 at 512 connections", p99),
    ];
    for (name, what, figure) in rivals {
        let of = |contestant| named(name).and_then(|it| it.of(contestant)).map(figure);
        if let (Some(ours), Some(theirs)) = (of(AGENT), of(RIVAL)) {
            let what = format!("{what}, to HAProxy's");
            findings.push(Finding::new(&what, ours / theirs, "×", Some(1.0)));
        }
    }
    findings
}

fn cost(figures: &Figures) -> f64 {
    figures.median.cost
}

fn p99(figures: &Figures) -> f64 {
    figures.median.p99
}

/// What each further kB of token costs, for all who were given small and large ones.
fn sizes(small: &Measured, large: &Measured) -> Vec<Finding> {
    let size = |it: &Measured| it.token_bytes.and_then(|it| u64::try_from(it).ok());
    let (Some(from), Some(to)) = (size(small), size(large)) else {
        return Vec::new();
    };
    let kilobytes = number(to.saturating_sub(from)) / 1e3;
    let figures = small.figures.iter();
    let slopes = figures.filter_map(|one| {
        let further = cost(large.of(&one.name)?) - cost(one);
        let what = format!("each further kB of token: {}", one.name);
        let budget = (one.name == AGENT).then_some(1.1);
        Some(Finding::new(&what, further / kilobytes, "µs", budget))
    });
    slopes.collect()
}

/// What each chunk of a stream costs.
fn chunk(stream: &Measured) -> Option<Finding> {
    let chunks = number(u64::try_from(CHUNKS).ok()?);
    let (agent, floor) = (stream.of(AGENT)?, stream.of(FLOOR)?);
    let further = cost(agent) - cost(floor);
    let what = "each chunk of a stream, more than the floor";
    Some(Finding::new(what, further / chunks, "µs", None))
}
