//! Reads a mapping of the file by the table of keys, and reports whatever does not fit.

use super::{
    faults::Position,
    keys::{self, Defaulted, Key, List, Mapping, Mappings},
    report::{Found, Report, Spot},
    show::Step,
    tree::{Entry, Node, Value},
    values::Kind,
    variables::{Expanded, expand},
};

/// How alike two names must be, from 0 to 1, for one to be taken for a slip of the other.
const ALIKE: f64 = 0.8;

/// A mapping of the file, whose keys are all known; or the place where one could be.
pub(super) struct Section<'a> {
    pub(super) report: &'a Report<'a>,
    entries: &'a [Entry],
    /// Where its key stands.
    at: Position,
    path: String,
    /// The path in the table.
    pattern: &'static str,
    steps: Vec<Step>,
}

/// What a key has.
pub(super) enum Got<T> {
    Absent,
    /// Something that was reported.
    Faulty,
    Value(T),
}

impl<'a> Section<'a> {
    /// The whole file.
    pub(super) fn root(report: &'a Report<'a>, root: &'a Node) -> Self {
        let mut section = Self {
            report,
            entries: &[],
            at: root.at,
            path: String::new(),
            pattern: "",
            steps: Vec::new(),
        };
        section.enter(root);
        section
    }

    /// The spot of the mapping itself.
    pub(super) fn spot(&self) -> Spot {
        self.report.spot(self.at, self.path.clone())
    }

    /// The spot of a key, whether or not it is there.
    pub(super) fn spot_of<K>(&self, key: &Key<K>) -> Spot {
        let at = self.entry(key.name()).map_or(self.at, |entry| entry.at);
        self.report.spot(at, self.path_to(key.name()))
    }

    /// Whether the key is written at all, with or without a value.
    pub(super) fn is_written<K>(&self, key: &Key<K>) -> bool {
        self.entry(key.name()).is_some()
    }

