//! What is counted of the language models that a skill asks.

use std::{fmt, sync::Arc};

use agentup_handlers::llm::ModelAsked;
use parking_lot::Mutex;

use super::super::{
    Count, Histogram,
    histogram::Times,
    page::{Family, Page},
};

const ASKED: Family = Family::new(
    "llm_requests",
    "Questions to language models, by how they ended.",
);
const TOKENS: Family = Family::new(
    "llm_tokens",
    "Tokens of questions and answers, where the model told how many.",
);
const TIMES: Family = Family::seconds(
    "llm_request_duration",
    "How long language models took for their whole answers.",
);
const FIRST_WORDS: Family = Family::seconds(
    "llm_time_to_first_word",
    "How long language models took for the first word of an answer.",
);

/// How a question can end, as its event says.
const OUTCOMES: [&str; 3] = ["answered", "failed", "canceled"];

/// The most models of a skill that are told apart. Each reload of the configuration may name one.
const MAX_MODELS: usize = 16;

/// The name of those beyond.
const OTHER: &str = "other";

/// The models that a skill has asked. There is seldom more than one, and a question takes so long
/// that a lock is nothing beside it.
#[derive(Debug, Default)]
pub(super) struct Models(Mutex<Vec<Arc<Model>>>);

#[derive(Debug, Default)]
struct Model {
    provider: &'static str,
    name: String,
    ended: [Count; OUTCOMES.len()],
    prompt_tokens: Count,
    answer_tokens: Count,
    took: Histogram,
    first_words: Histogram,
}

impl Models {
    pub(super) fn asked(&self, asked: &ModelAsked<'_>) {
        let model = self.of(asked.provider, asked.model);
        let outcome = OUTCOMES.iter().position(|known| *known == asked.outcome);
        if let Some(count) = outcome.and_then(|index| model.ended.get(index)) {
            count.add(1);
        }
        model
            .prompt_tokens
            .add(asked.prompt_tokens.unwrap_or_default());
        model
            .answer_tokens
            .add(asked.answer_tokens.unwrap_or_default());
        model.took.observe(asked.took);
        if let Some(took) = asked.first_word {
            model.first_words.observe(took);
        }
    }

    fn of(&self, provider: &'static str, name: &str) -> Arc<Model> {
        let mut models = self.0.lock();
        let is_full = models.len() >= MAX_MODELS;
        let find = |name: &str| {
            let mut known = models.iter();
            known
                .find(|it| it.provider == provider && it.name == name)
                .cloned()
        };
        if let Some(model) = find(name) {
            return model;
        }
        let name = if is_full { OTHER } else { name };
        find(name).unwrap_or_else(|| {
            let model = Model {
                provider,
                name: name.to_owned(),
                ..Model::default()
            };
            let model = Arc::new(model);
            models.push(Arc::clone(&model));
            model
        })
    }
}

impl Model {
    fn labels<'a>(&'a self, skill: &'a str) -> [(&'static str, &'a str); 3] {
        [
            ("skill", skill),
            ("provider", self.provider),
            ("model", &self.name),
        ]
    }
}

pub(super) fn write<'a>(
    page: &mut Page<'_>,
    models: impl Iterator<Item = (&'a str, &'a Models)>,
) -> fmt::Result {
    let models = models.flat_map(|(skill, models)| {
        let models = models.0.lock().clone();
        models.into_iter().map(move |model| (skill, model))
    });
    let models: Vec<_> = models.collect();
    let ended = models.iter().flat_map(|(skill, model)| {
        let [skill, provider, name] = model.labels(skill);
        let outcomes = OUTCOMES.iter().zip(&model.ended);
        outcomes.map(move |(outcome, count)| {
            ([skill, provider, name, ("outcome", outcome)], count.get())
        })
    });
    page.counters(&ASKED, ended)?;
    let tokens = models.iter().flat_map(|(skill, model)| {
        let [skill, provider, name] = model.labels(skill);
        let kinds = [
            ("prompt", &model.prompt_tokens),
            ("answer", &model.answer_tokens),
        ];
        kinds.map(|(kind, count)| ([skill, provider, name, ("kind", kind)], count.get()))
    });
    page.counters(&TOKENS, tokens)?;
    let times = models
        .iter()
        .map(|(skill, model)| (model.labels(skill), Times::of(&model.took)));
    page.histograms(&TIMES, times)?;
    let first = models
        .iter()
        .map(|(skill, model)| (model.labels(skill), Times::of(&model.first_words)));
    page.histograms(&FIRST_WORDS, first)
}
