//! The places of connections: so many, and so many of one address.
//!
//! A server that is full goes on accepting, for those who come may be good: whoever has most places
//! without using them gives some up. A connection at work is never ended for another.

use std::{
    cmp::Reverse,
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use parking_lot::Mutex;

use super::activity::{Activity, Overdue, now};
use crate::{
    audit::{Audit, Overload},
    client_address::Source,
    config::{LimitsConfig, TrustedProxies},
    metrics::{Limit, Metrics},
};

/// Of so many places one is made free at a time, so that a full server does not look for one at
/// every new connection.
const SHARE: usize = 64;

/// How often it is logged that the server is full, in milliseconds.
const COMPLAINT_PAUSE: u64 = 10_000;

/// The places of all connections.
#[derive(Debug)]
pub(crate) struct Places {
    taken: Mutex<Taken>,
    /// As many as the process may have files open.
    most: usize,
    /// When it was last logged that there are too many, in milliseconds.
    complained: AtomicU64,
    metrics: Arc<Metrics>,
    audit: Audit,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    by_number: HashMap<u64, Tenant>,
    by_source: HashMap<Source, usize>,
}

#[derive(Debug)]
struct Tenant {
    source: Source,
    is_proxy: bool,
    activity: Arc<Activity>,
}

/// A place, until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    pub(super) activity: Arc<Activity>,
}

/// Why a connection gets no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// Its address has as many as it may have.
    OfSource,
    /// All of them are at work.
    Busy,
}

impl Places {
    /// No place is taken. There are never more than `most`, whatever is configured.
    pub(crate) fn new(most: usize, metrics: Arc<Metrics>, audit: Audit) -> Self {
        metrics.connections.never_above(most);
        Self {
            taken: Mutex::default(),
            most,
            complained: AtomicU64::new(0),
            metrics,
            audit,
        }
    }

    /// Takes a place for a connection from this address.
    pub(super) fn enter(
        self: &Arc<Self>,
        peer: IpAddr,
        limits: &LimitsConfig,
        proxies: &TrustedProxies,
    ) -> Result<Place, NoPlace> {
        let tenant = Tenant {
            source: Source::of(peer),
            is_proxy: proxies.contains(peer.to_canonical()),
            activity: Arc::new(Activity::new()),
        };
        let mut taken = self.taken.lock();
        if let Some(most) = limits.connections_per_source
            && !tenant.is_proxy
            && taken.by_source.get(&tenant.source) >= Some(&most)
        {
            drop(taken);
            self.metrics.limit_hits(Limit::ConnectionsPerSource, 1);
            self.complain(
                "too many connections from one address: some were refused",
                peer,
            );
            return Err(NoPlace::OfSource);
        }
        let most = limits.connections.min(self.most);
        if taken.by_number.len() >= most {
            let ended = taken.make_room(most);
            self.metrics.limit_hits(Limit::Connections, ended.max(1));
            self.audit.overloaded(Overload::Connections, ended.max(1));
            if ended == 0 {
                drop(taken);
                self.complain(
                    "too many connections, all of them at work: some were refused",
                    peer,
                );
                return Err(NoPlace::Busy);
            }
            self.complain(
                "too many connections: some that only waited were ended",
                peer,
            );
        }
        let activity = Arc::clone(&tenant.activity);
        let number = taken.add(tenant);
        drop(taken);
        self.metrics.connections.opened();
        Ok(Place {
            places: Arc::clone(self),
            number,
            activity,
        })
    }

    /// Whether there is no connection.
    pub(super) fn are_free(&self) -> bool {
        self.taken.lock().by_number.is_empty()
    }

    /// How many connections there are.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.taken.lock().by_number.len()
    }

    fn complain(&self, what: &str, peer: IpAddr) {
        let (now, last) = (now().max(1), self.complained.load(Relaxed));
        let is_due = last == 0 || now.saturating_sub(last) >= COMPLAINT_PAUSE;
        if is_due
            && self
                .complained
                .compare_exchange(last, now, Relaxed, Relaxed)
                .is_ok()
        {
            tracing::warn!(code = "connections_limited", %peer, "{what}");
        }
    }
}

impl Taken {
    fn add(&mut self, tenant: Tenant) -> u64 {
        let number = self.next;
        self.next = number.wrapping_add(1);
        let of_source = self.by_source.entry(tenant.source).or_default();
        *of_source = of_source.saturating_add(1);
        self.by_number.insert(number, tenant);
        number
    }

    fn remove(&mut self, number: u64) -> Option<Tenant> {
        let tenant = self.by_number.remove(&number)?;
        if let Some(count) = self.by_source.get_mut(&tenant.source) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.by_source.remove(&tenant.source);
            }
        }
        Some(tenant)
    }

    /// Ends some of the connections that wait, of whoever has most of them: the oldest of those that
    /// have never asked for anything, where most of them are such; else the oldest of those that have.
    /// A trusted proxy comes last, whose connections are those of many. Answers how many were ended.
    fn make_room(&mut self, most: usize) -> usize {
        let waiting = self.by_number.iter().filter_map(|(number, tenant)| {
            let since = tenant.activity.waits_since()?;
            Some((since, *number, tenant))
        });
        let waiting: Vec<_> = waiting.collect();
        let mut by_source: HashMap<Source, (bool, usize)> = HashMap::new();
        for (_, _, tenant) in &waiting {
            let (_, count) = by_source
                .entry(tenant.source)
                .or_insert((tenant.is_proxy, 0));
            *count = count.saturating_add(1);
        }
        let greediest = by_source
            .iter()
            .min_by_key(|(_, (is_proxy, count))| (*is_proxy, Reverse(*count)));
        let Some((source, _)) = greediest else {
            return 0;
        };
        let of_source = waiting
            .iter()
            .filter(|(_, _, tenant)| tenant.source == *source);
        let (served, new): (Vec<_>, Vec<_>) =
            of_source.partition(|(_, _, tenant)| tenant.activity.has_served());
        // A few new ones are about to ask; many that do not are a flood.
        let mut victims = if new.len() > served.len() {
            new
        } else {
            served
        };
        victims.sort_unstable_by_key(|(since, number, _)| (*since, *number));
        let share = (most / SHARE).min(victims.len() / 2).max(1);
        let numbers: Vec<_> = victims
            .iter()
            .take(share)
            .map(|(_, number, _)| *number)
            .collect();
        for number in &numbers {
            if let Some(tenant) = self.remove(*number) {
                tenant.activity.end();
            }
        }
        numbers.len()
    }
}

impl Place {
    /// The connection is ended because it has kept its place for too long.
    pub(super) fn overdue(&self, overdue: Overdue) {
        self.places.metrics.limit_hits(overdue.limit(), 1);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // One that was ended for another has lost its place already.
        self.places.taken.lock().remove(self.number);
        self.places.metrics.connections.closed();
    }
}

#[cfg(test)]
mod tests;
