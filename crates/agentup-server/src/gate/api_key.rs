//! API keys: where a request has one, and whose it is.

use std::{borrow::Cow, sync::Arc, thread, time::Duration};

use agentup_auth::{ApiKeyError, ApiKeys, KeySet, PresentedKey, VerifiedApiKey, api_key::LookUp};
use arc_swap::ArcSwap;
use http::{HeaderName, request::Parts};
use tokio::sync::Semaphore;

use super::GateError;
use crate::{
    audit::Audit,
    clock::Clock,
    config::{ApiKeyConfig, KeysFile},
    followed::follow,
    http::{ChallengeScheme, Rejection},
};

/// How many requests may wait for a costly check. They would fill the server otherwise.
const WAITING: usize = 32;

/// How long one of them waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// What it takes to judge an API key.
#[derive(Debug)]
pub(super) struct ApiKeyGate {
    header: HeaderName,
    allow_query: bool,
    keys: ArcSwap<ApiKeys>,
    file: Option<KeysFile>,
    /// Places to wait for a costly check, and to run one.
    waiting: Semaphore,
    running: Semaphore,
}

impl ApiKeyGate {
    pub(super) fn new(config: &ApiKeyConfig, audit: &Audit) -> Result<Arc<Self>, GateError> {
        // Half of the processors at most: the others answer those who need no check.
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let running = processors.div_ceil(2);
        let gate = Arc::new(Self {
            header: config.header.clone(),
            allow_query: config.allow_query,
            keys: ArcSwap::new(Arc::clone(&config.keys)),
            file: config.file.clone(),
            waiting: Semaphore::new(WAITING),
            running: Semaphore::new(running),
        });
        if let Some(file) = &config.file {
            let most = KeySet::MAX_BYTES;
            follow(&file.path, most, &gate, audit, Self::replace_keys)?;
        }
        Ok(gate)
    }

    /// Takes over what the file of keys has now.
    fn replace_keys(&self, bytes: &[u8]) -> Result<String, String> {
        let file = self.file.as_ref().ok_or("there is no file of keys")?;
        let keys = file.read(bytes).map_err(|faults| faults.to_string())?;
        let news = format!("{keys:?}");
        self.keys.store(Arc::new(keys));
        Ok(news)
    }

    /// All keys of a request; more than one is a fault.
    pub(super) fn presented<'a>(&self, head: &'a Parts) -> Vec<Cow<'a, [u8]>> {
        let of_header = head.headers.get_all(&self.header).iter();
        let mut keys: Vec<_> = of_header
            .map(|value| Cow::Borrowed(value.as_bytes()))
            .collect();
        if self.allow_query {
            let query = head.uri.query().unwrap_or_default();
            let pairs = form_urlencoded::parse(query.as_bytes());
            let of_query = pairs.filter(|(name, _)| name == ApiKeyConfig::QUERY);
            keys.extend(of_query.map(|(_, value)| Cow::Owned(value.into_owned().into_bytes())));
        }
        keys
    }

    /// Whose the one key is, if there is one.
    pub(super) async fn admit(
        &self,
        keys: &[Cow<'_, [u8]>],
        clock: &Clock,
    ) -> Result<Option<VerifiedApiKey>, Rejection> {
        let key = PresentedKey::only(keys.iter().map(AsRef::as_ref)).map_err(Rejection::ApiKey)?;
        let Some(key) = key else { return Ok(None) };
        let verified = match self.look_up(key, clock)? {
            LookUp::Verified(verified) => verified,
            LookUp::Costly(_) => Box::pin(self.check(key, clock)).await?,
        };
        Ok(Some(verified))
    }

    fn look_up(&self, key: PresentedKey<'_>, clock: &Clock) -> Result<LookUp, Rejection> {
        let keys = self.keys.load_full();
        keys.look_up(key, clock.unix()).map_err(Rejection::ApiKey)
    }

    /// Runs a costly check where it delays nobody, when its turn comes.
    async fn check(
        &self,
        key: PresentedKey<'_>,
        clock: &Clock,
    ) -> Result<VerifiedApiKey, Rejection> {
        let _waiting = self
            .waiting
            .try_acquire()
            .map_err(|_| Rejection::Overloaded)?;
        let running = tokio::time::timeout(PATIENCE, self.running.acquire());
        let Ok(Ok(_running)) = running.await else {
            return Err(Rejection::Overloaded);
        };
        // Somebody else may have brought the same key in the meantime.
        match self.look_up(key, clock)? {
            LookUp::Verified(verified) => Ok(verified),
            LookUp::Costly(check) => {
                let now = clock.unix();
                let checked = tokio::task::spawn_blocking(move || check.run(now)).await;
                // A check that broke off has found nothing.
                let checked = checked.unwrap_or(Err(ApiKeyError::Unknown));
                checked.map_err(Rejection::ApiKey)
            }
        }
    }

    pub(super) fn challenge(&self) -> ChallengeScheme {
        ChallengeScheme::ApiKey {
            header: self.header.as_str().to_owned(),
        }
    }
}
