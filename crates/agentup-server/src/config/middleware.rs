//! `middleware`: what goes around every skill, and what goes around one in its place.

use std::time::Duration;

use agentup_handlers::middleware::{CacheSettings, MiddlewareSettings, RateLimit, RetrySettings};

use super::{
    keys::{self, Form, Key, Mapping},
    reader::{Got, Section},
    tree::{Node, Value},
    values::Kind as _,
};

/// What can go around a skill. The order is that in which it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MiddlewareName {
    RateLimited,
    Timed,
    Cached,
    Timeout,
    Retryable,
}

/// What goes around a skill, by name. None where a name is switched off.
#[derive(Clone, Debug, Default)]
pub(super) struct Layers(Vec<(MiddlewareName, Option<Layer>)>);

#[derive(Clone, Debug)]
enum Layer {
    RateLimited(RateLimit),
    Timed,
    Cached(CacheSettings),
    Timeout(Duration),
    Retryable(RetrySettings),
}

impl Layers {
    /// These, and of each name that is among the others, the other one.
    pub(super) fn replaced_by(&self, own: &Self) -> Self {
        let kept = self.0.iter().filter(|(name, _)| !own.has(*name));
        Self(kept.chain(&own.0).cloned().collect())
    }

    /// What goes around a skill in the end.
    pub(super) fn settings(&self) -> MiddlewareSettings {
        let mut settings = MiddlewareSettings::default();
        for layer in self.0.iter().filter_map(|(_, layer)| layer.as_ref()) {
            match layer {
                Layer::RateLimited(limit) => settings.rate_limited = Some(*limit),
                Layer::Timed => settings.timed = true,
                Layer::Cached(cache) => settings.cached = Some(*cache),
                Layer::Timeout(limit) => settings.timeout = Some(*limit),
                Layer::Retryable(retry) => settings.retryable = Some(*retry),
            }
        }
        settings
    }

    fn has(&self, name: MiddlewareName) -> bool {
        self.0.iter().any(|(other, _)| *other == name)
    }
}

/// Reads a list of names, each with its parameters. `task_timeout` is what a turn of a skill may
/// take in any case.
pub(super) fn read(section: &Section<'_>, key: &Key<Form>, task_timeout: Duration) -> Layers {
    let mut layers = Layers::default();
    let Some(node) = section.node(key) else {
        return layers;
    };
    let Value::List(items) = &node.value else {
        let expected = "a list of names, each alone or with its parameters";
        section
            .report
            .wrong_type(&section.spot_of(key), node, expected);
        return layers;
    };
    for (index, item) in items.iter().enumerate() {
        let Some(name) = name(section, key, index, item) else {
            continue;
        };
        let entry = section.member(key, index, item, pattern(name));
        if layers.has(name) {
            entry.fault(
                &entry.spot(),
                "stands twice in the list",
                "keep one of them",
            );
        }
        if matches!(item.value, Value::Map(_)) {
            let _ = entry.optional(&keys::MIDDLEWARE_NAME);
        } else {
            let word = keys::MIDDLEWARE_NAME.kind.show(&name);
            entry.show(&keys::MIDDLEWARE_NAME, word);
        }
        let is_enabled = entry.value(&keys::MIDDLEWARE_ENABLED).value;
        let layer = layer(name, &entry, task_timeout);
        layers.0.push((name, layer.filter(|_| is_enabled)));
    }
    layers
}

/// The name of an entry: the entry itself, or its key `name`.
fn name(
    section: &Section<'_>,
    key: &Key<Form>,
    index: usize,
    item: &Node,
) -> Option<MiddlewareName> {
    let path = format!("{}[{index}]", section.path_to(key.name()));
    let named = match &item.value {
        Value::Map(entries) => entries.iter().find(|entry| entry.key == "name"),
        _ => None,
    };
    let (node, path) = match (named, &item.value) {
        (Some(entry), _) => (&entry.node, format!("{path}.name")),
        (None, Value::Text(_)) => (item, path),
        (None, _) => {
            let remedy = format!("write {}", keys::MIDDLEWARE_NAME.kind.expected());
            let spot = section.report.spot(item.at, path);
            section.fault(&spot, "has no name", remedy);
            return None;
        }
    };
    match section
        .report
        .scalar(&keys::MIDDLEWARE_NAME.kind, node, &path, false)
    {
        Got::Value(found) => Some(found.value),
        Got::Absent | Got::Faulty => None,
    }
}

