//! Counters that every request adds to, without the processors taking turns at them.

use std::{
    cell::Cell,
    fmt,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Enough that the threads of one machine seldom share a stripe.
const STRIPES: usize = 16;

/// A block of counters, in as many copies as threads may want to add to it at one time.
///
/// A counter that all threads add to moves from processor to processor with every addition. Here
/// each thread adds to a copy of its own, and whoever wants to know the count reads all of them.
pub struct Striped<T>(Box<[Stripe<T>; STRIPES]>);

/// Apart from its neighbors: processors fetch two cache lines at a time.
#[repr(align(128))]
struct Stripe<T>(T);

impl<T: Default> Default for Striped<T> {
    fn default() -> Self {
        Self(Box::new(std::array::from_fn(|_| Stripe(T::default()))))
    }
}

impl<T> Striped<T> {
    /// The copy of this thread. Another thread may have the same one, so it is added to as what is
    /// shared.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "the remainder is smaller than the array"
    )]
    pub fn here(&self) -> &T {
        &self.0[stripe() % STRIPES].0
    }

    /// What all copies have together, where each has as much as `read` says. It wraps around.
    #[must_use]
    pub fn sum(&self, read: impl Fn(&T) -> u64) -> u64 {
        self.0
            .iter()
            .map(|stripe| read(&stripe.0))
            .fold(0, u64::wrapping_add)
    }
}

impl<T> fmt::Debug for Striped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Striped").finish_non_exhaustive()
    }
}

/// The number of the stripes of this thread, given out in turn.
fn stripe() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    OWN.with(|own| {
        if own.get() == usize::MAX {
            own.set(NEXT.fetch_add(1, Ordering::Relaxed) % STRIPES);
        }
        own.get()
    })
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        thread,
    };

    use super::*;

    #[test]
    fn nothing_that_any_thread_adds_is_lost() {
        let counts = Striped::<AtomicU64>::default();
        thread::scope(|scope| {
            for _ in 0..2 * STRIPES {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        counts.here().fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        let sum = counts.sum(|count| count.load(Ordering::Relaxed));
        assert_eq!(sum, 2 * 1000 * u64::try_from(STRIPES).unwrap());
    }

    #[test]
    fn a_thread_always_adds_to_the_same_copy() {
        let counts = Striped::<AtomicU64>::default();
        assert!(std::ptr::eq(counts.here(), counts.here()));
    }
}
