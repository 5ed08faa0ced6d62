//! Keys from a URL: fetched before they are needed, kept when they cannot be fetched again, and
//! put into the verifier that the requests use.
//!
//! The only part of this crate that does IO. Who owns a [`RemoteKeys`] owns the tasks that fetch;
//! they end with it. Verifying takes no part in any of it: keys are replaced behind its back.

use std::{fmt, sync::Arc, time::Duration};

use tokio::task::JoinSet;

use crate::{Algorithm, KeySet, SkippedKey, VerificationKey, Verifier};

pub mod fetch;
pub mod guard;
#[cfg(feature = "test-support")]
pub mod key_server;
pub mod policy;
mod source;
mod web;

use fetch::{FetchError, Fetcher, Location};
use policy::{Moment, Timing};
use source::Source;
pub use web::{GuardedResolver, TIMEOUT, Web};

/// The keys of one issuer that come from the network.
#[derive(Clone, Debug)]
pub struct RemoteIssuer {
    /// The positions, in the list that the verifier was made of, of the issuers that have these
    /// keys: one, unless several names stand for one issuer.
    pub positions: Vec<usize>,
    /// Where its keys are.
    pub location: Location,
    /// The algorithms that it may use.
    pub algorithms: Vec<Algorithm>,
    /// Keys that serve beside those that are fetched.
    pub known: Vec<VerificationKey>,
    /// Keys that have just been fetched from there, if any have.
    pub fetched: Option<KeySet>,
    /// How often to fetch, and how long to go on without.
    pub timing: Timing,
}

/// Is told what happens to the keys of an issuer.
pub type Observer = dyn Fn(&RemoteIssuer, &Event<'_>) + Send + Sync;

/// What a fetcher needs of the world.
#[derive(Clone)]
pub struct World {
    /// Connects.
    pub web: Arc<Web>,
    /// Tells the time, by a clock that never goes back.
    pub now: Arc<dyn Fn() -> Moment + Send + Sync>,
    /// Is told what happens.
    pub observer: Arc<Observer>,
}

/// What happens to the keys of an issuer, for logs.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// New keys are in use.
    Loaded {
        /// How many.
        keys: usize,
        /// Those that cannot be used.
        skipped: &'a [SkippedKey],
        /// The positions of those that were published with their private half.
        exposed: &'a [usize],
    },
    /// The keys that are in use were confirmed.
    Confirmed,
    /// The keys could not be fetched.
    Failed {
        /// Why.
        error: &'a FetchError,
        /// How old the keys are that serve on; none if there are none.
        age: Option<Duration>,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// The keys became too old and no longer serve.
    Discarded,
}

/// How the keys of an issuer are, for readiness and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The positions of the issuer: [`RemoteIssuer::positions`].
    pub positions: Vec<usize>,
    /// How many fetched keys serve; none if there was no key set yet, or it became too old.
    pub keys: Option<usize>,
    /// How long ago the issuer confirmed them.
    pub age: Option<Duration>,
    /// Whether they have outlived the time for which they are fresh.
    pub is_stale: bool,
    /// Why the last fetch failed ([`FetchError::code`]); none if it did not.
    pub last_error: Option<&'static str>,
    /// What the fetches came to.
    pub fetches: Fetches,
}

/// How many fetches there were, by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetches {
    /// With new keys.
    pub loaded: u64,
    /// With the old keys confirmed.
    pub confirmed: u64,
    /// Without keys.
    pub failed: u64,
}

/// What became of a token whose key is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The issuer was asked: verify once more, and take the answer as it is.
    VerifyAgain,
    /// The issuer was asked not long ago, or has no keys that could be fetched.
    Unknown,
    /// It is not known yet. The caller may come again after this time.
    Later(Duration),
}

/// The keys that come from the network, and the tasks that keep them fresh.
pub struct RemoteKeys {
    sources: Vec<Arc<Source>>,
    /// Aborts them when it is dropped.
    _tasks: JoinSet<()>,
}

impl RemoteKeys {
    /// Starts to fetch, in tasks of the current runtime, and puts the keys into the verifier.
    ///
    /// Keys that `old` holds of the same place serve at once: a configuration that is replaced
    /// leaves no gap.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn start(
        verifier: &Arc<Verifier>,
        issuers: Vec<RemoteIssuer>,
        world: &World,
        old: Option<&Self>,
    ) -> Self {
        let mut tasks = JoinSet::new();
        let mut sources = Vec::with_capacity(issuers.len());
        for issuer in issuers {
            let known = old.and_then(|old| old.sources.iter().find(|old| old.is_of(&issuer)));
            let web = Arc::clone(&world.web);
            let fetcher = Fetcher::new(web, issuer.location.clone(), issuer.algorithms.clone());
            let verifier = Arc::clone(verifier);
            let source = Arc::new(Source::new(
                issuer,
                world,
                verifier,
                known.map(|known| &**known),
            ));
            sources.push(Arc::clone(&source));
            tasks.spawn(async move { source.run(fetcher).await });
        }
        Self {
            sources,
            _tasks: tasks,
        }
    }

    /// What to do with a token that was refused with
    /// [`VerifyError::UnknownKid`](crate::VerifyError::UnknownKid). `kid` is as the token has it.
    ///
    /// Waits for a fetch if there is one to wait for, no longer than [`Timing::patience`].
    pub async fn on_unknown_kid(&self, position: usize, kid: Option<&str>) -> Outcome {
        match self.source(position) {
            Some(source) => source.search(kid).await,
            None => Outcome::Unknown,
        }
    }

    /// How the keys of every issuer are.
    #[must_use]
    pub fn status(&self) -> Vec<Status> {
        self.sources.iter().map(|source| source.status()).collect()
    }

    /// How long until it is worth asking again for the keys of this issuer.
    #[must_use]
    pub fn next_fetch_in(&self, position: usize) -> Option<Duration> {
        self.source(position).map(Source::next_fetch_in)
    }

    /// Ends when every issuer has keys, or has failed to give them once.
    pub async fn settled(&self) {
        for source in &self.sources {
            source.settled().await;
        }
    }

    fn source(&self, position: usize) -> Option<&Source> {
        let mut sources = self.sources.iter().map(|source| &**source);
        sources.find(|source| source.issuer().positions.contains(&position))
    }
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.status()).finish()
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("web", &self.web)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(feature = "test-support")]
mod tests;
