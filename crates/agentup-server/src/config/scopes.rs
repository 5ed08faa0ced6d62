//! `scopes`: which scopes include which, as a list or as a graph.

use std::{collections::BTreeMap, slice};

use agentup_auth::{Scope, ScopeGraph, scope::GraphError};
use agentup_env::cli::terminal::safe_text;

use super::{
    keys,
    reader::Section,
    report::{Found, Spot},
    tree::{Entry, Node, Value},
    values::{Kind as _, ScopeName},
};

/// The hierarchy of the file, or the standard one.
pub(super) fn read(root: &Section<'_>) -> ScopeGraph {
    let graph = match root.node(&keys::SCOPES) {
        None => {
            root.show(
                &keys::SCOPES,
                ["public", "basic", "premium", "admin"]
                    .into_iter()
                    .collect(),
            );
            None
        }
        Some(Node {
            value: Value::List(items),
            ..
        }) => list(root, items),
        Some(Node {
            value: Value::Map(entries),
            ..
        }) => graph(root, entries),
        Some(node) => {
            let expected =
                "a list of scopes, or a mapping from each scope to those that it includes";
            root.report
                .wrong_type(&root.spot_of(&keys::SCOPES), node, expected);
            None
        }
    };
    graph.unwrap_or_else(ScopeGraph::standard)
}

/// Each scope includes those before it.
fn list(root: &Section<'_>, items: &[Node]) -> Option<ScopeGraph> {
    let found = root
        .report
        .members(&ScopeName, items, keys::SCOPES.name())?;
    root.show(
        &keys::SCOPES,
        found.iter().map(|found| found.value.as_str()).collect(),
    );
    let scopes: Vec<Scope> = found.iter().map(|found| found.value.clone()).collect();
    ScopeGraph::from_list(&scopes)
        .inspect_err(|error| {
            let at_fault = |found: &&Found<Scope>| found.value.as_str() == scope_at_fault(error);
            let spot = found
                .iter()
                .rev()
                .find(at_fault)
                .map(|found| found.spot.clone());
            let spot = spot.unwrap_or_else(|| root.spot_of(&keys::SCOPES));
            root.report.fault(&spot, error.to_string(), remedy(error));
        })
        .ok()
}

/// Each scope includes those that it names.
fn graph(root: &Section<'_>, entries: &[Entry]) -> Option<ScopeGraph> {
    let mut edges = BTreeMap::new();
    let mut spots: Vec<(&str, Spot)> = Vec::new();
    let mut is_good = true;
    for entry in entries {
        let path = root.path_to(keys::SCOPES.name());
        let spot = root
            .report
            .spot(entry.at, format!("{path}.{}", safe_text(&entry.key)));
        let scope = ScopeName.read(&entry.key);
        if let Err(problem) = &scope {
            root.report.fault(&spot, problem.as_str(), "");
        }
        let included = included(root, &entry.node, &spot);
        match (scope, included) {
            (Ok(scope), Some(included)) => drop(edges.insert(scope, included)),
            _ => is_good = false,
        }
        spots.push((&entry.key, spot));
    }
    if !is_good {
        return None;
    }
    let shown = edges
        .iter()
        .map(|(scope, included): (&Scope, &Vec<Scope>)| {
            (
                scope.as_str(),
                included
                    .iter()
                    .map(Scope::as_str)
                    .collect::<serde_yaml::Value>(),
            )
        });
    root.show(
        &keys::SCOPES,
        serde_yaml::Value::Mapping(
            shown
                .map(|(scope, included)| (scope.into(), included))
                .collect(),
        ),
    );
    ScopeGraph::from_edges(&edges)
        .inspect_err(|error| {
            let spot = spots
                .iter()
                .find(|(name, _)| *name == scope_at_fault(error));
            let spot = spot.map_or_else(|| root.spot_of(&keys::SCOPES), |(_, spot)| spot.clone());
            root.report.fault(&spot, error.to_string(), remedy(error));
        })
        .ok()
}

fn included(root: &Section<'_>, node: &Node, spot: &Spot) -> Option<Vec<Scope>> {
    let items = match &node.value {
        Value::Null => &[],
        Value::Text(_) => slice::from_ref(node),
        Value::List(items) => items.as_slice(),
        Value::Map(_) => {
            root.report.wrong_type(spot, node, "a list of scopes");
            return None;
        }
    };
    let found = root.report.members(&ScopeName, items, &spot.path)?;
    Some(found.into_iter().map(|found| found.value).collect())
}

fn scope_at_fault(error: &GraphError) -> &str {
    match error {
        GraphError::Cycle { path } => path.first().map_or("", String::as_str),
        GraphError::Duplicate(scope) | GraphError::Wildcard(scope) => scope,
        _ => "",
    }
}

fn remedy(error: &GraphError) -> &'static str {
    match error {
        GraphError::Cycle { .. } => {
            "take one of them out; scopes that include each other are one scope"
        }
        _ => "",
    }
}
