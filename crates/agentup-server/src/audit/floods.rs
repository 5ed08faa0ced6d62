//! What anybody can cause as often as they like, told in few events however often it happens.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use agentup_handlers::middleware::{RateLimit, RateLimiter, Timer};

use super::What;
use crate::client_address::Source;

/// The handshakes of one address that have an event of their own, in a minute and at once.
const OF_ONE: RateLimit = RateLimit {
    requests_per_minute: 10,
    burst_size: 10,
};

/// Those of all addresses together.
const OF_ALL: RateLimit = RateLimit {
    requests_per_minute: 120,
    burst_size: 120,
};

/// How often it is told how many had none.
const PAUSE: Duration = Duration::from_mins(1);

/// An overload is over when nothing was turned away for so long.
const QUIET: Duration = Duration::from_secs(10);

/// What is not told yet.
#[derive(Debug)]
pub(super) struct Floods {
    timer: Timer,
    overloads: [Episode; Overload::ALL.len()],
    of_one: RateLimiter<Source>,
    of_all: RateLimiter<()>,
    /// Refused handshakes without an event of their own, and when such a number was last told.
    untold: AtomicU64,
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
            of_one: RateLimiter::new(OF_ONE),
            of_all: RateLimiter::new(OF_ALL),
            untold: AtomicU64::new(0),
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

    /// A handshake was refused: what there is to record of it.
    pub(super) fn refused_handshake(&self, code: &'static str, peer: IpAddr) -> Option<What> {
        let (source, now) = (Source::of(peer), self.timer.now());
        // In this order: one address that asks on and on takes nothing from the others.
        let is_told =
            self.of_one.count(&source, now).is_ok() && self.of_all.count(&(), now).is_ok();
        if is_told {
            let client = peer.to_canonical();
            return Some(What::TlsRefused { code, client });
        }
        self.untold.fetch_add(1, Relaxed);
        None
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
        let is_due = now.saturating_sub(self.told_at.load(Relaxed)) >= millis(PAUSE);
        let untold = if is_due || at_the_end {
            self.told_at.store(now, Relaxed);
            self.untold.swap(0, Relaxed)
        } else {
            0
        };
        let handshakes = (untold > 0).then_some(What::TlsRefusedMore { handshakes: untold });
        overloads.chain(handshakes)
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
