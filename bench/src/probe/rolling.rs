//! A rolling restart: three agents behind a balancer are replaced one after the other, under a load
//! that does not rest.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use anyhow::{Context as _, Result, anyhow, ensure};
use hdrhistogram::Histogram;

use super::{Finding, crowd::side_by_side};
use crate::{
    agent::{Agent, Issuer},
    ask::Ask,
    balancer::Balancer,
    contest::Pace,
    figures::number,
    load::ask,
    requests::{Order, Requests},
    tokens::Kind,
};

const AGENTS: usize = 3;
const CLIENTS: usize = 8;
const TOKENS: usize = 500;

/// The longest latency that is told from longer ones, in nanoseconds.
const MOST: u64 = 60_000_000_000;

/// The delay is what a balancer needs to see that an agent is not ready.
const SETTINGS: &str = "server: { shutdown_delay: 1s }\n";

pub(super) fn find(program: &Path, pace: Pace) -> Result<Vec<Finding>> {
    let start = || {
        let folder = tempfile::tempdir()?;
        let agent = Agent::start_with(program, folder.path(), Issuer::Secret, SETTINGS)?;
        anyhow::Ok((folder, agent))
    };
    let balancer = Balancer::start()?;
    let mut agents = Vec::new();
    for _ in 0..AGENTS {
        let (folder, agent) = start()?;
        balancer.add(agent.server.address())?;
        agents.push((folder, agent));
    }
    let requests = agents.first_mut().map(|(_, agent)| {
        let tokens = agent.mint.tokens(Kind::Good, TOKENS)?;
        let tokens: Vec<_> = tokens.into_iter().map(Some).collect();
        let question = Ask::Send.question(&agent.server, None)?;
        anyhow::Ok(Requests::new(&question, &tokens, Order::Rotating))
    });
    let requests = requests.context("no agent")??;

    let clients = Clients::start(balancer.address(), &requests)?;
    thread::sleep(pace.round.saturating_mul(6));
    let (quiet, failed) = clients.end()?;
    ensure!(failed == 0, "{failed} requests failed undisturbed");

    let clients = Clients::start(balancer.address(), &requests)?;
    for _ in 0..AGENTS {
        let (folder, agent) = start()?;
        balancer.add(agent.server.address())?;
        agents.push((folder, agent));
        let (_folder, old) = agents.remove(0);
        let address = old.server.address();
        old.server.stop()?;
        balancer.remove(address);
    }
    let (rolled, failed) = clients.end()?;
    let requests = rolled.len().saturating_add(failed);
    let what = format!("failed of {requests} requests in a rolling restart of {AGENTS}");
    let mut findings = vec![Finding::new(&what, number(failed), "", Some(0.0))];
    findings.extend(side_by_side("in a rolling restart", &quiet, &rolled));
    Ok(findings)
}

/// Clients that ask all the time, each time on a new connection, and try nothing twice.
struct Clients {
    stop: Arc<AtomicBool>,
    asking: Vec<thread::JoinHandle<(Histogram<u64>, u64)>>,
}

impl Clients {
    fn start(address: SocketAddr, requests: &Requests) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let client = |_| {
            let (mut requests, told) = (requests.clone(), Arc::clone(&stop));
            let mut latencies = latencies()?;
            let asking = thread::spawn(move || {
                let mut failed = 0_u64;
                let mut request = Vec::new();
                while !told.load(Ordering::Relaxed) {
                    request.clear();
                    requests.next(&mut request);
                    let begun = Instant::now();
                    match ask(address, &request, |answer| Ok(answer.status)) {
                        Ok(200) => {
                            let took = u64::try_from(begun.elapsed().as_nanos());
                            latencies.saturating_record(took.unwrap_or(u64::MAX));
                        }
                        _ => failed = failed.saturating_add(1),
                    }
                }
                (latencies, failed)
            });
            anyhow::Ok(asking)
        };
        let asking = (0..CLIENTS).map(client).collect::<Result<_>>()?;
        Ok(Self { stop, asking })
    }

    /// The latencies of what was answered, and how many were not.
    fn end(self) -> Result<(Histogram<u64>, u64)> {
        self.stop.store(true, Ordering::Relaxed);
        let (mut all, mut all_failed) = (latencies()?, 0_u64);
        for client in self.asking {
            let ended = client.join();
            let (latencies, failed) = ended.map_err(|_| anyhow!("a client has a fault"))?;
            all.add(latencies)?;
            all_failed = all_failed.saturating_add(failed);
        }
        Ok((all, all_failed))
    }
}

/// In nanoseconds, with three digits.
fn latencies() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, MOST, 3)?)
}
