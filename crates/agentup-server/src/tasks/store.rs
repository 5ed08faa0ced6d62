//! Where tasks are kept: in memory, by owner, within bounds.
//!
//! Every look-up takes the owner. Somebody else's task and one that does not exist are the same
//! answer because no other question can be asked (`A2A §3.3.2`, `§13.1`).

use std::{
    collections::VecDeque,
    hash::BuildHasher as _,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use agentup_auth::PrincipalId;
use foldhash::quality::RandomState;
use hashbrown::{HashTable, hash_table::Entry};
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

/// The tasks of some of the owners. Their ages are in the order of their creation.
#[derive(Default)]
struct Shard {
    owners: HashTable<Held>,
    /// The tasks of all, the oldest first, each with the hash of its owner. Those that went before
    /// their turn may still be in it.
    by_age: VecDeque<(u64, u64)>,
    tasks: usize,
}

/// An owner, with its hash: it is looked for several times in a request.
#[derive(Clone)]
struct Owner {
    id: PrincipalId,
    hash: u64,
}

/// What is kept of one owner.
struct Held {
    owner: Owner,
    /// The ages by the hashes of the ids.
    by_id: HashTable<Aged>,
    /// The oldest first.
    tasks: VecDeque<(u64, Arc<TaskCell>)>,
    /// The latest task that a message began.
    by_message: HashTable<(MessageKey, u64)>,
}

/// A task in the table of ids.
struct Aged {
    hash: u64,
    age: u64,
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
        let held = match owners.entry(owner.hash, |held| held.owner.is(&owner), Held::hash) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(place) => place.insert(Held::of(owner.clone())).into_mut(),
        };
        if let Some(known) = held.begun_by(&cell).filter(|known| is_repeat(known)) {
            return Ok(Arc::clone(known));
        }
        let mut room = None;
        if held.tasks.len() >= self.bounds.max_tasks_per_owner {
            let age = held.oldest_finished().ok_or(Full)?;
            room = held.remove(age, &self.hasher);
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
        let held = shard
            .owners
            .find(owner.hash, |held| held.owner.is(&owner))?;
        Some(look(held))
    }

    fn owner(&self, id: &PrincipalId) -> Owner {
        Owner {
            id: id.clone(),
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
                        .map(|(age, _)| (held.owner.hash, *age))
                })
                .collect();
            for (owner, age) in &stale {
                if let Some(cell) = shard.remove(*owner, *age, &self.hasher) {
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
                let room = shard.remove(owner, age, &self.hasher);
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

impl Owner {
    /// The index of the shard with its tasks: by bits that the tables within do not look at first.
    fn home(&self) -> usize {
        usize::try_from(self.hash >> 32).unwrap_or_default()
    }

    fn is(&self, other: &Self) -> bool {
        self.hash == other.hash && self.id == other.id
    }
}

impl Shard {
    /// The task of that age of the owner with that hash. No two tasks have one age, so two owners
    /// may well have one hash.
    fn remove(&mut self, owner: u64, age: u64, hasher: &RandomState) -> Option<Arc<TaskCell>> {
        let has_it = |held: &Held| held.at(age).is_some();
        let mut entry = self.owners.find_entry(owner, has_it).ok()?;
        let cell = entry.get_mut().remove(age, hasher);
        if entry.get().tasks.is_empty() {
            entry.remove();
        }
        self.tasks = self.tasks.saturating_sub(1);
        cell
    }

    /// The age of the oldest task that has ended, with the hash of its owner.
    fn oldest_finished(&mut self) -> Option<(u64, u64)> {
        // What has gone in the meantime is passed once.
        while let Some((age, owner)) = self.by_age.front()
            && self.task(*age, *owner).is_none()
        {
            self.by_age.pop_front();
        }
        self.first_finished().or_else(|| {
            self.forget_gone();
            self.first_finished()
        })
    }

    fn first_finished(&self) -> Option<(u64, u64)> {
        let mut oldest = self.by_age.iter().take(EVICTION_SCAN).copied();
        oldest.find(|(age, owner)| {
            let task = self.task(*age, *owner);
            task.is_some_and(TaskCell::is_terminal)
        })
    }

    fn task(&self, age: u64, owner: u64) -> Option<&TaskCell> {
        let held = self.owners.find(owner, |held| held.at(age).is_some())?;
        held.at(age).map(|cell| &**cell)
    }

    /// Forgets the ages of what has gone. Where most have, it costs each of them the same.
    fn forget_gone(&mut self) {
        if self.by_age.len() > self.tasks {
            let mut ages = std::mem::take(&mut self.by_age);
            ages.retain(|(age, owner)| self.task(*age, *owner).is_some());
            self.by_age = ages;
        }
    }

    /// Whether more have gone than are there.
    fn is_mostly_gone(&self) -> bool {
        self.by_age.len() > self.tasks.saturating_mul(2).saturating_add(EVICTION_SCAN)
    }
}

impl Held {
    fn of(owner: Owner) -> Self {
        Self {
            owner,
            by_id: HashTable::new(),
            tasks: VecDeque::new(),
            by_message: HashTable::new(),
        }
    }

    const fn hash(&self) -> u64 {
        self.owner.hash
    }

    /// All tasks, the oldest first.
    fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<TaskCell>> {
        self.tasks.iter().map(|(_, cell)| cell)
    }

    fn place_of(&self, age: u64) -> Option<usize> {
        // What goes is the oldest, but for a few.
        match self.tasks.front() {
            Some((oldest, _)) if *oldest == age => Some(0),
            _ => self.tasks.binary_search_by_key(&age, |(age, _)| *age).ok(),
        }
    }

    fn at(&self, age: u64) -> Option<&Arc<TaskCell>> {
        let (_, cell) = self.tasks.get(self.place_of(age)?)?;
        Some(cell)
    }

    fn find(&self, hash: u64, id: &str) -> Option<&Arc<TaskCell>> {
        let is_it = |aged: &Aged| {
            aged.hash == hash && self.at(aged.age).is_some_and(|cell| cell.id() == id)
        };
        let aged = self.by_id.find(hash, is_it)?;
        self.at(aged.age)
    }

    fn insert(&mut self, age: u64, hash: u64, cell: Arc<TaskCell>) {
        let aged = Aged { hash, age };
        self.by_id.insert_unique(hash, aged, |aged| aged.hash);
        if let Some(key) = cell.begun_by {
            let is_it = |(known, _): &(MessageKey, u64)| *known == key;
            let entry = self
                .by_message
                .entry(key.hash(), is_it, |(key, _)| key.hash());
            entry.insert((key, age));
        }
        self.tasks.push_back((age, cell));
    }

    fn remove(&mut self, age: u64, hasher: &RandomState) -> Option<Arc<TaskCell>> {
        let (_, cell) = self.tasks.remove(self.place_of(age)?)?;
        let aged = self
            .by_id
            .find_entry(hasher.hash_one(cell.id()), |aged| aged.age == age);
        if let Ok(aged) = aged {
            aged.remove();
        }
        if let Some(key) = cell.begun_by
            && let Ok(latest) = self
                .by_message
                .find_entry(key.hash(), |known| *known == (key, age))
        {
            latest.remove();
        }
        Some(cell)
    }

    /// The latest task that the message of this one began.
    fn begun_by(&self, cell: &TaskCell) -> Option<&Arc<TaskCell>> {
        let key = cell.begun_by?;
        let (_, age) = self
            .by_message
            .find(key.hash(), |(known, _)| *known == key)?;
        self.at(*age)
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
