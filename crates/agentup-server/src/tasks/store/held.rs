//! The tasks of one owner.

use std::{collections::VecDeque, sync::Arc};

use agentup_auth::PrincipalId;
use hashbrown::HashTable;

use super::{
    super::cell::{MessageKey, TaskCell},
    EVICTION_SCAN,
};

/// An owner, with its hash: it is looked for several times in a request.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) id: &'a PrincipalId,
    pub(super) hash: u64,
}

/// What is kept of one owner. The tables may still have tasks that have gone: to look for each of
/// them would cost more than all else about its end.
pub(super) struct Held {
    owner: PrincipalId,
    /// That of the owner.
    hash: u64,
    /// The oldest first.
    pub(super) tasks: VecDeque<(u64, Arc<TaskCell>)>,
    /// By the hashes of the ids.
    by_id: HashTable<Aged>,
    /// The latest task that a message began.
    by_message: HashTable<Aged>,
}

/// A task in a table.
struct Aged {
    hash: u64,
    age: u64,
}

impl Owner<'_> {
    /// The index of the shard with its tasks: by bits that the tables within do not look at first.
    pub(super) fn home(&self) -> usize {
        usize::try_from(self.hash >> 32).unwrap_or_default()
    }
}

impl Held {
    pub(super) fn of(owner: Owner<'_>) -> Self {
        Self {
            owner: owner.id.clone(),
            hash: owner.hash,
            by_id: HashTable::new(),
            tasks: VecDeque::new(),
            by_message: HashTable::new(),
        }
    }

    pub(super) const fn hash(&self) -> u64 {
        self.hash
    }

    pub(super) fn is_of(&self, owner: Owner<'_>) -> bool {
        self.hash == owner.hash && self.owner == *owner.id
    }

    /// All tasks, the oldest first.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<TaskCell>> {
        self.tasks.iter().map(|(_, cell)| cell)
    }

    pub(super) fn at(&self, age: u64) -> Option<&Arc<TaskCell>> {
        let (_, cell) = self.tasks.get(place_of(&self.tasks, age)?)?;
        Some(cell)
    }

    pub(super) fn find(&self, hash: u64, id: &str) -> Option<&Arc<TaskCell>> {
        let is_it = |aged: &Aged| {
            aged.hash == hash && self.at(aged.age).is_some_and(|cell| cell.id() == id)
        };
        let aged = self.by_id.find(hash, is_it)?;
        self.at(aged.age)
    }

    pub(super) fn insert(&mut self, age: u64, hash: u64, cell: Arc<TaskCell>) {
        self.forget_gone();
        let aged = Aged { hash, age };
        self.by_id.insert_unique(hash, aged, |aged| aged.hash);
        if let Some(hash) = cell.begun_by.map(MessageKey::hash) {
            if let Some(known) = self.by_message.find_mut(hash, |known| known.hash == hash) {
                known.age = age;
            } else {
                let aged = Aged { hash, age };
                self.by_message.insert_unique(hash, aged, |aged| aged.hash);
            }
        }
        self.tasks.push_back((age, cell));
    }

    pub(super) fn remove(&mut self, age: u64) -> Option<Arc<TaskCell>> {
        let (_, cell) = self.tasks.remove(place_of(&self.tasks, age)?)?;
        Some(cell)
    }

    /// Has a table that is full forget what has gone before it grows.
    fn forget_gone(&mut self) {
        for table in [&mut self.by_id, &mut self.by_message] {
            if table.len() == table.capacity() {
                table.retain(|aged| place_of(&self.tasks, aged.age).is_some());
                // It would be full soon again, so that it costs each task the same.
                if table.len() > table.capacity() / 2 {
                    table.reserve(table.len(), |aged| aged.hash);
                }
            }
        }
    }

    /// The latest task that the message of this one began.
    pub(super) fn begun_by(&self, cell: &TaskCell) -> Option<&Arc<TaskCell>> {
        let hash = cell.begun_by?.hash();
        let aged = self.by_message.find(hash, |known| known.hash == hash)?;
        self.at(aged.age)
    }

    pub(super) fn oldest_finished(&self) -> Option<u64> {
        self.tasks
            .iter()
            .take(EVICTION_SCAN)
            .find_map(|(age, cell)| cell.is_terminal().then_some(*age))
    }
}

/// Where the task of that age stands, if it is there.
fn place_of(tasks: &VecDeque<(u64, Arc<TaskCell>)>, age: u64) -> Option<usize> {
    // What is looked for is the oldest, but for a few.
    match tasks.front() {
        Some((oldest, _)) if *oldest == age => Some(0),
        _ => tasks.binary_search_by_key(&age, |(age, _)| *age).ok(),
    }
}
