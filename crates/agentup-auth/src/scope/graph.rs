//! The scope hierarchy: which scopes include which, worked out once when it is loaded.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{PUBLIC, Scope, ScopeSet};

/// An included scope that stands for every scope.
const EVERYTHING: &str = "*";

/// Ends an included scope that stands for every scope with what is before it: `users:*`.
const WILDCARD: &str = ":*";

/// The hierarchy of scopes: a graph without cycles, kept as its transitive closure. Clones are the
/// same one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeGraph(Arc<Closure>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Closure {
    closure: HashMap<Scope, Vec<Scope>>,
    public: Option<Scope>,
}

/// Why a hierarchy cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// A scope includes itself, in the end. The path begins and ends with it.
    #[error("scopes include each other in a circle: {}", path.join(" → "))]
    Cycle {
        /// The scopes on the circle, in order.
        path: Vec<String>,
    },
    /// The same scope stands twice in a list.
    #[error("scope `{0}` stands twice in the list")]
    Duplicate(String),
    /// A scope of the `name:*` form, or `*`, is used where only a plain name makes sense.
    #[error("`{0}` is a wildcard; only what a scope includes may be one")]
    Wildcard(String),
}

impl ScopeGraph {
    /// The hierarchy of an agent that configures none: admin ⊃ premium ⊃ basic ⊃ public.
    #[must_use]
    pub fn standard() -> Self {
        let list = [PUBLIC, "basic", "premium", "admin"].map(|name| Scope(name.into()));
        Self::from_list(&list).unwrap_or_default()
    }

    /// A list in which each scope includes those before it.
    ///
    /// # Errors
    /// When a scope stands twice, or is a wildcard.
    pub fn from_list(list: &[Scope]) -> Result<Self, GraphError> {
        let mut edges = BTreeMap::new();
        let mut before: Option<&Scope> = None;
        for scope in list {
            let included = before.into_iter().cloned().collect();
            if edges.insert(scope.clone(), included).is_some() {
                return Err(GraphError::Duplicate(scope.to_string()));
            }
            before = Some(scope);
        }
        Self::from_edges(&edges)
    }

    /// An explicit graph: each scope with the scopes that it includes. `name:*` includes every
    /// scope that begins with `name:`, `*` every scope, and both what those include in turn.
    ///
    /// # Errors
    /// When the scopes include each other by name in a circle, or a wildcard includes anything.
    pub fn from_edges(edges: &BTreeMap<Scope, Vec<Scope>>) -> Result<Self, GraphError> {
        if let Some(wildcard) = edges.keys().find(|scope| scope.is_wildcard()) {
            return Err(GraphError::Wildcard(wildcard.to_string()));
        }
        let mut closure = HashMap::with_capacity(edges.len());
        for scope in edges.keys() {
            let mut reached = Vec::new();
            reach(edges, scope, &mut vec![scope], &mut reached)?;
            reach_by_wildcards(edges, scope, &mut reached)?;
            closure.insert(scope.clone(), reached);
        }
        let public = edges
            .iter()
            .flat_map(|(scope, included)| std::iter::once(scope).chain(included))
            .find(|scope| scope.as_str() == PUBLIC)
            .cloned();
        Ok(Self(Arc::new(Closure { closure, public })))
    }

    /// What a principal with these granted scopes may use.
    #[must_use]
    pub fn effective(&self, granted: &ScopeSet) -> EffectiveScopes {
        let mut exact: Vec<Scope> = Vec::new();
        let mut prefixes: Vec<Scope> = Vec::new();
        for scope in granted.iter().chain(&self.0.public) {
            exact.push(scope.clone());
            // Only the hierarchy gives a wildcard its meaning: one that stands in a token is a
            // name like any other, for the issuer need not know what it would open here.
            for included in self.0.closure.get(scope).into_iter().flatten() {
                if included.is_wildcard() {
                    prefixes.push(included.clone());
                } else {
                    exact.push(included.clone());
                }
            }
        }
        EffectiveScopes {
            exact: exact.into_iter().collect(),
            prefixes,
        }
    }

    /// Whether this is the very same hierarchy, not only an equal one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The scopes that have a place of their own in the hierarchy, each with everything that it
    /// includes; those that include least come first.
    #[must_use]
    pub fn entries(&self) -> Vec<(&Scope, &[Scope])> {
        let mut entries: Vec<_> = self
            .0
            .closure
            .iter()
            .map(|(scope, included)| (scope, included.as_slice()))
            .collect();
        entries.sort_by_key(|(scope, included)| (included.len(), *scope));
        entries
    }
}

/// Depth first; `path` is the way from the scope asked for to the one at hand.
fn reach<'a>(
    edges: &'a BTreeMap<Scope, Vec<Scope>>,
    scope: &Scope,
    path: &mut Vec<&'a Scope>,
    reached: &mut Vec<Scope>,
) -> Result<(), GraphError> {
    for included in edges.get(scope).into_iter().flatten() {
        if let Some(start) = path.iter().position(|on_path| *on_path == included) {
            let circle = path.iter().skip(start).copied().chain([included]);
            return Err(GraphError::Cycle {
                path: circle.map(Scope::to_string).collect(),
            });
        }
        if reached.contains(included) {
            continue;
        }
        path.push(included);
        reach(edges, included, path, reached)?;
        path.pop();
        reached.push(included.clone());
    }
    Ok(())
}

/// Adds what the wildcards among the scopes reached stand for, as far as the hierarchy knows it by
/// name, and what that includes. A wildcard that covers the scope asked for, or one on the way to
/// it, makes no circle: nobody named one.
fn reach_by_wildcards(
    edges: &BTreeMap<Scope, Vec<Scope>>,
    scope: &Scope,
    reached: &mut Vec<Scope>,
) -> Result<(), GraphError> {
    let mut next = 0;
    while let Some(wildcard) = reached.get(next).cloned() {
        next = next.saturating_add(1);
        if !wildcard.is_wildcard() {
            continue;
        }
        for covered in edges.keys().filter(|it| covers(&wildcard, it.as_str())) {
            if covered != scope && !reached.contains(covered) {
                reached.push(covered.clone());
                reach(edges, covered, &mut vec![covered], reached)?;
            }
        }
    }
    reached.retain(|it| it != scope);
    Ok(())
}

/// The scopes a principal may use: those granted, and all that they include.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectiveScopes {
    exact: ScopeSet,
    prefixes: Vec<Scope>,
}

impl EffectiveScopes {
    /// Whether the scope is among them, by name or by a wildcard of the hierarchy.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.exact.contains(name) || self.prefixes.iter().any(|wildcard| covers(wildcard, name))
    }

    /// The scopes known by name.
    #[must_use]
    pub const fn named(&self) -> &ScopeSet {
        &self.exact
    }
}

impl Scope {
    /// Whether the scope stands for others where a hierarchy includes it: `users:*`, or `*`. In a
    /// token it is a name like any other.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.as_str() == EVERYTHING || self.as_str().ends_with(WILDCARD)
    }
}

/// Whether `users:*` covers `users:read`. The part before the star must be there in full, and
/// something must follow it.
fn covers(wildcard: &Scope, name: &str) -> bool {
    wildcard
        .as_str()
        .strip_suffix('*')
        .and_then(|prefix| name.strip_prefix(prefix))
        .is_some_and(|rest| !rest.is_empty())
}
