//! YAML as a tree in which every key and value knows its line and column.

use std::{collections::HashMap, fmt::Write as _};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use super::faults::Position;

/// The deepest nesting; settings have five levels.
const MAX_DEPTH: usize = 32;
/// The most nodes, those that aliases repeat counted every time.
const MAX_NODES: usize = 100_000;

/// A value, and where it begins.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) at: Position,
    pub(super) value: Value,
}

/// A value without the types that YAML guesses: which type is meant, the key says.
#[derive(Clone)]
pub(super) enum Value {
    /// No value, `~` or `null`.
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Where the key begins.
    pub(super) at: Position,
    pub(super) node: Node,
}

/// What a text cannot be read for.
pub(super) struct Problem {
    pub(super) at: Position,
    pub(super) path: String,
    pub(super) what: String,
}

/// Reads a text of one document. Keys that stand twice are reported, and the first one counts.
///
/// # Errors
/// When the text is not YAML, is more than one document, or uses a part of YAML that settings have
/// no use for.
pub(super) fn parse(text: &str, duplicates: &mut Vec<Problem>) -> Result<Node, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder::new(duplicates);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            builder.problem(
                position(*error.marker()),
                format!("not valid YAML: {}", error.info()),
            )
        })?;
        builder.take(event, span)?;
    }
    Ok(builder.root.unwrap_or(Node {
        at: START,
        value: Value::Null,
    }))
}

/// Where a file begins.
pub(super) const START: Position = Position { line: 1, column: 1 };

struct Builder<'a> {
    root: Option<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    duplicates: &'a mut Vec<Problem>,
}

/// A collection whose end has not been read.
struct Open {
    at: Position,
    anchor: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        key: Option<(String, Position)>,
    },
}

impl<'a> Builder<'a> {
    fn new(duplicates: &'a mut Vec<Problem>) -> Self {
        Self {
            root: None,
            open: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            duplicates,
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        let at = position(span.start);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.check_tag(at, tag.as_deref())?;
                let is_null = style == ScalarStyle::Plain
                    && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if is_null {
                    Value::Null
                } else {
                    Value::Text(text.into_owned())
                };
                self.place(Node { at, value }, anchor, 1)
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(at, anchor, tag.as_deref(), Kind::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let kind = Kind::Map {
                    entries: Vec::new(),
                    key: None,
                };
                self.open(at, anchor, tag.as_deref(), kind)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { at, anchor, kind }) = self.open.pop() else {
                    return Ok(());
                };
                let value = match kind {
                    Kind::List(items) => Value::List(items),
                    Kind::Map { entries, .. } => Value::Map(entries),
                };
                self.place(Node { at, value }, anchor, 1)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some(node) => {
                    let size = size(&node);
                    self.place(node, 0, size)
                }
                None => Err(self.problem(at, "an alias inside of what it stands for".to_owned())),
            },
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(self.problem(at, "a second document; one file holds one agent".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn open(
        &mut self,
        at: Position,
        anchor: usize,
        tag: Option<&Tag>,
        kind: Kind,
    ) -> Result<(), Problem> {
        self.check_tag(at, tag)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(self.problem(at, format!("nested more than {MAX_DEPTH} deep")));
        }
        self.open.push(Open { at, anchor, kind });
        Ok(())
    }

    /// Puts a finished node where it belongs: into the innermost collection, as a key or a value.
    /// `size` is the number of values that come with it; those inside of a collection have come.
    fn place(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Problem> {
        self.nodes = self.nodes.saturating_add(size);
        if self.nodes > MAX_NODES {
            return Err(self.problem(node.at, format!("more than {MAX_NODES} values")));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let path = self.path();
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(Kind::List(items)) => items.push(node),
            Some(Kind::Map { entries, key }) => match key.take() {
                None => match node.value {
                    Value::Text(text) => *key = Some((text, node.at)),
                    _ => return Err(self.problem(node.at, "a key must be a text".to_owned())),
                },
                Some((name, at)) => match entries.iter().find(|entry| entry.key == name) {
                    None => entries.push(Entry {
                        key: name,
                        at,
                        node,
                    }),
                    Some(first) => self.duplicates.push(Problem {
                        at,
                        path,
                        what: format!(
                            "stands here a second time; the first is in line {}",
                            first.at.line
                        ),
                    }),
                },
            },
        }
        Ok(())
    }

    fn check_tag(&self, at: Position, tag: Option<&Tag>) -> Result<(), Problem> {
        match tag {
            Some(tag) if !tag.is_yaml_core_schema() => {
                Err(self.problem(at, "a tag (`!…`) has no meaning here".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn problem(&self, at: Position, what: String) -> Problem {
        Problem {
            at,
            path: self.path(),
            what,
        }
    }

    /// The key at hand, with those that it lies in.
    fn path(&self) -> String {
        let mut path = String::new();
        for open in &self.open {
            match &open.kind {
                Kind::List(items) => {
                    // Writing to a string cannot fail.
                    let _ = write!(path, "[{}]", items.len());
                }
                Kind::Map {
                    key: Some((key, _)),
                    ..
                } => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                }
                Kind::Map { key: None, .. } => {}
            }
        }
        path
    }
}

/// The number of values in a tree. Its depth is bounded, because every alias adds to `nodes` all
/// that it repeats.
fn size(node: &Node) -> usize {
    let inner: usize = match &node.value {
        Value::List(items) => items.iter().map(size).sum(),
        Value::Map(entries) => entries.iter().map(|entry| size(&entry.node)).sum(),
        Value::Null | Value::Text(_) => 0,
    };
    inner.saturating_add(1)
}

fn position(marker: Marker) -> Position {
    Position {
        line: marker.line(),
        column: marker.col().saturating_add(1),
    }
}
