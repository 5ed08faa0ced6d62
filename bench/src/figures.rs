//! Figures of rounds and of scenarios.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::load::Seen;

/// What one round of one server gave. Times are in microseconds.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Round {
    /// Processor time of the server for each request.
    pub(crate) cost: f64,
    /// Requests for each second.
    pub(crate) rate: f64,
    /// The share of the time in which the server worked.
    pub(crate) busy: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
}

impl Round {
    pub(crate) fn new(seen: &Seen, processor_time: Duration) -> Self {
        let at = |quantile| number(seen.latencies.value_at_quantile(quantile)) / 1e3;
        let (requests, seconds) = (number(seen.requests), seen.elapsed.as_secs_f64());
        Self {
            cost: processor_time.as_secs_f64() * 1e6 / requests,
            rate: requests / seconds,
            busy: processor_time.as_secs_f64() / seconds,
            p50: at(0.5),
            p99: at(0.99),
            p999: at(0.999),
        }
    }
}

/// What all rounds of one server gave: the median of each figure.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Figures {
    pub(crate) name: String,
    pub(crate) median: Round,
    /// The memory at the end, in bytes.
    pub(crate) memory: u64,
    /// One by one, so that ratios can be taken within a round.
    pub(crate) rounds: Vec<Round>,
}

impl Figures {
    pub(crate) fn new(name: &str, rounds: &[Round], memory: u64) -> Self {
        let of = |figure: fn(&Round) -> f64| median(rounds.iter().map(figure));
        Self {
            name: name.to_owned(),
            median: Round {
                cost: of(|it| it.cost),
                rate: of(|it| it.rate),
                busy: of(|it| it.busy),
                p50: of(|it| it.p50),
                p99: of(|it| it.p99),
                p999: of(|it| it.p999),
            },
            memory,
            rounds: rounds.to_vec(),
        }
    }

    /// The cost as a multiple of another server's: the median over the rounds.
    pub(crate) fn times(&self, other: &Self) -> f64 {
        let pairs = self.rounds.iter().zip(&other.rounds);
        median(pairs.map(|(ours, theirs)| ours.cost / theirs.cost))
    }
}

/// The middle one, or the mean of the two in the middle; not a number if there is none.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    if values.len().is_multiple_of(2) {
        f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
    } else {
        at(middle)
    }
}

/// A count as a number to reckon with.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a bench are far below 2^52"
)]
pub(crate) const fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let of = |values: &[f64]| median(values.iter().copied());
        assert!((of(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((of(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(of(&[]).is_nan());
    }
}
