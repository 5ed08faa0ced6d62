//! What the table says of a key, for those who write about all of them: the JSON Schema and the
//! list of settings.

use serde_json::Value;

use super::{
    super::values::Kind, Defaulted, Form, HANDLER_ENTRY, ISSUERS_ENTRY, Key, List,
    MIDDLEWARE_ENTRY, Mapping, Mappings, rows,
};

/// A key, told without its type.
pub(in super::super) struct Row {
    pub(in super::super) path: &'static str,
    /// A fragment without a full stop.
    pub(in super::super) meaning: &'static str,
    pub(in super::super) takes: Takes,
    pub(in super::super) default: Option<Value>,
}

/// What a key takes.
pub(in super::super) enum Takes {
    One(Shape),
    /// Several, or a single one in their place.
    Several(Shape),
    Mapping,
    Mappings,
    Form,
}

/// What a kind of value looks like.
pub(in super::super) struct Shape {
    /// For people: "a number from 1 to 9".
    pub(in super::super) words: String,
    /// As JSON Schema, for a value without variables.
    pub(in super::super) schema: Value,
}

impl Shape {
    fn of(kind: &impl Kind) -> Self {
        Self {
            words: kind.expected(),
            schema: kind.schema(),
        }
    }
}

/// What a key of this type takes.
pub(in super::super) trait Taking {
    fn takes(&self) -> Takes;
}

impl<K: Kind> Taking for K {
    fn takes(&self) -> Takes {
        Takes::One(Shape::of(self))
    }
}

impl<K: Kind> Taking for List<K> {
    fn takes(&self) -> Takes {
        Takes::Several(Shape::of(&self.0))
    }
}

impl Taking for Mapping {
    fn takes(&self) -> Takes {
        Takes::Mapping
    }
}

impl Taking for Mappings {
    fn takes(&self) -> Takes {
        Takes::Mappings
    }
}

impl Taking for Form {
    fn takes(&self) -> Takes {
        Takes::Form
    }
}

impl<K: Taking> Key<K> {
    pub(super) fn row(&self) -> Row {
        Row {
            path: self.path,
            meaning: self.meaning(),
            takes: self.kind.takes(),
            default: None,
        }
    }
}

impl<K: Kind> Defaulted<K> {
    pub(super) fn row(&self) -> Row {
        let default = self.key.kind.show(&(self.default)());
        Row {
            default: serde_json::to_value(default).ok(),
            ..self.key.row()
        }
    }
}

/// The key of this name in the mapping with this path, wherever the tables have it.
pub(in super::super) fn row_of(pattern: &str, name: &str) -> Option<Row> {
    let beside = match pattern {
        "" => return find(name),
        ISSUERS_ENTRY => "security.bearer",
        HANDLER_ENTRY => "ai",
        _ => MIDDLEWARE_ENTRY,
    };
    let own = pattern
        .strip_prefix(super::PARAMETERS_OF)
        .unwrap_or(pattern);
    find(&format!("{own}.{name}")).or_else(|| find(&format!("{beside}.{name}")))
}

fn find(path: &str) -> Option<Row> {
    rows().find(|row| row.path == path)
}
