//! What all requests share: the settings of the moment, the tasks, the clock.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use arc_swap::ArcSwap;
use tokio::sync::Semaphore;

use crate::{clock::Clock, live::Live, metrics::Metrics, push::Push, tasks::Tasks};

/// The state of a running server.
#[derive(Debug)]
pub(crate) struct App {
    live: ArcSwap<Live>,
    pub(crate) tasks: Tasks,
    pub(crate) push: Arc<Push>,
    pub(crate) clock: Clock,
    /// One for each request that may be in flight.
    pub(crate) places: Semaphore,
    /// How many of those there are.
    pub(crate) concurrency: usize,
    pub(crate) metrics: Arc<Metrics>,
    stopping: AtomicBool,
}

impl App {
    pub(crate) fn new(
        live: Live,
        tasks: Tasks,
        clock: Clock,
        concurrency: usize,
        metrics: Arc<Metrics>,
    ) -> Self {
        let concurrency = concurrency.min(Semaphore::MAX_PERMITS);
        metrics.reloads.started(clock.unix());
        Self {
            push: Arc::new(Push::new(Arc::clone(&live.push), Arc::clone(&metrics.push))),
            live: ArcSwap::from_pointee(live),
            tasks,
            clock,
            places: Semaphore::new(concurrency),
            concurrency,
            metrics,
            stopping: AtomicBool::new(false),
        }
    }

    /// The settings that hold now. A request takes them once, so that it lives under one
    /// configuration from its beginning to its end.
    pub(crate) fn live(&self) -> Arc<Live> {
        self.live.load_full()
    }

    /// Puts new settings in the place of the old ones, for the requests to come.
    pub(crate) fn replace(&self, live: Live) {
        self.push.adopt(Arc::clone(&live.push));
        self.live.store(Arc::new(live));
    }

    /// Whether new requests are welcome.
    pub(crate) fn is_ready(&self) -> bool {
        !self.stopping.load(Ordering::Relaxed)
    }

    /// How many requests are being answered.
    pub(crate) fn requests_in_flight(&self) -> usize {
        self.concurrency
            .saturating_sub(self.places.available_permits())
    }

    /// Makes the readiness probe fail, for a balancer to send requests elsewhere.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}
