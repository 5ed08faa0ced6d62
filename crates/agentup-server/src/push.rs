//! Push notifications: every event of a task, posted to the webhooks that its owner named.
//!
//! What a webhook gets (`A2A §4.3.3`) is a `POST` for each status change and each piece of an
//! artifact, in their order, at least once:
//!
//! - The body is a `StreamResponse` as in a stream; a webhook that was registered in 0.3 gets the
//!   whole task, as that generation's clients expect.
//! - `Authorization` has the scheme and the credentials, and `X-A2A-Notification-Token` the token
//!   of the configuration.
//! - `X-A2A-Notification-Signature`, if the agent has a key, is a JWS over the exact bytes of the
//!   body with the payload left out (RFC 7515 appendix F): put the body, in base64url, between the
//!   two dots and verify it with the key of that `kid` from the agent's `/.well-known/jwks.json`.
//!   Take the keys from the agent that is known, not from where `jku` points. The signature does
//!   not expire: the body names the task, and its status the time.
//!
//! Any 2xx is an acknowledgement. What fails is tried again, with growing pauses, until it is too
//! old or was tried too often; what the webhook refuses (4xx, redirects) is not. A notification may
//! come twice, so a webhook compares what it gets with what it has.
//!
//! All of it happens beside the requests, on the runtime of the main thread: a webhook that hangs
//! holds up the notifications of its own task, and takes no more than the places of its owner.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::{runtime::Handle, sync::Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

mod client;
mod delivery;
mod lanes;
mod mailbox;
mod operations;
mod registered;
mod rules;
mod webhook;

pub(crate) use registered::Registered;
pub(crate) use rules::Rules;
pub(crate) use webhook::Webhook;

use lanes::Lanes;

use crate::metrics::PushMeter;

/// How many requests to webhooks are under way at a time.
const MAX_UNDER_WAY: usize = 256;

/// How many notifications wait at a time, of all tasks together.
const MAX_WAITING: usize = 65_536;

/// What all deliveries share.
#[derive(Debug)]
pub(crate) struct Push {
    rules: ArcSwap<Rules>,
    lanes: Lanes,
    /// One for each request that may be under way.
    places: Semaphore,
    /// How many notifications wait or are under way.
    waiting: AtomicUsize,
    deliveries: TaskTracker,
    /// Fires when the server gives up what is left.
    stop: CancellationToken,
    /// Where deliveries run: not on the threads that answer requests.
    runtime: Option<Handle>,
    meter: Arc<PushMeter>,
}

/// How much there is to deliver.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// The notifications that wait or are under way.
    pub(crate) waiting: usize,
    /// The most of them.
    pub(crate) most_waiting: usize,
    /// The requests that are under way.
    pub(crate) under_way: usize,
}

impl Push {
    /// Delivers on the current runtime, if there is one; else on that of whoever has something to
    /// deliver.
    pub(crate) fn new(rules: Arc<Rules>, meter: Arc<PushMeter>) -> Self {
        Self {
            rules: ArcSwap::new(rules),
            lanes: Lanes::default(),
            places: Semaphore::new(MAX_UNDER_WAY),
            waiting: AtomicUsize::new(0),
            deliveries: TaskTracker::new(),
            stop: CancellationToken::new(),
            runtime: Handle::try_current().ok(),
            meter,
        }
    }

    /// Puts the rules of a new configuration in force, also for what waits already.
    pub(crate) fn adopt(&self, rules: Arc<Rules>) {
        self.rules.store(rules);
    }

    /// How much there is to deliver.
    pub(crate) fn load(&self) -> Load {
        Load {
            waiting: self.waiting.load(Ordering::Relaxed),
            most_waiting: MAX_WAITING,
            under_way: MAX_UNDER_WAY.saturating_sub(self.places.available_permits()),
        }
    }

    /// Waits for what is to be delivered, for as long as `grace`; then gives up what is left.
    pub(crate) async fn drain(&self, grace: Duration) {
        self.deliveries.close();
        if tokio::time::timeout(grace, self.deliveries.wait())
            .await
            .is_err()
        {
            let left = self.waiting.load(Ordering::Relaxed);
            tracing::warn!(left, "push notifications were not delivered in time");
        }
        self.stop.cancel();
    }

    fn spawn(&self, delivery: impl Future<Output = ()> + Send + 'static) {
        match &self.runtime {
            Some(runtime) => self.deliveries.spawn_on(delivery, runtime),
            None => self.deliveries.spawn(delivery),
        };
    }

    /// Takes a place among those that wait, if there is one.
    fn enter(&self) -> bool {
        let enter = |waiting: usize| (waiting < MAX_WAITING).then_some(waiting.saturating_add(1));
        self.waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, enter)
            .is_ok()
    }

    fn leave(&self, count: usize) {
        self.waiting.fetch_sub(count, Ordering::Relaxed);
    }
}
