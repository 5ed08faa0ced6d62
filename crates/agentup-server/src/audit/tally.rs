//! How the writing goes, for whoever watches over it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts events from the start of the process, whatever they are written to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    written: AtomicU64,
    lost: AtomicU64,
    /// Those of the lost that the audit itself does not tell of yet.
    untold: AtomicU64,
}

impl Tally {
    /// How many events stand where they belong.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// How many will never stand there.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    pub(super) fn write(&self, events: u64) {
        self.written.fetch_add(events, Ordering::Relaxed);
    }

    pub(super) fn lose(&self, events: u64) {
        self.lost.fetch_add(events, Ordering::Relaxed);
        self.untold.fetch_add(events, Ordering::Relaxed);
    }

    /// How many were lost since this was last asked.
    pub(super) fn take_untold(&self) -> u64 {
        self.untold.swap(0, Ordering::Relaxed)
    }
}
