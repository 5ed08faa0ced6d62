//! Where tasks are kept: in memory, by owner, within bounds.
//!
//! Every look-up takes the owner. Somebody else's task and one that does not exist are the same
//! answer because no other question can be asked (`A2A §3.3.2`, `§13.1`).

use std::{
    hash::BuildHasher as _,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use agentup_auth::PrincipalId;
use foldhash::quality::RandomState;
use hashbrown::hash_table::Entry;
use parking_lot::Mutex;

use super::{cell::TaskCell, conversation::Extent};

mod held;
mod shard;

use held::{Held, Owner};
use shard::Shard;

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

/// How many of the oldest tasks are looked at for one that may go.
const EVICTION_SCAN: usize = 64;

/// Enough that two requests seldom meet at one lock.
const SHARDS: usize = 16;

pub(crate) struct Store {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    total: AtomicUsize,
    next: AtomicU64,
    bounds: Bounds,
}

impl Store {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::default(),
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
        let owner = self.owner(owner);
        let task = self.hasher.hash_one(cell.id());
        while self.total.load(Ordering::Relaxed) >= self.bounds.max_tasks {
            self.make_room(owner.home())?;
        }
        let mut shard = self.shard(owner.home()).lock();
        let Shard {
            owners,
            by_age,
            tasks,
        } = &mut *shard;
        let held = match owners.entry(owner.hash, |held| held.is_of(owner), Held::hash) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(place) => place.insert(Held::of(owner)).into_mut(),
        };
        if let Some(known) = held.begun_by(&cell).filter(|known| is_repeat(known)) {
            return Ok(Arc::clone(known));
        }
        let mut room = None;
        if held.tasks.len() >= self.bounds.max_tasks_per_owner {
            let age = held.oldest_finished().ok_or(Full)?;
            room = held.remove(age);
        } else {
            *tasks = tasks.saturating_add(1);
            self.total.fetch_add(1, Ordering::Relaxed);
        }
        // Under the lock, so that later is older nowhere.
        let age = self.next.fetch_add(1, Ordering::Relaxed);
        held.insert(age, task, Arc::clone(&cell));
        by_age.push_back((age, owner.hash));
        if shard.is_mostly_gone() {
            shard.forget_gone();
        }
        drop(shard);
        // Its memory is given back when nobody waits for the lock any more.
        drop(room);
        Ok(cell)
    }

    /// The owner's task with this id.
    pub(crate) fn find(&self, owner: &PrincipalId, id: &str) -> Option<Arc<TaskCell>> {
        let hash = self.hasher.hash_one(id);
        self.held(owner, |held| held.find(hash, id).cloned())?
    }

    /// All tasks of the owner, the oldest first.
    pub(crate) fn of_owner(&self, owner: &PrincipalId) -> Vec<Arc<TaskCell>> {
        let all = self.held(owner, |held| held.all().cloned().collect());
        all.unwrap_or_default()
    }

    /// The latest tasks of the owner of which `is_wanted` says so, the latest first.
    pub(crate) fn latest(
        &self,
        owner: &PrincipalId,
        is_wanted: impl Fn(&TaskCell) -> bool,
        most: usize,
    ) -> Vec<Arc<TaskCell>> {
        let latest = self.held(owner, |held| {
            let wanted = held.all().rev().filter(|cell| is_wanted(cell));
            wanted.take(most).cloned().collect()
        });
        latest.unwrap_or_default()
    }

    fn held<R>(&self, owner: &PrincipalId, look: impl FnOnce(&Held) -> R) -> Option<R> {
        let owner = self.owner(owner);
        let shard = self.shard(owner.home()).lock();
        let held = shard.owners.find(owner.hash, |held| held.is_of(owner))?;
        Some(look(held))
    }

    fn owner<'a>(&self, id: &'a PrincipalId) -> Owner<'a> {
        Owner {
            id,
            hash: self.hasher.hash_one(id),
        }
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
                .flat_map(|held| {
                    held.tasks
                        .iter()
                        .filter(|(_, cell)| cell.touched() < oldest)
                        .map(|(age, _)| (held.hash(), *age))
                })
                .collect();
            for (owner, age) in &stale {
                if let Some(cell) = shard.remove(*owner, *age) {
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
                .iter()
                .flat_map(Held::all)
                .cloned()
                .collect::<Vec<_>>()
        };
        self.shards.iter().flat_map(cells).collect()
    }

    /// Removes the oldest finished task, of the home shard if it has one.
    fn make_room(&self, home: usize) -> Result<(), Full> {
        for offset in 0..SHARDS {
            let mut shard = self.shard(home.wrapping_add(offset)).lock();
            if let Some((age, owner)) = shard.oldest_finished() {
                let room = shard.remove(owner, age);
                drop(shard);
                drop(room);
                self.total.fetch_sub(1, Ordering::Relaxed);
                return Ok(());
            }
        }
        Err(Full)
    }

    /// The shard at an index, which any number is.
    #[expect(
        clippy::indexing_slicing,
        reason = "the remainder is smaller than the array"
    )]
    const fn shard(&self, index: usize) -> &Mutex<Shard> {
        &self.shards[index % SHARDS]
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("tasks", &self.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
