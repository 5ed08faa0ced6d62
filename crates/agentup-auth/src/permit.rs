//! Permits: the decision that a principal may use a skill, as a value that cannot be forged.

use std::sync::Arc;

use crate::{
    principal::Principal,
    scope::{Scope, ScopeSet},
};

/// The scopes that a skill asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Every one of them; an empty list asks for authentication alone.
    AllOf(Vec<Scope>),
    /// At least one of them.
    AnyOf(Vec<Scope>),
}

impl Requirement {
    /// Authentication is enough.
    #[must_use]
    pub const fn none() -> Self {
        Self::AllOf(Vec::new())
    }

    /// The scopes named, in order.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        match self {
            Self::AllOf(scopes) | Self::AnyOf(scopes) => scopes,
        }
    }

    /// Whether authentication is all it asks for.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::AllOf(scopes) if scopes.is_empty())
    }

    /// Whether somebody meets it of whom `holds` tells which scopes are held. An empty choice is
    /// met by nobody.
    pub fn is_met_by(&self, holds: impl Fn(&Scope) -> bool) -> bool {
        match self {
            Self::AllOf(scopes) => scopes.iter().all(holds),
            Self::AnyOf(scopes) => scopes.iter().any(holds),
        }
    }

    /// What a principal who does not meet it lacks, in the order in which the skill names it.
    fn missing(&self, principal: &Principal) -> Vec<Scope> {
        match self {
            Self::AllOf(scopes) => scopes
                .iter()
                .filter(|scope| !principal.holds(scope))
                .cloned()
                .collect(),
            Self::AnyOf(scopes) => scopes.clone(),
        }
    }
}

/// Proof that a principal may use a skill. A handler runs with one, or not at all.
#[derive(Clone, Debug)]
pub struct Permit {
    principal: Arc<Principal>,
    skill: Arc<str>,
}

/// A principal may not use a skill.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the principal lacks a scope that the skill requires")]
pub struct Denied {
    /// The skill asked for.
    pub skill: Arc<str>,
    /// The scopes that the principal lacks: all are needed, or one of them (`RFC 6750 §3`, the
    /// `scope` of a challenge).
    pub missing: Vec<Scope>,
    /// The scopes that the principal has.
    pub granted: ScopeSet,
}

impl Denied {
    /// The missing scopes, separated by spaces: the `scope` of a challenge (RFC 6750 §3).
    #[must_use]
    pub fn scope(&self) -> String {
        let names: Vec<_> = self.missing.iter().map(Scope::as_str).collect();
        names.join(" ")
    }
}

impl Permit {
    /// Decides whether the principal may use the skill. The one place that does.
    ///
    /// # Errors
    /// [`Denied`] with the scopes that are missing.
    pub fn request(
        principal: &Arc<Principal>,
        skill: &Arc<str>,
        requirement: &Requirement,
    ) -> Result<Self, Denied> {
        if requirement.is_met_by(|scope| principal.holds(scope)) {
            return Ok(Self {
                principal: Arc::clone(principal),
                skill: Arc::clone(skill),
            });
        }
        Err(Denied {
            skill: Arc::clone(skill),
            missing: requirement.missing(principal),
            granted: principal.granted().clone(),
        })
    }

    /// Who may.
    #[must_use]
    pub const fn principal(&self) -> &Arc<Principal> {
        &self.principal
    }

    /// Which skill.
    #[must_use]
    pub const fn skill(&self) -> &Arc<str> {
        &self.skill
    }
}
