//! What a server tells of itself in the text format of Prometheus, read as Prometheus reads it.

use std::collections::{BTreeMap, BTreeSet};

/// The metrics of one moment.
#[derive(Clone, Debug)]
pub struct Scrape {
    /// The text, as it came.
    pub text: String,
    /// The type of each family.
    pub families: BTreeMap<String, String>,
    /// The value of each series, by its name with its labels in their order.
    pub series: BTreeMap<String, f64>,
}

impl Scrape {
    /// Reads a page.
    ///
    /// # Panics
    /// When it is not one.
    #[must_use]
    pub fn parse(text: String) -> Self {
        let (mut families, mut series) = (BTreeMap::new(), BTreeMap::new());
        for line in text.lines() {
            if let Some(family) = line.strip_prefix("# TYPE ") {
                let (name, kind) = family.split_once(' ').expect("a type");
                let before = families.insert(name.to_owned(), kind.to_owned());
                assert_eq!(before, None, "{name} comes twice");
            } else if !line.starts_with('#') {
                let (name, value) = line.rsplit_once(' ').expect("a value");
                let value = value.parse().expect("a number");
                let before = series.insert(name.to_owned(), value);
                assert_eq!(before, None, "{name} comes twice");
            }
        }
        Self {
            text,
            families,
            series,
        }
    }

    /// The value of a series; zero where it is not there.
    #[must_use]
    pub fn value(&self, series: &str) -> f64 {
        self.series.get(series).copied().unwrap_or_default()
    }

    /// The same, of something that is counted.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "nothing is counted that often"
    )]
    pub fn count(&self, series: &str) -> i64 {
        self.value(series).round() as i64
    }

    /// The sum of all series of this name whose labels have all of these.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[&str]) -> f64 {
        let is_meant = |series: &str| {
            let (own, rest) = series.split_once('{').unwrap_or((series, ""));
            own == name && labels.iter().all(|label| rest.contains(label))
        };
        let meant = self.series.iter().filter(|(series, _)| is_meant(series));
        meant.map(|(_, value)| value).sum()
    }

    /// What has changed since an earlier scrape, but for times, sizes, what the process uses, and the
    /// connections that a client keeps as it likes.
    #[must_use]
    pub fn changes_since(&self, before: &Self) -> BTreeMap<String, f64> {
        let passing = ["process_", "agentup_key_set_age", "agentup_connections_"];
        let changed = self.series.iter().filter_map(|(series, value)| {
            let change = value - before.value(series);
            let is_time = series.contains("_seconds_bucket") || series.contains("_seconds_sum");
            let is_passing = passing.iter().any(|name| series.starts_with(name));
            (change != 0.0 && !is_time && !is_passing).then(|| (series.clone(), change))
        });
        changed.collect()
    }

    /// The names of the series that are there, with their labels.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&str> {
        self.series.keys().map(String::as_str).collect()
    }
}
