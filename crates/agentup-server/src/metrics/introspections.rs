//! Questions to the authorization server about opaque tokens.

use std::fmt;

use super::{
    Count,
    page::{Family, Page},
};

const INTROSPECTIONS: Family = Family::new(
    "introspections",
    "Questions to the authorization server about tokens, by how they ended.",
);

/// How a question ends. The names are part of the interface.
const OUTCOMES: [&str; 4] = ["active", "refused", "unusable", "unavailable"];

/// Counts questions.
#[derive(Debug, Default)]
pub(crate) struct IntrospectionMeter([Count; OUTCOMES.len()]);

impl IntrospectionMeter {
    /// The token is active.
    pub(crate) fn active(&self) {
        self.count(0);
    }

    /// The token is not active, or does not meet the rules.
    pub(crate) fn refused(&self) {
        self.count(1);
    }

    /// The server answers, but not as it should.
    pub(crate) fn unusable(&self) {
        self.count(2);
    }

    /// The server does not answer.
    pub(crate) fn unavailable(&self) {
        self.count(3);
    }

    fn count(&self, outcome: usize) {
        if let Some(count) = self.0.get(outcome) {
            count.add(1);
        }
    }

    pub(super) fn write(&self, page: &mut Page<'_>) -> fmt::Result {
        let outcomes = OUTCOMES.iter().zip(&self.0);
        let counts = outcomes.map(|(name, count)| ([("outcome", *name)], count.get()));
        page.counters(&INTROSPECTIONS, counts)
    }
}
