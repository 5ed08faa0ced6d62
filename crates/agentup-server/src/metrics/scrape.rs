//! What is told when Prometheus asks: what was counted, and what is looked up just then.

use std::{fmt, sync::Arc};

use prometheus_client::{collector::Collector, encoding::DescriptorEncoder};

use super::{
    about, audit,
    page::{BARE, Family, Page},
};
use crate::{
    app::App,
    health::{Condition, Status},
    keys::Keys,
};

const IN_FLIGHT: Family = Family::new("requests_in_flight", "Requests that are being answered.");
const CONCURRENCY: Family = Family::new(
    "requests_in_flight_limit",
    "The most requests that are answered at a time.",
);
const STREAMS: Family = Family::new("streams_open", "Streams of events that are open.");
const TASK_LIMIT: Family = Family::new("tasks_limit", "The most tasks that are kept.");
const PUSH_WAITING: Family = Family::new(
    "push_queue_length",
    "Notifications of webhooks that wait or are under way.",
);
const PUSH_LIMIT: Family = Family::new(
    "push_queue_limit",
    "The most notifications of webhooks that wait.",
);
const PUSH_UNDER_WAY: Family = Family::new(
    "push_requests_in_flight",
    "Requests to webhooks that are under way.",
);
const CACHE_HITS: Family = Family::new(
    "token_cache_hits",
    "Tokens that were found among those verified before.",
);
const CACHE_MISSES: Family = Family::new(
    "token_cache_misses",
    "Tokens that were not found among those verified before.",
);
const CACHE_ENTRIES: Family = Family::new("token_cache_entries", "Verified tokens that are kept.");
const READY: Family = Family::new(
    "ready",
    "Whether new requests are welcome, as /readyz tells: 1 or 0.",
);
const KEYS: Family = Family::new(
    "key_set_keys",
    "Keys of an issuer that were fetched and serve; 0 where no token of it verifies.",
);
const KEYS_AGE: Family = Family::seconds(
    "key_set_age",
    "How long ago the issuer confirmed the keys that were fetched from it.",
);
const KEYS_STALE: Family = Family::new(
    "key_set_stale",
    "Whether keys have outlived the time for which they are fresh: 1 or 0.",
);
const FETCHES: Family = Family::new("key_fetches", "Fetches of keys, by how they ended.");

/// Everything that an agent tells of itself.
#[derive(Debug)]
pub(super) struct Scrape(Arc<App>);

impl Scrape {
    pub(super) const fn new(app: Arc<App>) -> Self {
        Self(app)
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let (app, live) = (&self.0, self.0.live());
        let (metrics, page) = (&app.metrics, &mut Page::new(encoder));
        about::write(page)?;
        metrics.reloads.write(page)?;
        page.gauge(
            &READY,
            u64::from(Condition::of(app).status == Status::Ready),
        )?;
        metrics.requests.write(page)?;
        page.gauge(&IN_FLIGHT, app.places.taken())?;
        page.gauge(&CONCURRENCY, app.places.most())?;
        metrics.connections.write(live.limits.connections, page)?;
        metrics.limits.write(page)?;
        if let Some(tls) = &live.tls {
            metrics.tls.write(tls, page)?;
        }
        page.gauge(&STREAMS, metrics.streams.get())?;
        let cache = live.gate.token_cache();
        page.counters(&CACHE_HITS, cache.map(|cache| (BARE, cache.hits)))?;
        page.counters(&CACHE_MISSES, cache.map(|cache| (BARE, cache.misses)))?;
        page.gauges(&CACHE_ENTRIES, cache.map(|cache| (BARE, cache.entries)))?;
        write_keys(live.gate.keys(), page)?;
        if live.gate.introspects() {
            metrics.introspections.write(page)?;
        }
        metrics.tasks.write(page)?;
        page.gauge(&TASK_LIMIT, app.tasks.most())?;
        live.meters.write(page)?;
        let push = app.push.load();
        page.gauge(&PUSH_WAITING, push.waiting)?;
        page.gauge(&PUSH_LIMIT, push.most_waiting)?;
        page.gauge(&PUSH_UNDER_WAY, push.under_way)?;
        metrics.push.write(page)?;
        audit::write(&app.audit, page)
    }
}

/// The keys that are fetched, by issuer.
fn write_keys(keys: Option<&Keys>, page: &mut Page<'_>) -> fmt::Result {
    let states = keys.map(Keys::states).unwrap_or_default();
    let label = |issuer| [("issuer", issuer)];
    let serving = states
        .iter()
        .map(|it| (label(it.issuer), it.status.keys.unwrap_or_default()));
    page.gauges(&KEYS, serving)?;
    let ages = states.iter().filter_map(|it| {
        let age = it.status.age?;
        Some((label(it.issuer), age.as_secs_f64()))
    });
    page.gauges(&KEYS_AGE, ages)?;
    let stale = states
        .iter()
        .map(|it| (label(it.issuer), u64::from(it.status.is_stale)));
    page.gauges(&KEYS_STALE, stale)?;
    let fetches = states.iter().flat_map(|it| {
        let fetches = it.status.fetches;
        let outcomes = [
            ("loaded", fetches.loaded),
            ("confirmed", fetches.confirmed),
            ("failed", fetches.failed),
        ];
        outcomes.map(|(outcome, count)| ([("issuer", it.issuer), ("outcome", outcome)], count))
    });
    page.counters(&FETCHES, fetches)
}
