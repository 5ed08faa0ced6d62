//! Reloads of the configuration.

use std::{
    fmt,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use agentup_auth::UnixSeconds;

use super::{
    Count,
    page::{Family, Page},
};

const RELOADS: Family = Family::new(
    "config_reloads",
    "Attempts to load the configuration anew, by how they ended.",
);
const IS_GOOD: Family = Family::new(
    "config_last_reload_successful",
    "Whether the configuration was good when it was last loaded: 1 or 0.",
);
const LOADED_AT: Family = Family::seconds(
    "config_last_reload_success_timestamp",
    "When the configuration in force was loaded, in seconds of the Unix epoch.",
);

/// Counts reloads.
#[derive(Debug, Default)]
pub(crate) struct ReloadMeter {
    done: Count,
    failed: Count,
    last_failed: AtomicBool,
    loaded_at: AtomicU64,
}

impl ReloadMeter {
    /// A configuration has come into force for the first time.
    pub(crate) fn started(&self, now: UnixSeconds) {
        self.loaded_at.store(now.get(), Ordering::Relaxed);
    }

    /// Another configuration has come into force.
    pub(crate) fn done(&self, now: UnixSeconds) {
        self.done.add(1);
        self.last_failed.store(false, Ordering::Relaxed);
        self.loaded_at.store(now.get(), Ordering::Relaxed);
    }

    /// Another configuration was no good.
    pub(crate) fn failed(&self) {
        self.failed.add(1);
        self.last_failed.store(true, Ordering::Relaxed);
    }

    pub(super) fn write(&self, page: &mut Page<'_>) -> fmt::Result {
        let outcomes = [("success", &self.done), ("failure", &self.failed)];
        let counts = outcomes.map(|(name, count)| ([("outcome", name)], count.get()));
        page.counters(&RELOADS, counts)?;
        page.gauge(
            &IS_GOOD,
            u64::from(!self.last_failed.load(Ordering::Relaxed)),
        )?;
        page.gauge(&LOADED_AT, self.loaded_at.load(Ordering::Relaxed))
    }
}
