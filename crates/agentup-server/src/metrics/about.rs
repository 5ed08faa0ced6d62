//! What the program is.

use std::fmt;

use super::page::{Family, Page};

const BUILD: Family = Family::new(
    "build_info",
    "What the program is: 1, with what there is to say in its labels.",
);

/// What was built, by what.
pub(super) fn write(page: &mut Page<'_>) -> fmt::Result {
    let labels = [
        ("version", env!("CARGO_PKG_VERSION")),
        ("rustc", env!("AGENTUP_RUSTC")),
        ("target", env!("AGENTUP_TARGET")),
        ("profile", env!("AGENTUP_PROFILE")),
    ];
    page.gauges(&BUILD, [(labels, 1_u64)])
}
