//! Many who mean no good, or nothing: slow heads, idle connections, bodies that trickle, a flood of bad
//! tokens. Those with good tokens must hardly notice.

use std::{
    io::Write as _,
    net::TcpStream,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};
use hdrhistogram::Histogram;

use super::Finding;
use crate::{
    agent::{Agent, Issuer},
    ask::Ask,
    contest::Pace,
    figures::number,
    load::{Expected, Group, Load, Seen},
    process::Server,
    requests::{Order, Question, Requests},
    tokens::Kind,
};

/// Connections of those who have good tokens.
const GOOD: usize = 16;
/// Connections of the one who has not.
const BAD: usize = 4;

const SLOW_HEADS: usize = 2_000;
const IDLE: usize = 5_000;
const TRICKLES: usize = 500;
/// Whose bodies they are: no caller has more requests at a time than the agent lets one have.
const TRICKLERS: usize = 10;

/// Tokens of each kind.
const TOKENS: usize = 500;

/// How often a slow client sends a byte.
const BEAT: Duration = Duration::from_millis(500);

/// 2,000 connections that send the head of a request byte by byte, where there is room for 1,000.
pub(super) fn slow_heads(program: &Path, pace: Pace) -> Result<Vec<Finding>> {
    let settings = "server: { limits: { connections: 1000 } }\n";
    let name = format!("{SLOW_HEADS} slow heads");
    beside_crowd(program, pace, settings, &name, |server, _| {
        let head = b"POST / HTTP/1.1\r\nhost: agent\r\nx-slow: ";
        Crowd::gather(server, SLOW_HEADS, &[head], true)
    })
}

/// 5,000 connections that ask for nothing.
pub(super) fn idle(program: &Path, pace: Pace) -> Result<Vec<Finding>> {
    let settings = "server: { limits: { header_timeout: 10m } }\n";
    let name = format!("{IDLE} idle connections");
    beside_crowd(program, pace, settings, &name, |server, _| {
        Crowd::gather(server, IDLE, &[b""], false)
    })
}

/// 500 bodies that come byte by byte, behind good tokens of ten callers.
pub(super) fn trickle(program: &Path, pace: Pace) -> Result<Vec<Finding>> {
    let settings = "server: { limits: { body_timeout: 10m, request_timeout: 10m } }\n";
    let name = format!("{TRICKLES} bodies that trickle");
    beside_crowd(program, pace, settings, &name, |server, tokens| {
        let heads = tokens.iter().map(|token| {
            format!(
                "POST / HTTP/1.1\r\nhost: agent\r\nauthorization: Bearer {token}\r\n\
                 content-type: application/json\r\ncontent-length: 100000\r\n\r\n"
            )
        });
        let heads: Vec<_> = heads.collect();
        let heads: Vec<_> = heads.iter().map(String::as_bytes).collect();
        Crowd::gather(server, TRICKLES, &heads, true)
    })
}

/// As many bad tokens as one who does nothing else can send, each looked at; and as many from an
/// address whose credentials are looked at no more.
pub(super) fn bad_tokens(program: &Path, pace: Pace) -> Result<Vec<Finding>> {
    let refused = Ask::Refused.expected();
    let limited = Expected {
        status: 429,
        text: "error",
    };
    let cases = [
        ("bad tokens, looked at", "none", refused),
        ("bad tokens, unlooked at", "1", limited),
    ];
    let mut findings = Vec::new();
    for (name, refusals, expected) in cases {
        let settings = format!(
            "server: {{ trusted_proxies: [], limits: {{ refusals_per_minute: {refusals} }} }}\n"
        );
        let folder = tempfile::tempdir()?;
        let mut agent = Agent::start_with(program, folder.path(), Issuer::Secret, &settings)?;
        let question = Ask::Send.question(&agent.server, None)?;
        let mut good = requests(&mut agent, &question, Kind::Good, Order::Rotating)?;
        let mut bad = requests(&mut agent, &question, Kind::BadSignature, Order::Rotating)?;
        let mut load = Load::connect(agent.server.address(), &[GOOD, BAD])?;
        let mut run = |bad: &mut Requests, expected, time| {
            let mut groups = [
                Group {
                    requests: &mut good,
                    expected: Ask::Send.expected(),
                },
                Group {
                    requests: bad,
                    expected,
                },
            ];
            load.run(&mut groups, time)
        };
        let time = pace.round.saturating_mul(6);
        let mut nobody = Requests::new(&question, &[], Order::Once);
        run(&mut nobody, expected, pace.warm_up)?;
        let quiet = run(&mut nobody, expected, time)?;
        // The one that is looked at.
        let first = agent.mint.token(Kind::BadSignature)?;
        let mut first = Requests::new(&question, &[Some(first)], Order::Once);
        run(&mut first, refused, pace.warm_up)?;
        let flooded = run(&mut bad, expected, time)?;
        let sent = flooded.last().map_or(0, |it| it.requests);
        findings.extend(beside(&format!("{sent} {name}"), &quiet, &flooded)?);
    }
    Ok(findings)
}

