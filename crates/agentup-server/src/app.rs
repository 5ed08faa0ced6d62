//! What all requests share: the settings of the moment, the tasks, the clock.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use arc_swap::ArcSwap;

use crate::{
    audit::Audit,
    clock::Clock,
    health::Health,
    limits::{Concurrency, PerCaller},
    live::Live,
    metrics::Metrics,
    push::Push,
    tasks::Tasks,
    traces::Tracer,
};

/// The state of a running server.
#[derive(Debug)]
pub(crate) struct App {
    live: ArcSwap<Live>,
    pub(crate) tasks: Tasks,
    pub(crate) push: Arc<Push>,
    pub(crate) clock: Clock,
    pub(crate) audit: Audit,
    /// One for each request that may be in flight.
    pub(crate) places: Concurrency,
    /// Answers for the agent where its skills are asked.
    pub(crate) health: Health,
    /// The requests that are in flight, by caller.
    pub(crate) requests: Arc<PerCaller>,
    /// The streams of events that are open, by caller.
    pub(crate) streams: Arc<PerCaller>,
    pub(crate) metrics: Arc<Metrics>,
    stopping: AtomicBool,
    /// Whether the configuration that is to hold could not be taken over.
    outdated: AtomicBool,
}

impl App {
    /// Everything of a server that is about to begin. `health` is what `live` was made with.
    pub(crate) fn new(
        live: Live,
        tasks: Tasks,
        clock: Clock,
        audit: Audit,
        concurrency: usize,
        health: Health,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        metrics.reloads.started(clock.unix());
        let app = Arc::new(Self {
            requests: Arc::default(),
            streams: Arc::default(),
            push: Arc::new(Push::new(Arc::clone(&live.push), Arc::clone(&metrics.push))),
            live: ArcSwap::from_pointee(live),
            tasks,
            clock,
            audit,
            places: Concurrency::new(concurrency),
            metrics,
            stopping: AtomicBool::new(false),
            outdated: AtomicBool::new(false),
            health,
        });
        app.health.is_of(&app);
        app
    }

    /// The settings that hold now. A request takes them once, so that it lives under one
    /// configuration from its beginning to its end.
    pub(crate) fn live(&self) -> Arc<Live> {
        self.live.load_full()
    }

    /// What spans are made with now, if traces are sent.
    pub(crate) fn tracer(&self) -> Option<Arc<Tracer>> {
        self.live.load().tracer.clone()
    }

    /// Puts new settings in the place of the old ones, for the requests to come.
    pub(crate) fn replace(&self, live: Live) {
        self.push.adopt(Arc::clone(&live.push));
        self.live.store(Arc::new(live));
        self.outdated.store(false, Ordering::Relaxed);
    }

    /// Notes that the configuration which is to hold cannot be used, so that an older one holds.
    pub(crate) fn keep(&self) {
        self.outdated.store(true, Ordering::Relaxed);
    }

    /// Whether an older configuration holds than the one that is to.
    pub(crate) fn is_outdated(&self) -> bool {
        self.outdated.load(Ordering::Relaxed)
    }

    /// Whether the server is to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Makes the readiness probe fail, for a balancer to send requests elsewhere.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}
