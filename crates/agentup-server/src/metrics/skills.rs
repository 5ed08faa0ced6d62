//! What is counted of each skill. The skills are those of the configuration and the program.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use agentup_auth::Striped;
use agentup_handlers::middleware::{Observer, RunOutcome, SkillEvent};

use super::{
    Count, Histogram,
    histogram::Times,
    page::{Family, Page},
    sum,
};

mod models;
mod services;

use models::Models;
use services::Services;

const RUNS: Family = Family::new("skill_runs", "Runs of skills that have ended, by outcome.");
const TIMES: Family = Family::seconds(
    "skill_run_duration",
    "How long the runs of skills took that are `timed`.",
);
const DENIALS: Family = Family::new(
    "authorization_denials",
    "Calls of skills that their callers may not use.",
);
const LIMITED: Family = Family::new(
    "skill_rate_limited",
    "Calls of skills that their callers made too often.",
);
const CACHED: Family = Family::new(
    "skill_cache_hits",
    "Runs of skills that a kept answer took the place of.",
);
const RETRIED: Family = Family::new(
    "skill_retries",
    "Attempts of `retryable` after the first one.",
);

/// What is counted of one skill.
#[derive(Debug, Default)]
pub(crate) struct SkillMeter {
    runs: Striped<Runs>,
    denials: Count,
    limited: Count,
    cached: Count,
    retried: Count,
    models: Models,
    services: Services,
}

#[derive(Debug, Default)]
struct Runs {
    ended: [Count; RunOutcome::ALL.len()],
    took: Histogram,
}

impl SkillMeter {
    /// A run has ended.
    pub(crate) fn ran(&self, outcome: RunOutcome) {
        if let Some(count) = self.runs.here().ended.get(outcome as usize) {
            count.add(1);
        }
    }

    /// A caller may not use the skill.
    pub(crate) fn denied(&self) {
        self.denials.add(1);
    }

    fn took(&self, time: Duration) {
        self.runs.here().took.observe(time);
    }

    /// Whether a run was ever measured.
    fn is_timed(&self) -> bool {
        !Times::of_all(&self.runs, |runs| Some(&runs.took)).is_empty()
    }
}

/// What is counted of the skills of a configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct SkillMeters(Arc<BTreeMap<Arc<str>, Arc<SkillMeter>>>);

impl SkillMeters {
    pub(super) fn new(meters: BTreeMap<Arc<str>, Arc<SkillMeter>>) -> Self {
        Self(Arc::new(meters))
    }

    /// That of one skill.
    pub(crate) fn of(&self, skill: &str) -> Option<&Arc<SkillMeter>> {
        self.0.get(skill)
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &SkillMeter)> {
        self.0.iter().map(|(id, meter)| (&**id, &**meter))
    }

    pub(super) fn write(&self, page: &mut Page<'_>) -> fmt::Result {
        let runs = self.iter().flat_map(|(skill, meter)| {
            RunOutcome::ALL.into_iter().map(move |outcome| {
                let labels = [("skill", skill), ("outcome", outcome.name())];
                let count = sum(&meter.runs, |runs| runs.ended.get(outcome as usize));
                (labels, count)
            })
        });
        page.counters(&RUNS, runs)?;
        let measured = self.iter().filter(|(_, meter)| meter.is_timed());
        let times = measured.map(|(skill, meter)| {
            let times = Times::of_all(&meter.runs, |runs| Some(&runs.took));
            ([("skill", skill)], times)
        });
        page.histograms(&TIMES, times)?;
        self.write_counts(page, &DENIALS, |meter| &meter.denials)?;
        self.write_counts(page, &LIMITED, |meter| &meter.limited)?;
        self.write_counts(page, &CACHED, |meter| &meter.cached)?;
        self.write_counts(page, &RETRIED, |meter| &meter.retried)?;
        models::write(
            page,
            self.iter().map(|(skill, meter)| (skill, &meter.models)),
        )?;
        services::write(
            page,
            self.iter().map(|(skill, meter)| (skill, &meter.services)),
        )
    }
}

impl SkillMeters {
    fn write_counts(
        &self,
        page: &mut Page<'_>,
        family: &Family,
        count: impl Fn(&SkillMeter) -> &Count,
    ) -> fmt::Result {
        let of_skills = self.iter();
        let counts = of_skills.map(|(skill, meter)| ([("skill", skill)], count(meter).get()));
        page.counters(family, counts)
    }
}

impl Observer for SkillMeters {
    fn observe(&self, event: &SkillEvent<'_>) {
        let Some(meter) = self.of(event.skill()) else {
            return;
        };
        match event {
            SkillEvent::Limited { .. } => meter.limited.add(1),
            SkillEvent::Cached { .. } => meter.cached.add(1),
            SkillEvent::Retried { .. } => meter.retried.add(1),
            SkillEvent::Ran { took, .. } => meter.took(*took),
            SkillEvent::ModelAsked(asked) => meter.models.asked(asked),
            SkillEvent::ServiceAsked { outcome, took, .. } => meter.services.asked(outcome, *took),
            _ => {}
        }
    }
}