    /// Whether any key is.
    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What the key has, when that has a form of its own.
    pub(super) fn node<K>(&self, key: &Key<K>) -> Option<&'a Node> {
        self.entry(key.name())
            .map(|entry| &entry.node)
            .filter(|node| !matches!(node.value, Value::Null))
    }

    /// Whether the key has a value that is not empty. The value need not be a good one.
    pub(super) fn has_value<K>(&self, key: &Key<K>) -> bool {
        self.node(key).is_some_and(|node| match &node.value {
            Value::Text(text) => match expand(text, self.report.variables) {
                Ok(expanded) => !expanded.text.is_empty(),
                Err(_) => true,
            },
            _ => true,
        })
    }

    /// The variable because of which the key, though written, has no value.
    pub(super) fn unset_variable<K>(&self, key: &Key<K>) -> Option<String> {
        match &self.entry(key.name())?.node.value {
            Value::Text(text) => expand(text, self.report.variables)
                .ok()?
                .names
                .into_iter()
                .next(),
            _ => None,
        }
    }

    /// A mapping of this one.
    pub(super) fn section(&self, key: &Key<Mapping>) -> Self {
        self.part(key.name(), key.path)
    }

    /// The mapping that a key of a form of its own has.
    pub(super) fn part(&self, name: &'static str, pattern: &'static str) -> Self {
        let entry = self.entry(name);
        let mut section = Self {
            report: self.report,
            entries: &[],
            at: entry.map_or(self.at, |entry| entry.at),
            path: self.path_to(name),
            pattern,
            steps: self.steps_to(name),
        };
        if let Some(entry) = entry {
            section.enter(&entry.node);
        }
        section
    }

    /// The mappings of a list.
    pub(super) fn sections(&self, key: &Key<Mappings>, pattern: &'static str) -> Vec<Self> {
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let Value::List(items) = &node.value else {
            self.wrong_type(
                &self.report.spot(node.at, self.path_to(key.name())),
                node,
                "a list",
            );
            return Vec::new();
        };
        let member = |(index, item): (usize, &'a Node)| {
            let mut steps = self.steps_to(key.name());
            steps.push(Step::Index(index));
            let mut section = Self {
                report: self.report,
                entries: &[],
                at: item.at,
                path: format!("{}[{index}]", self.path_to(key.name())),
                pattern,
                steps,
            };
            section.enter(item);
            section
        };
        items.iter().enumerate().map(member).collect()
    }

    /// The value of a key that need not be there. An empty one counts as absent.
    pub(super) fn optional<K: Kind>(&self, key: &Key<K>) -> Option<Found<K::Value>> {
        match self.read(key, true) {
            Got::Value(found) => Some(found),
            Got::Absent | Got::Faulty => None,
        }
    }

    /// The value of a key that must be there.
    pub(super) fn required<K: Kind>(&self, key: &Key<K>, remedy: &str) -> Option<Found<K::Value>> {
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
    pub(super) fn value<K: Kind>(&self, key: &Defaulted<K>) -> Found<K::Value> {
        self.optional(&key.key).unwrap_or_else(|| {
            let value = (key.default)();
            self.show(&key.key, key.key.kind.show(&value));
            Found {
                value,
                spot: self.spot_of(&key.key),
            }
        })
    }

    /// The values of a key that may have one or several.
    pub(super) fn list<K: Kind>(&self, key: &Key<List<K>>) -> Option<Vec<Found<K::Value>>> {
        match self.read_list(key, true) {
            Got::Value(list) => Some(list),
            Got::Absent | Got::Faulty => None,
        }
    }

    /// The values of a key that must have at least one.
    pub(super) fn required_list<K: Kind>(
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

    /// The scalars of a list that a key of a form of its own has.
    pub(super) fn members<K: Kind>(
        &self,
        kind: &K,
        items: &[Node],
        path: &str,
    ) -> Option<Vec<Found<K::Value>>> {
        let mut found = Some(Vec::with_capacity(items.len()));
        for (index, item) in items.iter().enumerate() {
            match self.scalar(kind, item, &format!("{path}[{index}]"), false) {
                Got::Value(value) => {
                    if let Some(found) = &mut found {
                        found.push(value);
                    }
                }
                Got::Faulty => found = None,
                Got::Absent => {
                    let spot = self.report.spot(item.at, format!("{path}[{index}]"));
                    self.report.fault(&spot, "has no value", "");
                    found = None;
                }
            }
        }
        found
    }

    /// Notes a setting in force that was read by its own form.
    pub(super) fn show<K>(&self, key: &Key<K>, value: serde_yaml::Value) {
        self.report.show(&self.steps_to(key.name()), value);
    }

    /// Reports that a value has the wrong type.
    pub(super) fn wrong_type(&self, spot: &Spot, node: &Node, expected: &str) {
        let found = match node.value {
            Value::Null => "nothing",
            Value::Text(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        };
        self.report
            .fault(spot, format!("expected {expected}, found {found}"), "");
    }

    /// The path of a key of this mapping.
    pub(super) fn path_to(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    fn steps_to(&self, name: &str) -> Vec<Step> {
        self.steps
            .iter()
            .cloned()
            .chain([Step::Key(name.to_owned())])
            .collect()
    }

    fn entry(&self, name: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.key == name)
    }

    fn enter(&mut self, node: &'a Node) {
        match &node.value {
            Value::Null => {}
            Value::Map(entries) => {
                self.entries = entries;
                for entry in entries {
                    if !keys::names_in(self.pattern).any(|name| name == entry.key) {
                        self.unknown(entry);
                    }
                }
            }
            Value::Text(_) | Value::List(_) => {
                self.wrong_type(
                    &self.report.spot(node.at, self.path.clone()),
                    node,
                    "a mapping",
                );
            }
        }
    }

    fn unknown(&self, entry: &Entry) {
        let spot = self
            .report
            .spot(entry.at, self.path_to(&printable(&entry.key)));
        let nearest = keys::names_in(self.pattern)
            .map(|name| {
                (
                    strsim::jaro_winkler(name, &entry.key.to_ascii_lowercase()),
                    name,
                )
            })
            .filter(|(alike, _)| *alike > ALIKE)
            .max_by(|(one, _), (other, _)| one.total_cmp(other));
        if let Some((_, name)) = nearest {
            return self
                .report
                .fault(&spot, format!("unknown key; did you mean `{name}`?"), "");
        }
        let home = keys::homes_of(&entry.key).next();
        let remedy = match home {
            Some("") => format!(
                "`{}` belongs at the top of the file, not into `{}`",
                entry.key, self.path
            ),
            Some(home) => format!("`{}` belongs into `{home}`", entry.key),
            None => {
                let names: Vec<_> = keys::names_in(self.pattern).collect();
                format!("known here: {}", names.join(", "))
            }
        };
        self.report.fault(&spot, "unknown key", remedy);
    }

    fn missing<K>(&self, key: &Key<K>, remedy: &str) {
        let problem = if self.is_written(key) {
            "has no value"
        } else {
            "is missing"
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
        let got = self.scalar(
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
            Value::List(items) => match self.members(kind, items, &path) {
                Some(list) => list,
                None => return Got::Faulty,
            },
            _ => match self.scalar(kind, &entry.node, &path, is_optional) {
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

    /// One value: its variables replaced, then read by its kind.
    fn scalar<K: Kind>(
        &self,
        kind: &K,
        node: &Node,
        path: &str,
        is_optional: bool,
    ) -> Got<Found<K::Value>> {
        let spot = self.report.spot(node.at, path);
        let text = match &node.value {
            Value::Text(text) => text,
            Value::Null => return Got::Absent,
            Value::List(_) | Value::Map(_) => {
                self.wrong_type(&spot, node, &kind.expected());
                return Got::Faulty;
            }
        };
        let expanded = match expand(text, self.report.variables) {
            Ok(expanded) => expanded,
            Err(error) => {
                let remedy = "write `${NAME}` or `${NAME:default}` for a variable, `$${` for the text itself";
                self.report.fault(&spot, error.to_string(), remedy);
                return Got::Faulty;
            }
        };
        if expanded.text.is_empty() && is_optional {
            return Got::Absent;
        }
        if let Some(name) = expanded.unset.first() {
            let remedy = format!(
                "set it in the environment or in .env, or write a default: `${{{name}:…}}`"
            );
            self.report
                .fault(&spot, format!("variable {name} is not set"), remedy);
            return Got::Faulty;
        }
        if expanded.text.is_empty() {
            return Got::Absent;
        }
        match kind.read(&expanded.text) {
            Ok(value) => Got::Value(Found { value, spot }),
            Err(problem) => {
                self.report
                    .fault(&spot, format!("{} {problem}", naming(kind, &expanded)), "");
                Got::Faulty
            }
        }
    }
}

/// A name for a value that is wrong: the value itself only if it stands in the file and is no
/// secret. What a variable holds may be a secret that was meant for another key.
fn naming<K: Kind>(kind: &K, expanded: &Expanded) -> String {
    if !expanded.names.is_empty() {
        return format!("the value of {}", expanded.names.join(" and "));
    }
    if kind.is_secret() || expanded.text.chars().count() > 60 {
        return "the value".to_owned();
    }
    format!("`{}`", printable(&expanded.text))
}

/// A text of the file, made safe for a terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let is_hostile = character.is_control();
            let escaped = is_hostile.then(|| character.escape_unicode());
            let plain = (!is_hostile).then_some(character);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}
