//! How many requests are answered at a time.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Places that nobody waits for: there is one at once, or none.
#[derive(Debug)]
pub(crate) struct Concurrency {
    taken: AtomicUsize,
    most: usize,
}

/// A place, until this is dropped.
#[derive(Debug)]
pub(crate) struct Place<'a>(&'a Concurrency);

impl Concurrency {
    /// None of them is taken.
    pub(crate) const fn new(most: usize) -> Self {
        Self {
            taken: AtomicUsize::new(0),
            most,
        }
    }

    /// Takes a place, if there is one.
    pub(crate) fn enter(&self) -> Option<Place<'_>> {
        let one_more = |taken: usize| (taken < self.most).then(|| taken.saturating_add(1));
        let entered = self.taken.fetch_update(Relaxed, Relaxed, one_more);
        entered.is_ok().then(|| Place(self))
    }

    /// How many are taken.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Relaxed)
    }

    /// How many there are.
    pub(crate) const fn most(&self) -> usize {
        self.most
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_so_many_and_no_more() {
        let places = Concurrency::new(2);
        let (first, second) = (places.enter(), places.enter());
        assert!(first.is_some() && second.is_some() && places.enter().is_none());
        assert_eq!(places.taken(), 2, "who gets none takes none");
        drop(first);
        assert!(places.enter().is_some());
        drop(second);
        assert_eq!(places.taken(), 0);
    }
}