/// The path of an entry in the table of keys, and of the mapping that may have its parameters.
const fn paths(name: MiddlewareName) -> (&'static str, &'static str) {
    match name {
        MiddlewareName::RateLimited => (
            "middleware[rate_limited]",
            "parameters of middleware[rate_limited]",
        ),
        MiddlewareName::Timed => ("middleware[timed]", "parameters of middleware[timed]"),
        MiddlewareName::Cached => ("middleware[cached]", "parameters of middleware[cached]"),
        MiddlewareName::Timeout => ("middleware[timeout]", "parameters of middleware[timeout]"),
        MiddlewareName::Retryable => (
            "middleware[retryable]",
            "parameters of middleware[retryable]",
        ),
    }
}

const fn pattern(name: MiddlewareName) -> &'static str {
    paths(name).0
}

/// The mapping that has the parameters: the entry itself, or `params` or `config` in it.
fn parameters<'a>(name: MiddlewareName, entry: &Section<'a>) -> Option<Section<'a>> {
    let written: Vec<&Key<Mapping>> = [&keys::MIDDLEWARE_PARAMS, &keys::MIDDLEWARE_CONFIG]
        .into_iter()
        .filter(|key| entry.is_written(key))
        .collect();
    let key = written.first()?;
    if written.len() > 1 {
        let spot = entry.spot_of(&keys::MIDDLEWARE_CONFIG);
        entry.fault(&spot, "stands beside `params`", "keep one of them");
    }
    for parameter in keys::names_in(paths(name).1) {
        if let Some(spot) = entry.spot_of_name(parameter) {
            let problem = format!("stands beside `{}`", key.name());
            entry.fault(&spot, problem, "put all parameters in one place");
        }
    }
    Some(entry.part(key.name(), paths(name).1))
}

fn layer(name: MiddlewareName, entry: &Section<'_>, task_timeout: Duration) -> Option<Layer> {
    let own = parameters(name, entry);
    let section = own.as_ref().unwrap_or(entry);
    Some(match name {
        MiddlewareName::RateLimited => Layer::RateLimited(rate_limit(section)),
        MiddlewareName::Timed => Layer::Timed,
        MiddlewareName::Cached => Layer::Cached(cache(section)),
        MiddlewareName::Timeout => Layer::Timeout(timeout(section, task_timeout)?),
        MiddlewareName::Retryable => Layer::Retryable(retry(section)),
    })
}

fn rate_limit(section: &Section<'_>) -> RateLimit {
    let requests_per_minute = section.value(&keys::REQUESTS_PER_MINUTE).value;
    let burst = section.optional(&keys::BURST_SIZE).map(|found| found.value);
    let burst_size = burst.unwrap_or_else(|| {
        section.show(&keys::BURST_SIZE, requests_per_minute.into());
        requests_per_minute
    });
    RateLimit {
        requests_per_minute,
        burst_size,
    }
}

fn cache(section: &Section<'_>) -> CacheSettings {
    section.value(&keys::BACKEND_TYPE);
    let ttl = match section.optional(&keys::ANSWER_DEFAULT_TTL) {
        Some(found) if section.is_written(&keys::ANSWER_TTL.key) => {
            section.fault(&found.spot, "stands beside `ttl`", "keep one of them");
            found.value
        }
        Some(found) => found.value,
        None => section.value(&keys::ANSWER_TTL).value,
    };
    CacheSettings {
        ttl,
        max_size: section.value(&keys::MAX_SIZE).value,
        max_bytes: section.value(&keys::ANSWERS_BYTES).value,
    }
}

fn timeout(section: &Section<'_>, task_timeout: Duration) -> Option<Duration> {
    let remedy = "write how long an answer may take, such as `duration: 30s`";
    let limit = section.required(&keys::TIMEOUT_DURATION, remedy)?;
    if limit.value > task_timeout {
        let most = keys::TASK_TIMEOUT.key.kind.show(&task_timeout);
        let most = most.as_str().unwrap_or_default();
        let problem = format!("is more than `server.limits.task_timeout`, which is {most}");
        section.fault(
            &limit.spot,
            problem,
            "no run of a skill takes longer than that",
        );
    }
    Some(limit.value)
}

fn retry(section: &Section<'_>) -> RetrySettings {
    let initial_delay = section.value(&keys::INITIAL_DELAY);
    let max_delay = section.value(&keys::MAX_DELAY);
    if initial_delay.value > max_delay.value {
        let remedy = "no pause is longer than `max_delay`";
        section.fault(&initial_delay.spot, "is more than `max_delay`", remedy);
    }
    RetrySettings {
        max_attempts: section.value(&keys::MAX_ATTEMPTS).value,
        initial_delay: initial_delay.value,
        max_delay: max_delay.value,
    }
}
