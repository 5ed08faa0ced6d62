//! The JSON Schema (2020-12) of a configuration, made from the table of keys: for editors, which
//! complete and explain keys by it, and for checks where there is no agent.
//!
//! What it takes is no less than what [`load`](super::load) takes. It cannot see everything that
//! `load` refuses: the values of variables, the contents of files, and how settings go together.

use serde_json::{Map, Value, json};

use super::keys::{self, Row, Takes};

/// The mappings that stand in more than one place, by their path in the table.
const SHARED: [(&str, &str); 4] = [
    ("security.bearer", "bearer"),
    ("security.api_key", "api_key"),
    ("security.oauth2", "oauth2"),
    ("middleware", "middleware"),
];

/// Keys that a mapping must have, whatever else it has.
const REQUIRED: [(&str, &[&str]); 6] = [
    ("agent.provider", &["organization", "url"]),
    ("security.schemes[]", &["type"]),
    (keys::API_KEY_ENTRY, &["name", "hash"]),
    ("security.oauth2", &["introspection_endpoint", "client_id"]),
    ("skills[]", &["skill_id"]),
    (keys::HANDLER_ENTRY, &["type"]),
];

/// Keys that say the same in two ways, of which a mapping may have one. Those with files, such as
/// `x` and `x_file`, are seen by their names.
const EITHER: [(&str, &str); 5] = [
    ("algorithm", "algorithms"),
    ("input_mode", "input_modes"),
    ("output_mode", "output_modes"),
    ("ttl", "default_ttl"),
    ("params", "config"),
];

/// The schema of a configuration.
#[must_use]
pub fn schema() -> Value {
    let mut definitions = Map::new();
    definitions.insert(
        "variable".to_owned(),
        json!({
            "description": "a text with variables: ${NAME}, ${NAME:default} or ${NAME:-default}",
            "type": "string",
            "pattern": "\\$\\{",
        }),
    );
    for (path, name) in SHARED {
        let schema = if path == "middleware" {
            middleware()
        } else {
            mapping(path)
        };
        definitions.insert(name.to_owned(), schema);
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of an agentup agent",
    });
    merge(&mut schema, mapping(""));
    // A whole file is a mapping, if it is anything.
    merge(&mut schema, json!({"$defs": definitions}));
    schema
}

/// A mapping with the keys that the reader knows in it.
fn mapping(pattern: &str) -> Value {
    let names: Vec<&str> = keys::names_in(pattern).collect();
    let mut properties = Map::new();
    for name in &names {
        if let Some(row) = keys::row_of(pattern, name) {
            properties.insert((*name).to_owned(), property(&row));
        }
    }
    let mut schema = json!({
        "type": ["object", "null"], "properties": properties, "additionalProperties": false,
    });
    if let Some((_, required)) = REQUIRED.iter().find(|(home, _)| *home == pattern) {
        merge(&mut schema, json!({"required": required}));
    }
    let files = names.iter().filter_map(|name| {
        let inline = name.strip_suffix("_file")?;
        // API keys may stand in both places.
        (inline != "keys" && names.contains(&inline)).then_some((inline, *name))
    });
    let known = |(one, other): &(&str, &str)| names.contains(one) && names.contains(other);
    let either = files.chain(EITHER.into_iter().filter(known));
    let either: Vec<_> = either.map(|(one, other)| not_both(one, other)).collect();
    if !either.is_empty() {
        merge(&mut schema, json!({"allOf": either}));
    }
    schema
}

/// A variable may be empty, and an empty value is none.
fn not_both(one: &str, other: &str) -> Value {
    let given = json!({"not": {"anyOf": [
        {"$ref": "#/$defs/variable"}, {"const": ""}, {"type": "null"},
    ]}});
    json!({"not": {
        "required": [one, other], "properties": {one: given.clone(), other: given},
    }})
}

