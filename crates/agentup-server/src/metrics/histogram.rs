//! How long things take, by how many took no longer than certain times.

use std::time::Duration;

use agentup_auth::Striped;

use super::Count;

/// The times that things are told apart by, in microseconds. A short answer takes some ten of them,
/// a long one of a language model minutes.
const BOUNDS: [u64; 20] = [
    50,
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    30_000_000,
    60_000_000,
    300_000_000,
];

/// Times that were measured.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    /// How many took as long as each bound at the most and longer than the one before; the last is
    /// for those that took longer than all.
    counts: [Count; BOUNDS.len() + 1],
    /// All times together, in microseconds.
    sum: Count,
}

/// What was measured, as it is told: buckets are (upper bound in seconds, count).
#[derive(Debug, PartialEq)]
pub(super) struct Times {
    pub(super) buckets: Vec<(f64, u64)>,
    pub(super) sum: f64,
    pub(super) count: u64,
}

impl Histogram {
    pub(crate) fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        // Most are short: the search ends where it begins.
        let bucket = BOUNDS.iter().position(|bound| micros <= *bound);
        if let Some(count) = self.counts.get(bucket.unwrap_or(BOUNDS.len())) {
            count.add(1);
        }
        self.sum.add(micros);
    }
}

impl Times {
    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn of(histogram: &Histogram) -> Self {
        Self::read(|read| read(histogram))
    }

    pub(super) fn of_all<T>(striped: &Striped<T>, part: impl Fn(&T) -> Option<&Histogram>) -> Self {
        Self::read(|read| striped.sum(|copy| part(copy).map_or(0, read)))
    }

    fn read(all: impl Fn(&dyn Fn(&Histogram) -> u64) -> u64) -> Self {
        let seconds = BOUNDS.iter().map(|bound| to_seconds(*bound));
        let bounds = seconds.chain([f64::INFINITY]).enumerate();
        let bucket = |(index, bound)| {
            let count = |it: &Histogram| it.counts.get(index).map_or(0, Count::get);
            (bound, all(&count))
        };
        let buckets: Vec<_> = bounds.map(bucket).collect();
        Self {
            // Of what was read, and not of what has been counted meanwhile.
            count: buckets.iter().map(|(_, count)| count).sum(),
            buckets,
            sum: to_seconds(all(&|it| it.sum.get())),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "exact for the first 285 years, and close enough then"
)]
fn to_seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}
