//! The tasks of some of the owners, behind one lock.

use std::{collections::VecDeque, sync::Arc};

use hashbrown::HashTable;

use super::{super::cell::TaskCell, EVICTION_SCAN, held::Held};

/// The tasks of some of the owners. Their ages are in the order of their creation.
#[derive(Default)]
pub(super) struct Shard {
    pub(super) owners: HashTable<Held>,
    /// The tasks of all, the oldest first, each with the hash of its owner. Those that went before
    /// their turn may still be in it.
    pub(super) by_age: VecDeque<(u64, u64)>,
    /// How many tasks there are.
    pub(super) tasks: usize,
}

impl Shard {
    /// The task of that age of the owner with that hash. No two tasks have one age, so two owners
    /// may well have one hash.
    pub(super) fn remove(&mut self, owner: u64, age: u64) -> Option<Arc<TaskCell>> {
        let has_it = |held: &Held| held.at(age).is_some();
        let mut entry = self.owners.find_entry(owner, has_it).ok()?;
        let cell = entry.get_mut().remove(age);
        if entry.get().tasks.is_empty() {
            entry.remove();
        }
        if self.by_age.front() == Some(&(age, owner)) {
            self.by_age.pop_front();
        }
        self.tasks = self.tasks.saturating_sub(1);
        cell
    }

    /// The age of the oldest task that has ended, with the hash of its owner.
    pub(super) fn oldest_finished(&mut self) -> Option<(u64, u64)> {
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
    pub(super) fn forget_gone(&mut self) {
        if self.by_age.len() > self.tasks {
            let mut ages = std::mem::take(&mut self.by_age);
            ages.retain(|(age, owner)| self.task(*age, *owner).is_some());
            self.by_age = ages;
        }
    }

    /// Whether more have gone than are there.
    pub(super) fn is_mostly_gone(&self) -> bool {
        self.by_age.len() > self.tasks.saturating_mul(2).saturating_add(EVICTION_SCAN)
    }
}
