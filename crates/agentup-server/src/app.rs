//! What all requests share: the settings of the moment, the tasks, the clock.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use arc_swap::ArcSwap;
use tokio::sync::Semaphore;

use crate::{audit::Audit, clock::Clock, live::Live, push::Push, tasks::Tasks};

/// The state of a running server.
#[derive(Debug)]
pub(crate) struct App {
    live: ArcSwap<Live>,
    pub(crate) tasks: Tasks,
    pub(crate) push: Arc<Push>,
    pub(crate) clock: Clock,
    pub(crate) audit: Audit,
    /// One for each request that may be in flight.
    pub(crate) places: Semaphore,
    stopping: AtomicBool,
}

impl App {
    pub(crate) fn new(
        live: Live,
        tasks: Tasks,
        clock: Clock,
        audit: Audit,
        concurrency: usize,
    ) -> Self {
        Self {
            push: Arc::new(Push::new(Arc::clone(&live.push))),
            live: ArcSwap::from_pointee(live),
            tasks,
            clock,
            audit,
            places: Semaphore::new(concurrency.min(Semaphore::MAX_PERMITS)),
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

    /// Makes the readiness probe fail, for a balancer to send requests elsewhere.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}
