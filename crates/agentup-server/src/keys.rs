//! The keys that do not stand in the configuration: fetched while the agent runs, and asked for
//! when a token names one that is not there.

use std::{
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use agentup_auth::{
    BearerToken, TrustedIssuer, Verifier, VerifyError,
    remote::{Outcome, RemoteKeys, Status, TIMEOUT, Web, World, policy::Moment},
    unverified,
};
use serde::Serialize;
use tokio::runtime::{Handle, TryCurrentError};

use crate::{audit::Audit, config::SecurityConfig, http::Rejection};

mod log;

/// How long a configuration that replaces another waits for its own keys.
const SETTLING: Duration = Duration::from_secs(10);

/// The moment from which the age of keys is counted, the same for every configuration.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The keys of a configuration that are fetched. They are fetched no more when this is dropped.
#[derive(Debug)]
pub(crate) struct Keys {
    remote: RemoteKeys,
    /// The issuers of the configuration, as it names them.
    issuers: Arc<[String]>,
}

/// What is to be said of the keys of an issuer, for readiness.
#[derive(Debug, Serialize)]
pub(crate) struct Shortage {
    issuer: String,
    keys: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<&'static str>,
    /// Whether its tokens can be verified all the same.
    #[serde(skip)]
    is_bearable: bool,
}

/// How the keys of an issuer are.
#[derive(Debug)]
pub(crate) struct KeysOf<'a> {
    /// The issuer, as the configuration names it.
    pub(crate) issuer: &'a str,
    pub(crate) status: Status,
}

impl Keys {
    /// Starts to fetch, if there is anything to fetch, in the runtime that this is called in. Keys
    /// that `old` has serve at once.
    ///
    /// # Errors
    /// When there is something to fetch and no runtime.
    pub(crate) fn start(
        security: &SecurityConfig,
        verifier: &Arc<Verifier>,
        old: Option<&Self>,
        audit: &Audit,
    ) -> Result<Option<Self>, TryCurrentError> {
        if security.remote_keys.is_empty() {
            return Ok(None);
        }
        Handle::try_current()?;
        let name = |issuer: &TrustedIssuer| issuer.issuer.clone().unwrap_or_default();
        let issuers: Arc<[String]> = security.issuers.iter().map(name).collect();
        let start = *START;
        let world = World {
            web: Arc::new(Web::new(security.key_guard.clone(), TIMEOUT)),
            now: Arc::new(move || Moment::new(start.elapsed())),
            observer: log::observer(Arc::clone(&issuers), audit.clone()),
        };
        let sources = security.remote_keys.clone();
        let remote = RemoteKeys::start(verifier, sources, &world, old.map(|old| &old.remote));
        Ok(Some(Self { remote, issuers }))
    }

    /// What to do with a token that was refused for want of its key: verify it once more, or
    /// refuse it with this. Waits no longer than a caller can be made to.
    pub(crate) async fn find(
        &self,
        verifier: &Verifier,
        token: BearerToken<'_>,
        error: VerifyError,
    ) -> Result<(), Rejection> {
        let refusal = Rejection::Token(error);
        let Some(position) = verifier.unverified_issuer(token) else {
            return Err(refusal);
        };
        if error == VerifyError::KeysUnavailable {
            let pause = self.remote.next_fetch_in(position);
            return Err(pause.map_or(refusal, Rejection::KeysAwaited));
        }
        let kid = kid(token);
        match self.remote.on_unknown_kid(position, kid.as_deref()).await {
            Outcome::VerifyAgain => Ok(()),
            Outcome::Unknown => Err(refusal),
            Outcome::Later(pause) => Err(Rejection::KeysAwaited(pause)),
        }
    }

    /// Waits until every issuer has given keys or failed to, but not for ever.
    pub(crate) async fn settled(&self) {
        let settled = tokio::time::timeout(SETTLING, self.remote.settled()).await;
        if settled.is_err() {
            tracing::warn!("there are issuers that have not answered with their keys yet");
        }
    }

    /// How the keys of each issuer are.
    pub(crate) fn states(&self) -> Vec<KeysOf<'_>> {
        let mut all = Vec::new();
        for status in self.remote.status() {
            let positions = status.positions.iter();
            for issuer in positions.filter_map(|position| self.issuers.get(*position)) {
                let status = status.clone();
                all.push(KeysOf { issuer, status });
            }
        }
        all
    }

    /// The issuers whose keys are not as they should be.
    pub(crate) fn shortages(&self) -> Vec<Shortage> {
        let status = self.remote.status().into_iter();
        status
            .flat_map(|status| self.shortages_of(&status))
            .collect()
    }

    fn shortages_of(&self, status: &Status) -> Vec<Shortage> {
        let (keys, is_bearable) = match status.keys {
            None => ("missing", false),
            Some(0) => ("none that can be used", false),
            Some(_) if status.is_stale => ("stale", true),
            Some(_) => return Vec::new(),
        };
        let names = status
            .positions
            .iter()
            .filter_map(|position| self.issuers.get(*position));
        let shortage = |issuer: &String| Shortage {
            issuer: issuer.clone(),
            keys,
            age_seconds: status.age.map(|age| age.as_secs()),
            last_error: status.last_error,
            is_bearable,
        };
        names.map(shortage).collect()
    }
}

impl Shortage {
    /// Whether the agent can answer callers of this issuer all the same.
    pub(crate) const fn is_bearable(&self) -> bool {
        self.is_bearable
    }
}

/// The name of the key that the token wants, believed by nobody.
fn kid(token: BearerToken<'_>) -> Option<String> {
    let text = std::str::from_utf8(token.expose()).ok()?;
    let mut header = unverified::decode(text).ok()?.header;
    match header.remove("kid")? {
        serde_json::Value::String(kid) => Some(kid),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
