//! The task that keeps the keys of one issuer fresh, and the question that requests put to it.

use std::{
    hash::{BuildHasher as _, RandomState},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore, watch};

use super::{
    Event, Fetches, Outcome, RemoteIssuer, Status, World,
    fetch::{FetchError, Fetched, Fetcher},
    policy::{Cycle, Finished, Jitter, Kid, Moment, Search, Step},
};
use crate::{KeySet, VerificationKey, Verifier};

/// The most requests that wait for one fetch; others are told to come again.
const MAX_WAITING: usize = 64;

/// The shortest time after which a caller is told to come again.
const SOON: Duration = Duration::from_secs(1);

pub(super) struct Source {
    issuer: RemoteIssuer,
    world: World,
    verifier: Arc<Verifier>,
    hasher: RandomState,
    state: Mutex<State>,
    /// Wakes the task when a `kid` is searched.
    wake: Notify,
    /// How many fetches have ended.
    ended: watch::Sender<u64>,
    places: Semaphore,
}

#[derive(Clone, Default)]
struct State {
    cycle: Cycle,
    keys: Option<KeySet>,
    last_error: Option<&'static str>,
    fetches: Fetches,
}

impl Source {
    /// `known` is the source of the same place in a configuration that is replaced.
    pub(super) fn new(
        issuer: RemoteIssuer,
        world: &World,
        verifier: Arc<Verifier>,
        known: Option<&Self>,
    ) -> Self {
        let now = (world.now)();
        // The names that a state holds are hashed with its own.
        let hasher = known.map_or_else(RandomState::new, |known| known.hasher.clone());
        let mut state = known.map_or_else(State::default, |known| known.state.lock().clone());
        state.cycle = state.cycle.renewed(issuer.timing.clone(), now);
        if let Some(keys) = &issuer.fetched {
            let kids = kids(&hasher, keys);
            state.keys = Some(keys.clone());
            state.cycle.hold(now, kids, jitter());
        }
        let source = Self {
            hasher,
            issuer,
            world: world.clone(),
            verifier,
            ended: watch::Sender::new(u64::from(state.keys.is_some())),
            state: Mutex::new(state),
            wake: Notify::new(),
            places: Semaphore::new(MAX_WAITING),
        };
        let fetched = source.state.lock().keys.clone();
        source.install(fetched.as_ref());
        source
    }

    /// Whether keys that were fetched from here are those of that issuer.
    pub(super) fn is_of(&self, issuer: &RemoteIssuer) -> bool {
        self.issuer.location == issuer.location && self.issuer.algorithms == issuer.algorithms
    }

    pub(super) const fn issuer(&self) -> &RemoteIssuer {
        &self.issuer
    }

    /// Does what the policy says, for ever.
    pub(super) async fn run(&self, mut fetcher: Fetcher) {
        loop {
            let now = self.now();
            let step = self.state.lock().cycle.step(now);
            match step {
                Step::Discard => self.discard(),
                Step::Wait(until) => self.pause(until).await,
                Step::Fetch { whole } => {
                    let result = self.watch_over(fetcher.fetch(now, whole)).await;
                    self.finish(result);
                }
            }
        }
    }

    /// Waits for a fetch. Keys that become too old meanwhile do not serve until it ends.
    async fn watch_over<T>(&self, fetch: impl Future<Output = T>) -> T {
        let mut fetch = pin!(fetch);
        loop {
            let step = self.state.lock().cycle.step(self.now());
            match step {
                Step::Discard => self.discard(),
                Step::Wait(until) => tokio::select! {
                    result = &mut fetch => return result,
                    () = self.pause(until) => {}
                },
                // The fetch that is out is not known to be: not possible, and no harm.
                Step::Fetch { .. } => return fetch.await,
            }
        }
    }

    async fn pause(&self, until: Option<Moment>) {
        let woken = self.wake.notified();
        match until {
            Some(until) => {
                let span = until.since(self.now());
                let _ = tokio::time::timeout(span, woken).await;
            }
            None => woken.await,
        }
    }

    fn discard(&self) {
        self.install(None);
        self.state.lock().keys = None;
        self.tell(&Event::Discarded);
    }

    /// Puts the fetched keys, and those beside them, into the verifier.
    fn install(&self, fetched: Option<&KeySet>) {
        let RemoteIssuer {
            positions,
            algorithms,
            known,
            ..
        } = &self.issuer;
        let keys = match fetched {
            Some(fetched) => fetched.joined_by(known),
            None if known.is_empty() => KeySet::unavailable(),
            // A token of another key gets the answer that its key is unknown, and the search that
            // follows the answer that there are no keys.
            None => KeySet::awaiting(algorithms).joined_by(known),
        };
        for position in positions {
            let _ = self.verifier.replace_keys(*position, &keys);
        }
    }

