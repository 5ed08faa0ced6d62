//! Asks a mapping for the values of its keys.

use super::{
    super::{
        keys::{Defaulted, Key, List},
        report::Found,
        tree::Value,
        values::Kind,
    },
    Got, Section,
};

impl Section<'_> {
    /// The value of a key that need not be there. An empty one counts as absent.
    pub(in super::super) fn optional<K: Kind>(&self, key: &Key<K>) -> Option<Found<K::Value>> {
        match self.read(key, true) {
            Got::Value(found) => Some(found),
            Got::Absent | Got::Faulty => None,
        }
    }

    /// The value of a key that must be there.
    pub(in super::super) fn required<K: Kind>(
        &self,
        key: &Key<K>,
        remedy: &str,
    ) -> Option<Found<K::Value>> {
        match self.read(key, false) {
            Got::Value(found) => Some(found),
            Got::Faulty => None,
            Got::Absent => {
                self.missing(key, remedy);
                None
            }
        }
    }

    /// The value of a key, or its default.
    pub(in super::super) fn value<K: Kind>(&self, key: &Defaulted<K>) -> Found<K::Value> {
        self.optional(&key.key).unwrap_or_else(|| {
            let value = (key.default)();
            self.show(&key.key, key.key.kind.show(&value));
            Found {
                value,
                spot: self.spot_of(&key.key),
            }
        })
    }

    /// The value of a key, or what is usual here.
    pub(in super::super) fn or<K: Kind>(&self, key: &Key<K>, usual: K::Value) -> K::Value {
        self.optional(key).map_or_else(
            || {
                self.show(key, key.kind.show(&usual));
                usual
            },
            |found| found.value,
        )
    }

    /// The values of a key that may have one or several.
    pub(in super::super) fn list<K: Kind>(
        &self,
        key: &Key<List<K>>,
    ) -> Option<Vec<Found<K::Value>>> {
        match self.read_list(key, true) {
            Got::Value(list) => Some(list),
            Got::Absent | Got::Faulty => None,
        }
    }

    /// The values of a key that must have at least one.
    pub(in super::super) fn required_list<K: Kind>(
        &self,
        key: &Key<List<K>>,
        remedy: &str,
    ) -> Option<Vec<Found<K::Value>>> {
        match self.read_list(key, false) {
            Got::Value(list) if list.is_empty() => {
                self.report
                    .fault(&self.spot_of(key), "must not be empty", remedy);
                None
            }
            Got::Value(list) => Some(list),
            Got::Faulty => None,
            Got::Absent => {
                self.missing(key, remedy);
                None
            }
        }
    }

    fn missing<K>(&self, key: &Key<K>, remedy: &str) {
        let problem = match self.why_empty(key) {
            Some(why) => why,
            None if self.is_written(key) => "has no value".to_owned(),
            None => "is missing".to_owned(),
        };
        self.report.fault(
            &self.spot_of(key),
            format!("{problem}: {}", key.meaning()),
            remedy,
        );
    }

    fn read<K: Kind>(&self, key: &Key<K>, is_optional: bool) -> Got<Found<K::Value>> {
        let Some(entry) = self.entry(key.name()) else {
            return Got::Absent;
        };
        let got = self.report.scalar(
            &key.kind,
            &entry.node,
            &self.path_to(key.name()),
            is_optional,
        );
        if let Got::Value(found) = &got {
            self.show(key, key.kind.show(&found.value));
        }
        got
    }

    fn read_list<K: Kind>(
        &self,
        key: &Key<List<K>>,
        is_optional: bool,
    ) -> Got<Vec<Found<K::Value>>> {
        let Some(entry) = self.entry(key.name()) else {
            return Got::Absent;
        };
        let (kind, path) = (&key.kind.0, self.path_to(key.name()));
        let list = match &entry.node.value {
            Value::List(items) => match self.report.members(kind, items, &path) {
                Some(list) => list,
                None => return Got::Faulty,
            },
            _ => match self.report.scalar(kind, &entry.node, &path, is_optional) {
                Got::Value(only) => vec![only],
                Got::Absent => return Got::Absent,
                Got::Faulty => return Got::Faulty,
            },
        };
        self.show(
            key,
            list.iter().map(|found| kind.show(&found.value)).collect(),
        );
        Got::Value(list)
    }
}
