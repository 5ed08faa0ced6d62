//! Connections: how many were taken, and how many there are.

use std::{fmt, sync::OnceLock};

use super::{
    Count,
    page::{BARE, Family, Page},
};

const TAKEN: Family = Family::new("connections", "Connections that were given a place.");
const OPEN: Family = Family::new("connections_open", "Connections that are open.");
const LIMIT: Family = Family::new(
    "connections_limit",
    "The most connections that are open at a time.",
);

/// Counts connections.
#[derive(Debug, Default)]
pub(crate) struct ConnectionMeter {
    opened: Count,
    closed: Count,
    /// As many as the process may have files open for.
    most: OnceLock<usize>,
}

impl ConnectionMeter {
    /// There are never more than these, whatever is configured.
    pub(crate) fn never_above(&self, most: usize) {
        // A server opens its port once.
        let _ = self.most.set(most);
    }

    pub(crate) fn opened(&self) {
        self.opened.add(1);
    }

    pub(crate) fn closed(&self) {
        self.closed.add(1);
    }

    /// `configured` is `server.limits.connections`.
    pub(super) fn write(&self, configured: usize, page: &mut Page<'_>) -> fmt::Result {
        // In this order: what closes in between is not seen as less than nothing.
        let closed = self.closed.get();
        let opened = self.opened.get();
        page.counters(&TAKEN, [(BARE, opened)])?;
        page.gauge(&OPEN, opened.saturating_sub(closed))?;
        let most = self.most.get().map_or(configured, |it| configured.min(*it));
        page.gauge(&LIMIT, most)
    }
}
