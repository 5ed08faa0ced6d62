//! A scenario, carried out: round by round, each contestant after the other, so that what else the
//! machine does meets them all.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result};

use crate::{
    agent::{Agent, Issuer},
    ask::Ask,
    figures::{Figures, Round},
    load::{Expected, Group, Load, ask},
    process::Server,
    report::Measured,
    requests::{Order, Question, Requests},
    scenario::{Budget, Scenario, Tokens},
    signature,
    tokens::{AUDIENCE, ISSUER, Kind, Mint, SECRET},
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

/// A server in a scenario.
struct Contestant {
    name: &'static str,
    server: Server,
    load: Load,
    requests: Requests,
    expected: Expected,
    rounds: Vec<Round>,
}

/// The names under which they are reported.
pub(crate) const FLOOR: &str = "floor";
pub(crate) const AGENT: &str = "agentup";
pub(crate) const PLAIN: &str = "plain";

/// Measures one scenario. The first figures are the floor's, the second the agent's.
pub(crate) fn measure(scenario: &Scenario, program: &Path, pace: Pace) -> Result<Measured> {
    let folder = tempfile::tempdir()?;
    let Agent {
        server: agent,
        mut mint,
        keys: _keys,
    } = Agent::start(program, folder.path(), scenario.issuer)?;
    let tokens = tokens_of_a_round(scenario.tokens, &mut mint)?;
    let first = tokens.first().context("a scenario without a token")?;
    let question = scenario.ask.question(&agent, first.as_deref())?;
    prove(&agent, scenario.issuer, &mut mint)?;
    let size = ask(
        agent.address(),
        &question.with_token(first.as_deref()),
        |answer| Ok(answer.body.len()),
    )?;

    let log = |name: &str| folder.path().join(format!("{name}.log"));
    let mut contestants = Vec::new();
    let mut enter = |name, server: Server, expected| {
        contestants.push(Contestant {
            name,
            load: Load::connect(server.address(), &[scenario.connections])?,
            server,
            requests: Requests::new(&question, &tokens, scenario.tokens.order()),
            expected,
            rounds: Vec::new(),
        });
        anyhow::Ok(())
    };
    let anything = Expected {
        status: 200,
        text: "",
    };
    enter(FLOOR, floor(size, &log(FLOOR))?, anything)?;
    enter(AGENT, agent, scenario.ask.expected())?;
    if scenario.others && scenario.issuer == Issuer::Secret && scenario.ask == Ask::Send {
        let plain = plain(&log(PLAIN))?;
        prove(&plain, scenario.issuer, &mut mint)?;
        enter(PLAIN, plain, scenario.ask.expected())?;
    }
    rounds(scenario, pace, &question, &mut mint, &mut contestants)?;
    let signature = match scenario.budget {
        Some(Budget::FloorAndCheck(..)) => Some(signature::cost(scenario.issuer.algorithm())?),
        _ => None,
    };
    let figures = contestants.iter().map(|contestant| {
        let memory = contestant.server.memory()?;
        Ok(Figures::new(contestant.name, &contestant.rounds, memory))
    });
    Ok(Measured::new(
        scenario,
        figures.collect::<Result<_>>()?,
        signature,
    ))
}

fn rounds(
    scenario: &Scenario,
    pace: Pace,
    question: &Question,
    mint: &mut Mint,
    contestants: &mut [Contestant],
) -> Result<()> {
    for number in 0..=pace.rounds {
        let time = if number == 0 {
            pace.warm_up
        } else {
            pace.round
        };
        if number > 0
            && let Tokens::Fresh(..) = scenario.tokens
        {
            let tokens = tokens_of_a_round(scenario.tokens, mint)?;
            for contestant in contestants.iter_mut() {
                contestant.requests = Requests::new(question, &tokens, Order::Once);
            }
        }
        // Nobody is always the first.
        let (before, behind) =
            contestants.split_at_mut(number.checked_rem(contestants.len()).unwrap_or_default());
        for contestant in behind.iter_mut().chain(before) {
            let round = contestant.run(time)?;
            if number > 0 {
                contestant.rounds.push(round);
            }
        }
    }
    Ok(())
}

impl Contestant {
    fn run(&mut self, time: Duration) -> Result<Round> {
        let before = self.server.processor_time()?;
        let group = Group {
            requests: &mut self.requests,
            expected: self.expected,
        };
        let seen = self.load.run(&mut [group], time).context(self.name)?;
        let after = self.server.processor_time()?;
        let seen = seen.first().context("a load without a group")?;
        Ok(Round::new(seen, after.saturating_sub(before)))
    }
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

/// Shows that a server lets in whom it should and nobody else: one that checks less would be fast.
pub(crate) fn prove(server: &Server, issuer: Issuer, mint: &mut Mint) -> Result<()> {
    let mut judge = |kind: Option<Kind>, skill: &str| {
        let question = Question {
            body: crate::ask::message_send(skill),
            ..Ask::Send.question(server, None)?
        };
        let token = kind.map(|kind| mint.token(kind)).transpose()?;
        let request = question.with_token(token.as_deref());
        ask(server.address(), &request, |answer| {
            let text = String::from_utf8_lossy(answer.body);
            // The agent tells callers of 0.x of a missing scope in a task that is rejected.
            let denied = answer.status == 403 || text.contains(r#""rejected""#);
            Ok(if denied { 403 } else { answer.status })
        })
    };
    let mut cases = vec![
        (Some(Kind::Good), "public_echo", 200),
        (None, "public_echo", 401),
        (Some(Kind::Malformed), "public_echo", 401),
        (Some(Kind::BadSignature), "public_echo", 401),
        (Some(Kind::Expired), "public_echo", 401),
        (Some(Kind::OtherAudience), "public_echo", 401),
        (Some(Kind::Unscoped), "basic_assistant", 403),
    ];
    if issuer == Issuer::Secret {
        cases.push((Some(Kind::Unsigned), "public_echo", 401));
    }
    for (kind, skill, right) in cases {
        let status = judge(kind, skill)?;
        if status != right {
            anyhow::bail!("a request with {kind:?} is answered {status}, not {right}");
        }
    }
    Ok(())
}

fn itself() -> Result<Command> {
    let program: PathBuf = std::env::current_exe()?;
    let mut command = Command::new(program);
    command.env_clear();
    Ok(command)
}

/// The floor, with answers of this size.
pub(crate) fn floor(bytes: usize, log: &Path) -> Result<Server> {
    let mut command = itself()?;
    command.args(["floor", "--bytes", &bytes.to_string()]);
    Server::start(command, log)
}

fn plain(log: &Path) -> Result<Server> {
    let mut command = itself()?;
    command.args(["plain", "--secret", SECRET]);
    command.args(["--issuer", ISSUER, "--audience", AUDIENCE]);
    Server::start(command, log)
}
