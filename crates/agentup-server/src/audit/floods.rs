//! What anybody can cause as often as they like, told in few events however often it happens.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use agentup_auth::PrincipalId;
use agentup_handlers::middleware::Timer;

use super::What;
use crate::client_address::Source;

mod sparing;

use sparing::Sparing;

/// The events in a minute of one who causes them, and of all together.
const HANDSHAKES: (u32, u32) = (10, 120);
const REFUSALS: (u32, u32) = (300, 3_000);
const RATES: (u32, u32) = (60, 600);

/// How often it is told how many had none.
const PAUSE: Duration = Duration::from_mins(1);

/// An overload is over when nothing was turned away for so long.
const QUIET: Duration = Duration::from_secs(10);

/// What is not told yet.
#[derive(Debug)]
pub(super) struct Floods {
    timer: Timer,
    overloads: [Episode; Overload::ALL.len()],
    handshakes: Sparing<Source>,
    refusals: Sparing<Source>,
    rates: Sparing<PrincipalId>,
    /// When it was last told how many had no event of their own.
    told_at: AtomicU64,
}

/// A limit of the whole server that is reached.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Overload {
    /// Requests get 503.
    Concurrency,
    /// Connections are refused, or ended for others.
    Connections,
}

/// One overload, from the first that is turned away to the last. Times are in milliseconds.
#[derive(Debug, Default)]
struct Episode {
    /// Zero while there is none.
    began: AtomicU64,
    last: AtomicU64,
    turned_away: AtomicU64,
}

impl Overload {
    const ALL: [Self; 2] = [Self::Concurrency, Self::Connections];

    /// The key of the limit in `server.limits`.
    const fn limit(self) -> &'static str {
        match self {
            Self::Concurrency => "concurrency",
            Self::Connections => "connections",
        }
    }
}

impl Floods {
    pub(super) fn new(timer: Timer) -> Self {
        Self {
            timer,
            overloads: Default::default(),
            handshakes: Sparing::new(HANDSHAKES.0, HANDSHAKES.1),
            refusals: Sparing::new(REFUSALS.0, REFUSALS.1),
            rates: Sparing::new(RATES.0, RATES.1),
            told_at: AtomicU64::new(0),
        }
    }

    /// So many were turned away: what there is to record of it.
    pub(super) fn overload(&self, overload: Overload, turned_away: usize) -> Option<What> {
        let episode = self.overloads.get(overload as usize)?;
        let limit = overload.limit();
        let has_begun = episode.add(turned_away, self.now());
        has_begun.then_some(What::OverloadBegan { limit })
    }

    /// Whether a refused handshake has an event of its own.
    pub(super) fn tells_handshake(&self, peer: IpAddr) -> bool {
        let source = Source::of(peer);
        self.handshakes.is_told(&source, self.timer.now())
    }

    /// Whether a refused credential has. Where it comes from need not be known.
    pub(super) fn tells_refusal(&self, client: Option<IpAddr>) -> bool {
        let source = client.map(Source::of);
        source.is_none_or(|source| self.refusals.is_told(&source, self.timer.now()))
    }

    /// Whether a caller that asks too often has one more time.
    pub(super) fn tells_rate(&self, caller: Option<&PrincipalId>) -> bool {
        caller.is_none_or(|caller| self.rates.is_told(caller, self.timer.now()))
    }

    /// What has come to its end by now; `at_the_end` of the server all has.
    pub(super) fn ended(&self, at_the_end: bool) -> impl Iterator<Item = What> {
        let now = self.now();
        let overloads = Overload::ALL.into_iter().zip(&self.overloads);
        let overloads = overloads.filter_map(move |(overload, episode)| {
            let (turned_away, seconds) = episode.end(now, at_the_end)?;
            Some(What::OverloadEnded {
                limit: overload.limit(),
                turned_away,
                seconds,
            })
        });
        let is_due = at_the_end || now.saturating_sub(self.told_at.load(Relaxed)) >= millis(PAUSE);
        if is_due {
            self.told_at.store(now, Relaxed);
        }
        let untold = is_due.then(|| self.untold()).into_iter().flatten();
        overloads.chain(untold)
    }

    fn untold(&self) -> impl Iterator<Item = What> {
        let handshakes = self.handshakes.take_untold();
        let handshakes = handshakes.map(|handshakes| What::TlsRefusedMore { handshakes });
        let refusals = self.refusals.take_untold();
        let refusals = refusals.map(|requests| What::AuthenticationRefusedMore { requests });
        let rates = self.rates.take_untold();
        let rates = rates.map(|requests| What::RateLimitedMore { requests });
        handshakes.into_iter().chain(refusals).chain(rates)
    }

    fn now(&self) -> u64 {
        millis(self.timer.now())
    }
}

impl Episode {
    /// Answers whether this is the beginning.
    fn add(&self, turned_away: usize, now: u64) -> bool {
        let turned_away = u64::try_from(turned_away).unwrap_or_default();
        self.turned_away.fetch_add(turned_away, Relaxed);
        self.last.store(now, Relaxed);
        // Most find that it has begun, and write nothing that others look at.
        self.began.load(Relaxed) == 0
            && (self.began)
                .compare_exchange(0, now.max(1), Relaxed, Relaxed)
                .is_ok()
    }

    /// How many were turned away in how many seconds, if it has ended.
    fn end(&self, now: u64, at_once: bool) -> Option<(u64, u64)> {
        let (began, last) = (self.began.load(Relaxed), self.last.load(Relaxed));
        if began == 0 || !at_once && now.saturating_sub(last) < millis(QUIET) {
            return None;
        }
        let turned_away = self.turned_away.swap(0, Relaxed);
        self.began.store(0, Relaxed);
        Some((turned_away, last.saturating_sub(began).div_ceil(1000)))
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
