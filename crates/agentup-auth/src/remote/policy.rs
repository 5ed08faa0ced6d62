//! When keys are fetched, how long they serve and what an unknown `kid` may cost, decided without
//! IO and without a clock: the caller says what time it is and what has happened.

use std::time::Duration;

use missing::Missing;

mod missing;
mod timing;

pub use timing::{Jitter, Moment, Timing};

/// The most names that one fetch is judged for.
const MAX_ASKED: usize = 128;

/// A hash of a `kid`, keyed so that nobody can aim at another one's. A token may lack the `kid`;
/// that has a hash too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kid(pub u64);

/// The life of the keys of one issuer.
///
/// At most one fetch is out at a time. The caller asks [`Cycle::step`] what to do, does it, and
/// reports a fetch with [`Cycle::finish`].
#[derive(Clone, Debug)]
pub struct Cycle {
    timing: Timing,
    held: Option<Held>,
    next_fetch: Moment,
    flight: Flight,
    failures: u32,
    last_search: Option<Moment>,
    /// What the fetch that is out, or due, was asked to find.
    asked: Vec<Kid>,
    missing: Missing,
}

/// Keys that serve.
#[derive(Clone, Debug)]
struct Held {
    /// When the fetch began that brought them, or last confirmed them.
    confirmed: Moment,
    /// How long they are fresh.
    ttl: Duration,
    kids: Vec<Kid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flight {
    None,
    /// An unknown `kid` wants one at once.
    Due,
    /// Since when.
    Out(Moment),
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Fetch now, and report the end with [`Cycle::finish`].
    Fetch {
        /// No keys are held, so "not modified" would be no answer.
        whole: bool,
    },
    /// The keys are too old to be trusted: nothing verifies until new ones come.
    Discard,
    /// Nothing before this moment, unless a `kid` is searched or a fetch ends. None: nothing
    /// before that at all.
    Wait(Option<Moment>),
}

/// What to do with a token whose `kid` no key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// There is such a key by now: verify again.
    Present,
    /// The issuer was asked not long ago: refuse.
    Absent,
    /// A fetch is out or due that will tell.
    Wait,
    /// There are no keys at all.
    NoKeys,
}

/// How a fetch ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finished {
    /// With a key set.
    Keys {
        /// The names in it.
        kids: Vec<Kid>,
        /// How long the issuer says that it is good.
        max_age: Option<Duration>,
    },
    /// With word that the key set is what it was.
    Unchanged {
        /// How long the issuer says that it is good.
        max_age: Option<Duration>,
    },
    /// Without an answer that can be used.
    Failed,
}

impl Default for Cycle {
    fn default() -> Self {
        Self::new(Timing::default(), Moment::default())
    }
}

impl Cycle {
    /// A cycle without keys, whose first fetch is due at once.
    #[must_use]
    pub fn new(timing: Timing, now: Moment) -> Self {
        Self {
            missing: Missing::new(timing.cool_down, timing.ttl.max(timing.cool_down)),
            timing,
            held: None,
            next_fetch: now,
            flight: Flight::None,
            failures: 0,
            last_search: None,
            asked: Vec::new(),
        }
    }

    /// Keys were fetched at this moment by other means.
    pub fn hold(&mut self, now: Moment, kids: Vec<Kid>, jitter: Jitter) {
        self.flight = Flight::Out(now);
        let finished = Finished::Keys {
            kids,
            max_age: None,
        };
        self.finish(now, finished, jitter);
    }

    /// The same keys in a cycle of other timing, with no fetch out: for a configuration that
    /// replaces this one. The next fetch is due at once.
    #[must_use]
    pub fn renewed(&self, timing: Timing, now: Moment) -> Self {
        Self {
            held: self.held.clone(),
            last_search: self.last_search,
            ..Self::new(timing, now)
        }
    }