    fn finish(&self, result: Result<Fetched, FetchError>) {
        match result {
            Ok(Fetched::Keys { loaded, max_age }) => {
                let keys = &loaded.keys;
                // Before the policy knows the names: whoever hears of a key must find it.
                self.install(Some(keys));
                let kids = kids(&self.hasher, keys);
                self.close(Finished::Keys { kids, max_age }, |state| {
                    state.keys = Some(keys.clone());
                    state.last_error = None;
                    state.fetches.loaded = state.fetches.loaded.saturating_add(1);
                });
                self.tell(&Event::Loaded {
                    keys: keys.len(),
                    skipped: &loaded.skipped,
                    exposed: &loaded.exposed,
                });
            }
            Ok(Fetched::Unchanged { max_age }) => {
                self.close(Finished::Unchanged { max_age }, |state| {
                    state.last_error = None;
                    state.fetches.confirmed = state.fetches.confirmed.saturating_add(1);
                });
                self.tell(&Event::Confirmed);
            }
            Err(error) => {
                let (age, retry_in) = self.close(Finished::Failed, |state| {
                    state.last_error = Some(error.code());
                    state.fetches.failed = state.fetches.failed.saturating_add(1);
                });
                self.tell(&Event::Failed {
                    error: &error,
                    age,
                    retry_in,
                });
            }
        }
        // Last, for whoever waits looks at all of the above.
        self.ended
            .send_modify(|ended| *ended = ended.wrapping_add(1));
    }

    /// Tells the policy how the fetch ended. Returns the age of the keys, and when the next fetch
    /// is due.
    fn close(
        &self,
        finished: Finished,
        note: impl FnOnce(&mut State),
    ) -> (Option<Duration>, Duration) {
        let now = self.now();
        let mut state = self.state.lock();
        state.cycle.finish(now, finished, jitter());
        note(&mut state);
        (state.cycle.age(now), state.cycle.next_fetch_in(now))
    }

    /// What becomes of a token with an unknown `kid`.
    pub(super) async fn search(&self, kid: Option<&str>) -> Outcome {
        // Before the policy is asked, so that no end is missed.
        let mut ended = self.ended.subscribe();
        let search = {
            let (now, kid) = (self.now(), hash(&self.hasher, kid));
            self.state.lock().cycle.search(now, kid)
        };
        match search {
            Search::Present => return Outcome::VerifyAgain,
            Search::Absent => return Outcome::Unknown,
            Search::NoKeys => return Outcome::Later(self.next_fetch_in()),
            Search::Wait => self.wake.notify_one(),
        }
        let Ok(_place) = self.places.try_acquire() else {
            return Outcome::Later(SOON);
        };
        match tokio::time::timeout(self.issuer.timing.patience, ended.changed()).await {
            Ok(Ok(())) => Outcome::VerifyAgain,
            Ok(Err(_)) | Err(_) => Outcome::Later(SOON),
        }
    }

    pub(super) fn status(&self) -> Status {
        let now = self.now();
        let state = self.state.lock();
        Status {
            positions: self.issuer.positions.clone(),
            keys: state.keys.as_ref().map(KeySet::len),
            age: state.cycle.age(now),
            is_stale: state.cycle.is_stale(now),
            last_error: state.last_error,
            fetches: state.fetches,
        }
    }

    /// At least a second, because that is the unit in which callers are told.
    pub(super) fn next_fetch_in(&self) -> Duration {
        let now = self.now();
        self.state.lock().cycle.next_fetch_in(now).max(SOON)
    }

    pub(super) async fn settled(&self) {
        let mut ended = self.ended.subscribe();
        let _ = ended.wait_for(|ended| *ended > 0).await;
    }

    fn now(&self) -> Moment {
        (self.world.now)()
    }

    fn tell(&self, event: &Event<'_>) {
        (self.world.observer)(&self.issuer, event);
    }
}

/// Without a source of chance all servers fetch at one moment; that is no reason not to fetch.
fn jitter() -> Jitter {
    let mut byte = [0];
    let _ = aws_lc_rs::rand::fill(&mut byte);
    let [byte] = byte;
    Jitter(byte)
}

fn kids(hasher: &RandomState, keys: &KeySet) -> Vec<Kid> {
    let names = keys.keys().iter().filter_map(VerificationKey::kid);
    names.map(|kid| hash(hasher, Some(kid))).collect()
}

fn hash(hasher: &RandomState, kid: Option<&str>) -> Kid {
    Kid(hasher.hash_one(kid))
}
