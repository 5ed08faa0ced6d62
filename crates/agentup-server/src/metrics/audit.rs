//! The audit: what was recorded, what was lost, and whether it can be written.

use std::fmt;

use super::page::{BARE, Family, Page};
use crate::audit::Audit;

const WRITTEN: Family = Family::new("audit_events", "Events of the audit that were written.");
const LOST: Family = Family::new(
    "audit_events_lost",
    "Events of the audit that were not written, and will not be.",
);
const WRITABLE: Family = Family::new(
    "audit_writable",
    "Whether the audit could be written when it was last tried: 1 or 0.",
);

/// Nothing is told while there is no audit.
pub(super) fn write(audit: &Audit, page: &mut Page<'_>) -> fmt::Result {
    if !audit.is_on() {
        return Ok(());
    }
    let tally = audit.tally();
    page.counters(&WRITTEN, [(BARE, tally.written())])?;
    page.counters(&LOST, [(BARE, tally.lost())])?;
    page.gauge(&WRITABLE, u64::from(!audit.is_in_trouble()))
}