/// What a key takes, with what the table says of it.
fn property(row: &Row) -> Value {
    let mut property = json!({"description": row.meaning});
    if let Some(default) = &row.default {
        merge(&mut property, json!({"default": default}));
    }
    let takes = match &row.takes {
        Takes::One(shape) => one(&shape.schema),
        Takes::Several(shape) => {
            let list = json!({"type": "array", "items": one(&shape.schema)});
            json!({"anyOf": [one(&shape.schema), list]})
        }
        // Parameters, which each middleware has of its own.
        Takes::Mapping if row.path.starts_with(keys::MIDDLEWARE_ENTRY) => json!({}),
        Takes::Mapping => reference(row.path).unwrap_or_else(|| mapping(row.path)),
        Takes::Mappings => {
            json!({"type": ["array", "null"], "items": mapping(&format!("{}[]", row.path))})
        }
        Takes::Form => form(row.path),
    };
    merge(&mut property, takes);
    property
}

/// A value, or a text with variables that become one. A key without a value counts as absent.
fn one(schema: &Value) -> Value {
    if *schema == text() {
        return json!({"type": ["string", "number", "boolean", "null"]});
    }
    json!({"anyOf": [schema, {"$ref": "#/$defs/variable"}, {"enum": ["", null]}]})
}

/// Any text. A number stays as it was written.
pub(super) fn text() -> Value {
    json!({"type": ["string", "number", "boolean"]})
}

/// A word, whatever its case.
pub(super) fn caseless(words: &[&str]) -> Value {
    let letter = |letter: char| {
        if letter.is_ascii_alphabetic() {
            let (lower, upper) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
            format!("[{lower}{upper}]")
        } else {
            letter.to_string()
        }
    };
    let words = words.iter().map(|word| word.chars().map(letter).collect());
    let words: Vec<String> = words.collect();
    json!({"type": "string", "pattern": format!("^({})$", words.join("|"))})
}

/// A mapping that stands elsewhere.
fn reference(path: &str) -> Option<Value> {
    let path = match path {
        "security.schemes[].bearer" => "security.bearer",
        "security.schemes[].api_key" => "security.api_key",
        "security.schemes[].oauth2" => "security.oauth2",
        "skills[].middleware" => "middleware",
        other => other,
    };
    let (_, name) = SHARED.iter().find(|(home, _)| *home == path)?;
    Some(json!({"$ref": format!("#/$defs/{name}")}))
}

/// The forms of their own.
pub(super) fn form(path: &str) -> Value {
    let scopes = || one(&json!({"type": "string"}));
    let several = |item: Value| json!({"anyOf": [item, {"type": "array", "items": item}]});
    match path {
        "scopes" => json!({"anyOf": [
            {"type": ["array", "null"], "items": scopes()},
            {"type": "object", "additionalProperties": several(scopes())},
        ]}),
        "skills[].required_scopes" => {
            json!({"anyOf": [several(scopes()), mapping(path)]})
        }
        "skills[].claims" => reference(path).unwrap_or_else(|| {
            // A claim may have claims in it.
            json!({"type": ["object", "null"], "minProperties": 1, "additionalProperties": true})
        }),
        "skills[].handler.headers"
        | "skills[].handler.header_files"
        | "observability.otlp.headers"
        | "observability.otlp.header_files"
        | "logging.modules" => {
            json!({"type": ["object", "null"], "additionalProperties": one(&text())})
        }
        other => reference(other).unwrap_or_else(|| json!({})),
    }
}

/// A list of names, each alone or with its parameters.
fn middleware() -> Value {
    let names: Vec<&str> = keys::middleware_names().collect();
    let word = json!({"anyOf": [{"enum": names}, caseless(&names), {"$ref": "#/$defs/variable"}]});
    let with_parameters = names.iter().map(|name| {
        let fixed = json!({"anyOf": [
            {"const": name}, caseless(&[name]), {"$ref": "#/$defs/variable"},
        ]});
        let parameters = mapping(&format!("parameters of middleware[{name}]"));
        let mut schema = mapping(&format!("middleware[{name}]"));
        merge(
            &mut schema,
            json!({"type": "object", "required": ["name"], "properties": {
                "name": fixed, "params": parameters, "config": parameters,
            }}),
        );
        schema
    });
    let items: Vec<_> = std::iter::once(word).chain(with_parameters).collect();
    json!({"type": ["array", "null"], "items": {"anyOf": items}})
}

/// Adds the members of an object to another one, and to those in it, in place of what was there.
fn merge(into: &mut Value, other: Value) {
    match (into, other) {
        (Value::Object(into), Value::Object(other)) => {
            for (name, value) in other {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, other) => *into = other,
    }
}
