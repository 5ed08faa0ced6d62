//! A scenario, carried out: round by round, each contestant after the other, so that what else the
//! machine does meets them all.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result};

mod contestant;

use contestant::Contestant;

use crate::{
    agent::{Agent, Issuer},
    ask::Ask,
    load::{Expected, ask},
    peer::{Peers, Place},
    process::Server,
    proof::prove,
    report::Measured,
    requests::{Order, Question, Requests},
    scenario::{Budget, Scenario, Tokens},
    service::{CHUNKS, Service},
    tokens::{AUDIENCE, ISSUER, Mint, SECRET},
};

/// How long and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) rounds: usize,
    pub(crate) round: Duration,
    pub(crate) warm_up: Duration,
}

impl Pace {
    /// For the record.
    pub(crate) const FULL: Self = Self {
        rounds: 9,
        round: Duration::from_millis(500),
        warm_up: Duration::from_millis(500),
    };
    /// For a first impression.
    pub(crate) const QUICK: Self = Self {
        rounds: 3,
        round: Duration::from_millis(250),
        warm_up: Duration::from_millis(200),
    };
}

/// The names under which they are reported.
pub(crate) const FLOOR: &str = "floor";
pub(crate) const FLOOR_AND_CHECK: &str = "floor and check";
pub(crate) const AGENT: &str = "agentup";
pub(crate) const PLAIN: &str = "plain";
pub(crate) const BESIDE: &str = "beside";

/// Measures one scenario. The first figures are the floor's, the second the agent's.
pub(crate) fn measure(
    scenario: &Scenario,
    program: &Path,
    beside: Option<&Path>,
    peers: &Peers,
    pace: Pace,
) -> Result<Measured> {
    let folder = tempfile::tempdir()?;
    let skills = match scenario.ask {
        Ask::Stream => Service::start()?.skills(),
        _ => String::new(),
    };
    let agent = Agent::start_with(program, folder.path(), scenario.issuer, &skills)?;
    let (server, mut mint) = (agent.server, agent.mint);
    let tokens = tokens_of_a_round(scenario.tokens, &mut mint)?;
    let first = tokens.first().context("a scenario without a token")?;
    let question = scenario.ask.question(&server, first.as_deref())?;
    prove(&server, scenario.issuer, &mut mint)?;
    let answer = ask(
        server.address(),
        &question.with_token(first.as_deref()),
        |answer| Ok(String::from_utf8_lossy(answer.body).into_owned()),
    )?;

    let mut contestants = Vec::new();
    let mut enter = |name, server: Server, expected| {
        let requests = Requests::new(&question, &tokens, scenario.tokens.order());
        let connections = scenario.connections;
        contestants.push(Contestant::new(
            name,
            server,
            connections,
            requests,
            expected,
        )?);
        anyhow::Ok(())
    };
    let anything = Expected {
        status: 200,
        text: "",
    };
    let pieces = match scenario.ask {
        Ask::Stream => CHUNKS,
        _ => 1,
    };
    let log = |name: &str| folder.path().join(format!("{name}.log"));
    let floor = |name: &str, further: &[&str]| {
        let size = [answer.len(), pieces].map(|it| it.to_string());
        floor(&size, further, &log(name))
    };
    enter(FLOOR, floor(FLOOR, &[])?, anything)?;
    enter(AGENT, server, scenario.ask.expected())?;
    if let Some(Budget::FloorAndCheck(..)) = scenario.budget {
        let further = ["--check", scenario.issuer.algorithm().name()];
        let checking = floor(FLOOR_AND_CHECK, &further)?;
        enter(FLOOR_AND_CHECK, checking, anything)?;
    }
    // Of other issuers it would know other keys.
    if let Some(program) = beside.filter(|_| scenario.issuer == Issuer::Secret) {
        let folder = folder.path().join(BESIDE);
        fs::create_dir(&folder)?;
        let agent = Agent::start_with(program, &folder, scenario.issuer, &skills)?;
        prove(&agent.server, scenario.issuer, &mut mint)?;
        enter(BESIDE, agent.server, scenario.ask.expected())?;
    }
    if scenario.others && scenario.issuer == Issuer::Secret && scenario.ask == Ask::Send {
        let plain = plain(&log(PLAIN))?;
        prove(&plain, scenario.issuer, &mut mint)?;
        enter(PLAIN, plain, scenario.ask.expected())?;
        for peer in peers.admitted() {
            let folder = folder.path().join(peer.name);
            let server = peer.start(&Place::new(peers.installed(), &folder, &answer)?)?;
            enter(peer.name, server, scenario.ask.expected())?;
        }
    }
    rounds(scenario, pace, &question, &mut mint, &mut contestants)?;
    let figures = contestants.iter().map(Contestant::figures);
    Ok(Measured::new(
        scenario,
        first.as_ref().map(String::len),
        figures.collect::<Result<_>>()?,
    ))
}

fn rounds(
    scenario: &Scenario,
    pace: Pace,
    question: &Question,
    mint: &mut Mint,
    contestants: &mut [Contestant],
) -> Result<()> {
    for contestant in contestants.iter_mut() {
        contestant.warm_up(pace.warm_up)?;
    }
    for number in 0..pace.rounds {
        if let Tokens::Fresh(..) = scenario.tokens {
            let tokens = tokens_of_a_round(scenario.tokens, mint)?;
            for contestant in contestants.iter_mut() {
                contestant.ask(Requests::new(question, &tokens, Order::Once));
            }
        }
        // Nobody is always the first.
        let first = number.checked_rem(contestants.len()).unwrap_or_default();
        let (before, behind) = contestants.split_at_mut(first);
        for contestant in behind.iter_mut().chain(before) {
            contestant.run(pace.round)?;
        }
    }
    Ok(())
}

impl Tokens {
    const fn order(self) -> Order {
        match self {
            Self::Absent | Self::Turns(..) => Order::Rotating,
            Self::Fresh(..) => Order::Once,
        }
    }
}

fn tokens_of_a_round(tokens: Tokens, mint: &mut Mint) -> Result<Vec<Option<String>>> {
    let (Tokens::Turns(kind, count) | Tokens::Fresh(kind, count)) = tokens else {
        return Ok(vec![None]);
    };
    Ok(mint.tokens(kind, count)?.into_iter().map(Some).collect())
}

fn itself() -> Result<Command> {
    let program: PathBuf = std::env::current_exe()?;
    let mut command = Command::new(program);
    command.env_clear();
    Ok(command)
}

/// The floor, with answers of so many bytes in so many pieces.
fn floor([bytes, pieces]: &[String; 2], further: &[&str], log: &Path) -> Result<Server> {
    let mut command = itself()?;
    command.args(["floor", "--bytes", bytes, "--pieces", pieces]);
    command.args(further);
    Server::start(command, log)
}

fn plain(log: &Path) -> Result<Server> {
    let mut command = itself()?;
    command.args(["plain", "--secret", SECRET]);
    command.args(["--issuer", ISSUER, "--audience", AUDIENCE]);
    Server::start(command, log)
}
