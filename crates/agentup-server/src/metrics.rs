//! Metrics: what happens is counted where it happens, and told to Prometheus when it asks.
//!
//! Counting must cost a request next to nothing: whatever every request adds to is [`Striped`], and
//! found without a look-up by name. Every label has its values from this code or from the
//! configuration, never from a request, so that nobody can make the agent keep more of them.
//! `docs/metrics.md` lists all of them; a test holds it to what a running server tells.

use std::{
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use agentup_auth::Striped;
use parking_lot::Mutex;

mod about;
mod audit;
mod codes;
mod connections;
mod histogram;
mod introspections;
mod limits;
mod listener;
mod page;
mod process;
mod push;
mod reloads;
mod requests;
mod scrape;
mod skills;
mod tasks;
mod text;
mod tls;

pub(crate) use introspections::IntrospectionMeter;
pub(crate) use limits::Limit;
pub(crate) use listener::MetricsServer;
pub(crate) use push::{Attempt, Fate, PushMeter};
pub(crate) use skills::{SkillMeter, SkillMeters};
pub(crate) use tasks::TaskMeter;
pub(crate) use text::Format;

use connections::ConnectionMeter;
use histogram::Histogram;
use limits::LimitMeter;
use reloads::ReloadMeter;
use requests::RequestMeter;
use tls::TlsMeter;

/// All that is counted, from the start of the process to its end. Settings come and go; this stays.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: RequestMeter,
    pub(crate) tasks: Arc<TaskMeter>,
    pub(crate) push: Arc<PushMeter>,
    pub(crate) introspections: Arc<IntrospectionMeter>,
    pub(crate) reloads: ReloadMeter,
    pub(crate) streams: Arc<Level>,
    pub(crate) connections: ConnectionMeter,
    pub(crate) tls: TlsMeter,
    limits: LimitMeter,
    /// Those of skills that somebody has a use for.
    skills: Mutex<HashMap<Arc<str>, Weak<SkillMeter>>>,
}

impl Metrics {
    /// What is counted of these skills. A skill that is known already goes on as before.
    pub(crate) fn skills(&self, ids: &[Arc<str>]) -> SkillMeters {
        let mut known = self.skills.lock();
        known.retain(|_, meter| meter.strong_count() > 0);
        let meter = |id: &Arc<str>| {
            let meter = known.get(id).and_then(Weak::upgrade).unwrap_or_default();
            known.insert(Arc::clone(id), Arc::downgrade(&meter));
            (Arc::clone(id), meter)
        };
        SkillMeters::new(ids.iter().map(meter).collect())
    }
}

/// Something that is counted now and then. What every request adds to is [`Striped`] besides.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How much there is of something now.
#[derive(Debug, Default)]
pub(crate) struct Level(AtomicI64);

impl Level {
    /// One more, for as long as the answer is kept.
    pub(crate) fn enter(self: &Arc<Self>) -> Present {
        self.0.fetch_add(1, Ordering::Relaxed);
        Present(Arc::clone(self))
    }

    pub(crate) fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One of those that a [`Level`] counts.
#[derive(Debug)]
pub(crate) struct Present(Arc<Level>);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The sum of a count of which there are several copies.
fn sum<T>(striped: &Striped<T>, count: impl Fn(&T) -> Option<&Count>) -> u64 {
    striped.sum(|copy| count(copy).map_or(0, Count::get))
}

#[cfg(test)]
mod tests;