    /// What to do now. To be asked again after it is done, when the moment has come, after every
    /// [`Cycle::finish`], and after a [`Cycle::search`] that says to wait.
    pub fn step(&mut self, now: Moment) -> Step {
        let end = self.end_of_keys();
        if end.is_some_and(|end| now >= end) {
            self.held = None;
            self.next_fetch = self.next_fetch.min(now);
            return Step::Discard;
        }
        match self.flight {
            Flight::Out(_) => Step::Wait(end),
            Flight::None if now < self.next_fetch => Step::Wait(Some(
                end.map_or(self.next_fetch, |end| end.min(self.next_fetch)),
            )),
            Flight::None | Flight::Due => {
                self.flight = Flight::Out(now);
                let whole = self.held.is_none();
                Step::Fetch { whole }
            }
        }
    }

    /// A good-looking token names a key that is not there.
    ///
    /// Whoever sends such tokens costs the issuer one fetch in a cool-down, however many they are.
    pub fn search(&mut self, now: Moment, kid: Kid) -> Search {
        let Some(held) = &self.held else {
            return Search::NoKeys;
        };
        if held.kids.contains(&kid) {
            return Search::Present;
        }
        if self.missing.covers(kid, now) {
            return Search::Absent;
        }
        if self.flight == Flight::None {
            let cool = self.last_search.map(|at| at.after(self.timing.cool_down));
            if cool.is_some_and(|cool| now < cool) {
                return Search::Absent;
            }
            self.last_search = Some(now);
            self.flight = Flight::Due;
        }
        if self.asked.len() < MAX_ASKED && !self.asked.contains(&kid) {
            self.asked.push(kid);
        }
        Search::Wait
    }

    /// The fetch ended. `jitter` keeps many servers from fetching at one moment.
    pub fn finish(&mut self, now: Moment, finished: Finished, jitter: Jitter) {
        let began = match self.flight {
            Flight::Out(began) => began,
            Flight::None | Flight::Due => now,
        };
        self.flight = Flight::None;
        let asked = std::mem::take(&mut self.asked);
        let (kids, max_age) = match (finished, self.held.take()) {
            (Finished::Keys { kids, max_age }, _) => (kids, max_age),
            (Finished::Unchanged { max_age }, Some(held)) => (held.kids, max_age),
            // "Unchanged" says nothing when the keys it speaks of have been discarded.
            (Finished::Unchanged { .. } | Finished::Failed, held) => {
                self.held = held;
                self.fail(now, jitter);
                return;
            }
        };
        for kid in asked {
            if kids.contains(&kid) {
                self.missing.forget(kid);
            } else {
                self.missing.note(kid, now);
            }
        }
        let ttl = self.timing.ttl_of(max_age);
        self.held = Some(Held {
            confirmed: began,
            ttl,
            kids,
        });
        self.failures = 0;
        self.next_fetch = now.after(Timing::refresh_in(ttl, jitter));
    }

    /// A fetch that was not due but for an unknown `kid` changes nothing when it fails: otherwise
    /// whoever sends such tokens could start a series of retries.
    fn fail(&mut self, now: Moment, jitter: Jitter) {
        if self.next_fetch > now {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        self.next_fetch = now.after(self.timing.retry_in(self.failures, jitter));
    }

    /// How long ago the issuer last confirmed the keys; none without keys.
    #[must_use]
    pub fn age(&self, now: Moment) -> Option<Duration> {
        self.held.as_ref().map(|held| now.since(held.confirmed))
    }

    /// Whether the keys have outlived the time for which they are fresh.
    #[must_use]
    pub fn is_stale(&self, now: Moment) -> bool {
        self.held
            .as_ref()
            .is_some_and(|held| now.since(held.confirmed) > held.ttl)
    }

    /// How long until the next fetch that is planned; zero while one is out.
    #[must_use]
    pub fn next_fetch_in(&self, now: Moment) -> Duration {
        match self.flight {
            Flight::None => self.next_fetch.since(now),
            Flight::Due | Flight::Out(_) => Duration::ZERO,
        }
    }

    fn end_of_keys(&self) -> Option<Moment> {
        let hard_age = self.timing.hard_age;
        self.held
            .as_ref()
            .map(|held| held.confirmed.after(hard_age))
    }
}

#[cfg(test)]
mod tests;