/// Connections that keep their places, until this is dropped.
struct Crowd {
    stop: Arc<AtomicBool>,
    connections: Option<thread::JoinHandle<()>>,
}

impl Crowd {
    /// So many connections that send these in turn, and then nothing or a byte from time to time.
    fn gather(server: &Server, count: usize, first: &[&[u8]], goes_on: bool) -> Result<Self> {
        let open = |first: &[u8]| {
            let mut stream = TcpStream::connect(server.address()).context("cannot connect")?;
            stream.write_all(first)?;
            anyhow::Ok(stream)
        };
        let firsts = first.iter().copied().cycle().take(count);
        let mut connections: Vec<_> = firsts.map(open).collect::<Result<_>>()?;
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let keep = move || {
            while !told.load(Ordering::Relaxed) {
                thread::park_timeout(BEAT);
                for stream in &mut connections {
                    // The server may have ended it.
                    let _ = if goes_on { stream.write(b"x") } else { Ok(0) };
                }
            }
        };
        Ok(Self {
            stop,
            connections: Some(thread::spawn(keep)),
        })
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(connections) = self.connections.take() {
            connections.thread().unpark();
            // It does nothing that could fail.
            let _ = connections.join();
        }
    }
}

/// The latencies of good requests, undisturbed and beside a crowd. It is gathered with good tokens
/// of others.
fn beside_crowd(
    program: &Path,
    pace: Pace,
    settings: &str,
    name: &str,
    gather: impl FnOnce(&Server, &[String]) -> Result<Crowd>,
) -> Result<Vec<Finding>> {
    let folder = tempfile::tempdir()?;
    let mut agent = Agent::start_with(program, folder.path(), Issuer::Secret, settings)?;
    let question = Ask::Send.question(&agent.server, None)?;
    let mut good = requests(&mut agent, &question, Kind::Good, Order::Rotating)?;
    let mut load = Load::connect(agent.server.address(), &[GOOD])?;
    let mut run = |load: &mut Load, time| {
        let group = Group {
            requests: &mut good,
            expected: Ask::Send.expected(),
        };
        load.run(&mut [group], time)
    };
    let time = pace.round.saturating_mul(6);
    run(&mut load, pace.warm_up)?;
    let quiet = run(&mut load, time)?;
    let tokens = agent.mint.tokens(Kind::Good, TRICKLERS)?;
    let crowd = gather(&agent.server, &tokens)?;
    // What only waited meanwhile may have been ended for the crowd.
    load.revive()?;
    let disturbed = run(&mut load, time)?;
    drop(crowd);
    beside(name, &quiet, &disturbed)
}

fn requests(agent: &mut Agent, question: &Question, kind: Kind, order: Order) -> Result<Requests> {
    let tokens = agent.mint.tokens(kind, TOKENS)?;
    let tokens: Vec<_> = tokens.into_iter().map(Some).collect();
    Ok(Requests::new(question, &tokens, order))
}

/// Both, side by side, of the first group.
fn beside(name: &str, quiet: &[Seen], disturbed: &[Seen]) -> Result<Vec<Finding>> {
    let both = quiet.first().zip(disturbed.first());
    let (quiet, disturbed) = both.context("no figures")?;
    Ok(side_by_side(
        &format!("beside {name}"),
        &quiet.latencies,
        &disturbed.latencies,
    ))
}

/// The latencies of good requests, undisturbed and otherwise.
pub(super) fn side_by_side(
    how: &str,
    quiet: &Histogram<u64>,
    disturbed: &Histogram<u64>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (percent, quantile, budget) in [("p50", 0.5, None), ("p99", 0.99, Some(3.0))] {
        let at = |latencies: &Histogram<u64>| number(latencies.value_at_quantile(quantile)) / 1e6;
        let (quiet, disturbed) = (at(quiet), at(disturbed));
        let told = |how: &str| format!("{percent} of good requests {how}");
        findings.push(Finding::new(&told("undisturbed"), quiet, "ms", None));
        findings.push(Finding::new(&told(how), disturbed, "ms", None));
        let ratio = told(&format!("{how}, to undisturbed"));
        findings.push(Finding::new(&ratio, disturbed / quiet, "×", budget));
    }
    findings
}
