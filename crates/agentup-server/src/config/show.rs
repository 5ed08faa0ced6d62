//! The settings in force, for people to look at.

use serde_yaml::{Mapping, Value};

use super::Config;

/// The settings as YAML, each of them whether it was set or is a default. Secrets are `<set>`.
#[must_use]
pub fn show(config: &Config) -> String {
    let process = &config.process;
    let settings = serde_yaml::to_string(&config.shown.0).unwrap_or_default();
    format!(
        "# from the environment: LOG_LEVEL={} DEBUG={} RELOAD={}\n{settings}",
        process.log_level, process.debug, process.reload
    )
}

/// Values by their path, as they were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown(Value);

/// One step from a value to a part of it.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

impl Shown {
    /// What a key has, by its path in the table.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        path.split('.')
            .try_fold(&self.0, |value, step| value.get(step))
    }

    pub(super) fn insert(&mut self, steps: &[Step], value: Value) {
        insert(&mut self.0, steps, value);
    }
}

fn insert(into: &mut Value, steps: &[Step], value: Value) {
    let Some((step, rest)) = steps.split_first() else {
        *into = value;
        return;
    };
    match step {
        Step::Key(key) => {
            if !into.is_mapping() {
                *into = Value::Mapping(Mapping::new());
            }
            if let Some(mapping) = into.as_mapping_mut() {
                insert(
                    mapping.entry(key.as_str().into()).or_insert(Value::Null),
                    rest,
                    value,
                );
            }
        }
        Step::Index(index) => {
            if !into.is_sequence() {
                *into = Value::Sequence(Vec::new());
            }
            if let Some(sequence) = into.as_sequence_mut() {
                while sequence.len() <= *index {
                    sequence.push(Value::Null);
                }
                if let Some(place) = sequence.get_mut(*index) {
                    insert(place, rest, value);
                }
            }
        }
    }
}
