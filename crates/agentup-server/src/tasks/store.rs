//! Where tasks are kept: in memory, by owner, within bounds.
//!
//! Every look-up takes the owner. Somebody else's task and one that does not exist are the same
//! answer because no other question can be asked (`A2A §3.3.2`, `§13.1`).

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use agentup_auth::PrincipalId;
use parking_lot::Mutex;

use super::{
    cell::{MessageKey, TaskCell},
    conversation::Extent,
};

/// How much the store keeps, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How long a task is kept after its last change.
    pub(crate) ttl: Duration,
    /// All tasks together.
    pub(crate) max_tasks: usize,
    /// The tasks of one owner.
    pub(crate) max_tasks_per_owner: usize,
    /// How much of a conversation a skill is told.
    pub(crate) conversation: Extent,
}

/// The store has no room, and nothing in it may go: all of its oldest tasks are at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// Enough that two requests seldom meet at one lock.
const SHARDS: usize = 16;

/// How many of the oldest tasks are looked at for one that may go.
const EVICTION_SCAN: usize = 64;

pub(crate) struct Store {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    total: AtomicUsize,
    next: AtomicU64,
    bounds: Bounds,
}

/// The tasks of some of the owners. `u64` is the order of creation.
#[derive(Default)]
struct Shard {
    owners: HashMap<PrincipalId, Held>,
    by_age: BTreeMap<u64, PrincipalId>,
}

#[derive(Default)]
struct Held {
    by_id: HashMap<Arc<str>, u64>,
    tasks: BTreeMap<u64, Arc<TaskCell>>,
    /// The latest task that a message with this id began.
    by_message: HashMap<MessageKey, u64>,
}

