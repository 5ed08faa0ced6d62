//! Reads a mapping of the file by the table of keys, and reports whatever does not fit.

use super::{
    faults::Position,
    keys::{self, Key, Mapping, Mappings},
    report::{Report, Spot},
    show::Step,
    tree::{Entry, Node, Value},
    variables::expand,
};

mod ask;
mod scalar;
mod unknown;

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

    /// The spot of a key of this name, if it is written.
    pub(super) fn spot_of_name(&self, name: &str) -> Option<Spot> {
        let at = self.entry(name)?.at;
        Some(self.report.spot(at, self.path_to(name)))
    }

    /// The spot of a key of the whole file by its path in the table; where it is not written, that of
    /// the nearest mapping that would have it. Lists are not entered.
    pub(super) fn spot_at(&self, path: &str) -> Spot {
        let (mut entries, mut at) = (self.entries, self.at);
        for step in path.split('.') {
            let Some(entry) = entries.iter().find(|entry| entry.key == step) else {
                break;
            };
            at = entry.at;
            match &entry.node.value {
                Value::Map(inner) => entries = inner,
                _ => break,
            }
        }
        self.report.spot(at, path)
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

    /// The spot of a key that has a value. The value need not be a good one, only not empty.
    pub(super) fn given<K>(&self, key: &Key<K>) -> Option<Spot> {
        let is_empty = match &self.node(key)?.value {
            Value::Text(text) => {
                expand(text, self.report.variables).is_ok_and(|expanded| expanded.text.is_empty())
            }
            _ => false,
        };
        (!is_empty).then(|| self.spot_of(key))
    }

    /// Reports a fault.
    pub(super) fn fault(&self, spot: &Spot, problem: impl Into<String>, remedy: impl Into<String>) {
        self.report.fault(spot, problem, remedy);
    }

    /// Why the key, though written, has no value, when that is because of a variable.
    pub(super) fn why_empty<K>(&self, key: &Key<K>) -> Option<String> {
        let Value::Text(text) = &self.node(key)?.value else {
            return None;
        };
        let expanded = expand(text, self.report.variables).ok()?;
        let name = expanded
            .names
            .first()
            .filter(|_| expanded.text.is_empty())?;
        let is_set = self.report.variables.get(name).is_some();
        Some(format!(
            "variable {name} is {}",
            if is_set { "set to nothing" } else { "not set" }
        ))
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
        let (path, steps) = (self.path_to(key.name()), self.steps_to(key.name()));
        Self::members(self.report, node, pattern, &path, &steps)
    }

    /// A member of a list, whose form depends on the member itself. One that is a mere text has no
    /// keys.
    pub(super) fn member<K>(
        &self,
        key: &Key<K>,
        index: usize,
        item: &'a Node,
        pattern: &'static str,
    ) -> Self {
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
        if !matches!(item.value, Value::Text(_)) {
            section.enter(item);
        }
        section
    }

    /// The mappings of a file that is a list of them.
    pub(super) fn list_of_file(
        report: &'a Report<'a>,
        root: &'a Node,
        pattern: &'static str,
    ) -> Vec<Self> {
        match root.value {
            Value::Null => Vec::new(),
            _ => Self::members(report, root, pattern, "", &[]),
        }
    }

    fn members(
        report: &'a Report<'a>,
        node: &'a Node,
        pattern: &'static str,
        path: &str,
        steps: &[Step],
    ) -> Vec<Self> {
        let Value::List(items) = &node.value else {
            report.wrong_type(&report.spot(node.at, path), node, "a list");
            return Vec::new();
        };
        let member = |(index, item): (usize, &'a Node)| {
            let mut steps = steps.to_vec();
            steps.push(Step::Index(index));
            let mut section = Self {
                report,
                entries: &[],
                at: item.at,
                path: format!("{path}[{index}]"),
                pattern,
                steps,
            };
            section.enter(item);
            section
        };
        // What is no mapping was reported, and has no keys to miss.
        let is_mapping = |item: &Node| matches!(item.value, Value::Map(_) | Value::Null);
        let members: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(index, item)| (is_mapping(item), member((index, item))))
            .collect();
        members
            .into_iter()
            .filter_map(|(is_mapping, section)| is_mapping.then_some(section))
            .collect()
    }

    /// Notes a setting in force that was read by its own form.
    pub(super) fn show<K>(&self, key: &Key<K>, value: serde_yaml::Value) {
        self.report.show(&self.steps_to(key.name()), value);
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
                self.report.wrong_type(
                    &self.report.spot(node.at, self.path.clone()),
                    node,
                    "a mapping",
                );
            }
        }
    }
}
