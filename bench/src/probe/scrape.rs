//! What it costs to be watched: scrapes of the metrics while requests run.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};

use super::{Finding, crowd::side_by_side};
use crate::{
    agent::{Agent, Issuer},
    ask::Ask,
    contest::Pace,
    figures::number,
    load::{Group, Load, Seen, ask},
    process::free_port,
    requests::{Order, Question, Requests},
    tokens::Kind,
};

const CONNECTIONS: usize = 16;
const TOKENS: usize = 500;

/// Ten times a second, so that a short run has many of them. What one takes is then what a core is
/// taken for where somebody reads every second; Prometheus does every fifteen, by itself.
const BEAT: Duration = Duration::from_millis(100);

/// Metrics have more than this, in bytes.
const LEAST_PAGE: usize = 10_000;

pub(super) fn find(program: &Path, pace: Pace) -> Result<Vec<Finding>> {
    let folder = tempfile::tempdir()?;
    let metrics = SocketAddr::from(([127, 0, 0, 1], free_port()?));
    let settings =
        format!("observability: {{ metrics: {{ enabled: true, listen: \"{metrics}\" }} }}\n");
    let mut agent = Agent::start_with(program, folder.path(), Issuer::Secret, &settings)?;
    let question = Ask::Send.question(&agent.server, None)?;
    let tokens = agent.mint.tokens(Kind::Good, TOKENS)?;
    let tokens: Vec<_> = tokens.into_iter().map(Some).collect();
    let mut good = Requests::new(&question, &tokens, Order::Rotating);
    let mut load = Load::connect(agent.server.address(), &[CONNECTIONS])?;
    // The thread that answers scrapes does little else, and requests not at all.
    let mut run = |time| {
        let before = agent.server.main_thread_time()?;
        let group = Group {
            requests: &mut good,
            expected: Ask::Send.expected(),
        };
        let seen = load.run(&mut [group], time)?;
        let taken = agent.server.main_thread_time()?.saturating_sub(before);
        anyhow::Ok((seen, taken))
    };
    let time = pace.round.saturating_mul(12);
    run(pace.warm_up)?;
    let (quiet, idle) = run(time)?;
    let reader = Reader::start(metrics);
    let (watched, busy) = run(time)?;
    let (count, size) = reader.stop()?;
    ensure!(count > 0, "nobody has read the metrics");
    let each = busy.saturating_sub(idle).as_secs_f64() / number(count);
    let mut findings = vec![
        Finding::new("size of a scrape", number(size) / 1024.0, "KiB", None),
        Finding::new("time of a scrape under load", each * 1e3, "ms", None),
        Finding::new(
            "of a core, for a scrape every second under load",
            each * 100.0,
            "%",
            Some(1.0),
        ),
        Finding::new(
            "of a core, for a scrape every 15 seconds",
            each * 100.0 / 15.0,
            "%",
            None,
        ),
    ];
    let both = quiet.first().zip(watched.first());
    let (quiet, watched): (&Seen, &Seen) = both.context("no figures")?;
    let how = "beside ten scrapes a second";
    findings.extend(side_by_side(how, &quiet.latencies, &watched.latencies));
    Ok(findings)
}

/// Somebody who reads the metrics again and again.
struct Reader {
    stop: Arc<AtomicBool>,
    reading: JoinHandle<Result<(u64, u64)>>,
}

impl Reader {
    fn start(metrics: SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let scrape = Question::get("/metrics").with_token(None);
        let reading = thread::spawn(move || {
            let (mut count, mut size) = (0_u64, 0);
            while !told.load(Ordering::Relaxed) {
                size = ask(metrics, &scrape, |answer| {
                    let is_page = answer.status == 200 && answer.body.len() > LEAST_PAGE;
                    ensure!(is_page, "these are no metrics: {answer}");
                    Ok(answer.body.len())
                })?;
                count = count.saturating_add(1);
                thread::park_timeout(BEAT);
            }
            Ok((count, u64::try_from(size)?))
        });
        Self { stop, reading }
    }

    /// How often they were read, and how long they were, in bytes.
    fn stop(self) -> Result<(u64, u64)> {
        self.stop.store(true, Ordering::Relaxed);
        self.reading.thread().unpark();
        let ended = self.reading.join();
        ended.map_err(|_| anyhow::anyhow!("whoever reads the metrics has failed"))?
    }
}