impl Store {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
            total: AtomicUsize::new(0),
            next: AtomicU64::new(0),
            bounds,
        }
    }

    /// Keeps a task. The oldest finished ones make room: the owner's own when the owner has too
    /// many, anybody's when there are too many in all.
    ///
    /// A task that the same message began is answered in its place, if `is_repeat` says so of it;
    /// the new one is then not kept.
    pub(crate) fn insert(
        &self,
        owner: &PrincipalId,
        cell: Arc<TaskCell>,
        is_repeat: impl Fn(&TaskCell) -> bool,
    ) -> Result<Arc<TaskCell>, Full> {
        let home = self.shard_index(owner);
        while self.total.load(Ordering::Relaxed) >= self.bounds.max_tasks {
            self.make_room(home)?;
        }
        let mut shard = self.shard(home).lock();
        let held = shard.owners.entry(owner.clone()).or_default();
        if let Some(known) = held.begun_by(&cell).filter(|known| is_repeat(known)) {
            return Ok(Arc::clone(known));
        }
        if held.tasks.len() >= self.bounds.max_tasks_per_owner {
            let age = held.oldest_finished().ok_or(Full)?;
            shard.remove(owner, age);
            self.total.fetch_sub(1, Ordering::Relaxed);
        }
        let age = self.next.fetch_add(1, Ordering::Relaxed);
        let held = shard.owners.entry(owner.clone()).or_default();
        held.by_id.insert(Arc::clone(&cell.id), age);
        if let Some(message) = cell.begun_by {
            held.by_message.insert(message, age);
        }
        held.tasks.insert(age, Arc::clone(&cell));
        shard.by_age.insert(age, owner.clone());
        self.total.fetch_add(1, Ordering::Relaxed);
        Ok(cell)
    }

    /// The owner's task with this id.
    pub(crate) fn find(&self, owner: &PrincipalId, id: &str) -> Option<Arc<TaskCell>> {
        let shard = self.shard(self.shard_index(owner)).lock();
        let held = shard.owners.get(owner)?;
        let age = held.by_id.get(id)?;
        held.tasks.get(age).cloned()
    }

    /// All tasks of the owner, the oldest first.
    pub(crate) fn of_owner(&self, owner: &PrincipalId) -> Vec<Arc<TaskCell>> {
        let shard = self.shard(self.shard_index(owner)).lock();
        shard
            .owners
            .get(owner)
            .map_or_else(Vec::new, |held| held.tasks.values().cloned().collect())
    }

    /// The latest tasks of the owner of which `is_wanted` says so, the latest first.
    pub(crate) fn latest(
        &self,
        owner: &PrincipalId,
        is_wanted: impl Fn(&TaskCell) -> bool,
        most: usize,
    ) -> Vec<Arc<TaskCell>> {
        let shard = self.shard(self.shard_index(owner)).lock();
        let Some(held) = shard.owners.get(owner) else {
            return Vec::new();
        };
        let wanted = held.tasks.values().rev().filter(|cell| is_wanted(cell));
        wanted.take(most).cloned().collect()
    }

    /// What it keeps.
    pub(crate) const fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Drops what finished, or last changed, longer than the time to live before `now` (seconds
    /// of the Unix epoch). Answers how many were dropped.
    pub(crate) fn sweep(&self, now: u64) -> usize {
        let oldest = now.saturating_sub(self.bounds.ttl.as_secs());
        let mut dropped = 0_usize;
        for shard in &self.shards {
            let mut shard = shard.lock();
            let stale: Vec<_> = shard
                .owners
                .iter()
                .flat_map(|(owner, held)| {
                    held.tasks
                        .iter()
                        .filter(|(_, cell)| cell.touched() < oldest)
                        .map(|(age, _)| (owner.clone(), *age))
                })
                .collect();
            for (owner, age) in &stale {
                if let Some(cell) = shard.remove(owner, *age) {
                    // Work that nobody can ask about any more has no reason to go on.
                    cell.abandon("The agent gave up this task.");
                }
            }
            dropped = dropped.saturating_add(stale.len());
        }
        self.total.fetch_sub(dropped, Ordering::Relaxed);
        dropped
    }

    /// How many tasks are kept.
    pub(crate) fn len(&self) -> usize {
        self.total.load(Ordering::Relaxed)
    }

    /// Every task that is kept, in no order.
    pub(crate) fn all(&self) -> Vec<Arc<TaskCell>> {
        let cells = |shard: &Mutex<Shard>| {
            let shard = shard.lock();
            shard
                .owners
                .values()
                .flat_map(|held| held.tasks.values().cloned())
                .collect::<Vec<_>>()
        };
        self.shards.iter().flat_map(cells).collect()
    }

    /// Removes the oldest finished task, of the home shard if it has one.
    fn make_room(&self, home: usize) -> Result<(), Full> {
        for offset in 0..SHARDS {
            let mut shard = self.shard(home.wrapping_add(offset)).lock();
            let oldest = shard
                .by_age
                .iter()
                .take(EVICTION_SCAN)
                .find_map(|(age, owner)| {
                    let cell = shard.owners.get(owner)?.tasks.get(age)?;
                    cell.is_terminal().then(|| (owner.clone(), *age))
                });
            if let Some((owner, age)) = oldest {
                shard.remove(&owner, age);
                self.total.fetch_sub(1, Ordering::Relaxed);
                return Ok(());
            }
        }
        Err(Full)
    }

    /// Any number; [`Self::shard`] brings it into range. The owner's shard is always the same.
    fn shard_index(&self, owner: &PrincipalId) -> usize {
        usize::try_from(self.hasher.hash_one(owner)).unwrap_or_default()
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the remainder is smaller than the array"
    )]
    const fn shard(&self, index: usize) -> &Mutex<Shard> {
        &self.shards[index % SHARDS]
    }
}

impl Shard {
    fn remove(&mut self, owner: &PrincipalId, age: u64) -> Option<Arc<TaskCell>> {
        self.by_age.remove(&age);
        let held = self.owners.get_mut(owner)?;
        let cell = held.tasks.remove(&age)?;
        held.by_id.remove(&cell.id);
        if let Some(message) = &cell.begun_by
            && held.by_message.get(message) == Some(&age)
        {
            held.by_message.remove(message);
        }
        if held.tasks.is_empty() {
            self.owners.remove(owner);
        }
        Some(cell)
    }
}

impl Held {
    /// The latest task that the message of this one began.
    fn begun_by(&self, cell: &TaskCell) -> Option<&Arc<TaskCell>> {
        let age = self.by_message.get(cell.begun_by.as_ref()?)?;
        self.tasks.get(age)
    }

    fn oldest_finished(&self) -> Option<u64> {
        self.tasks
            .iter()
            .take(EVICTION_SCAN)
            .find_map(|(age, cell)| cell.is_terminal().then_some(*age))
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("tasks", &self.len())
            .finish_non_exhaustive()
    }
}
