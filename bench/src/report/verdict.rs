//! How budgets were kept.

use std::fmt;

use super::Measured;
use crate::probe::Finding;

/// How far past its budget a figure may be before a check fails: what two runs differ by.
const TOLERANCE: f64 = 1.1;

/// A figure and what it may be.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    what: String,
    value: f64,
    unit: String,
    budget: f64,
}

impl Verdict {
    pub(super) fn of_scenario(measured: &Measured) -> Option<Self> {
        Some(Self {
            what: format!("{}: {}", measured.name, measured.what),
            value: measured.ratio()?,
            unit: "× floor".to_owned(),
            budget: measured.budget?,
        })
    }

    pub(super) fn of_finding(finding: &Finding) -> Option<Self> {
        Some(Self {
            what: finding.what.clone(),
            value: finding.value,
            unit: finding.unit.clone(),
            budget: finding.budget?,
        })
    }

    /// Whether it is too far past the budget. What is no number is.
    pub(crate) fn is_missed(&self) -> bool {
        self.value.is_nan() || self.value > self.budget * TOLERANCE
    }

    pub(super) fn mark(&self) -> &'static str {
        match (self.is_missed(), self.value <= self.budget) {
            (true, _) => "❌",
            (false, false) => "⚠️",
            (false, true) => "✅",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mark, unit) = (self.mark(), self.unit.trim());
        let Self {
            what,
            value,
            budget,
            ..
        } = self;
        write!(f, "{mark} {what}: {value:.2} {unit} (at most {budget:.2})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_past_the_budget_is_tolerated() {
        let verdict = |value| Verdict {
            what: String::new(),
            value,
            unit: String::new(),
            budget: 1.5,
        };
        for (value, mark, missed) in [
            (1.5, "✅", false),
            (1.64, "⚠️", false),
            (1.66, "❌", true),
            (f64::NAN, "❌", true),
        ] {
            assert_eq!(verdict(value).mark(), mark, "{value}");
            assert_eq!(verdict(value).is_missed(), missed, "{value}");
        }
    }
}
