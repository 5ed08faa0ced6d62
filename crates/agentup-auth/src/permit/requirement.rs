//! What a skill asks of its caller: scopes, and conditions on claims. Both must be met.

use super::ClaimCondition;
use crate::{principal::Principal, scope::Scope};

/// What a skill asks of its caller beside being authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    scopes: ScopeRule,
    claims: Vec<ClaimCondition>,
}

/// The scopes that a skill asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeRule {
    /// Every one of them; an empty list asks for none.
    AllOf(Vec<Scope>),
    /// At least one of them; an empty choice is met by nobody.
    AnyOf(Vec<Scope>),
}

impl Requirement {
    /// Authentication is enough.
    #[must_use]
    pub const fn none() -> Self {
        Self::all_of(Vec::new())
    }

    /// Every one of these scopes.
    #[must_use]
    pub const fn all_of(scopes: Vec<Scope>) -> Self {
        Self {
            scopes: ScopeRule::AllOf(scopes),
            claims: Vec::new(),
        }
    }

    /// At least one of these scopes. An empty choice is met by nobody.
    #[must_use]
    pub const fn any_of(scopes: Vec<Scope>) -> Self {
        Self {
            scopes: ScopeRule::AnyOf(scopes),
            claims: Vec::new(),
        }
    }

    /// The same scopes, and these conditions on claims, every one of them.
    #[must_use]
    pub fn with_claims(self, claims: Vec<ClaimCondition>) -> Self {
        Self { claims, ..self }
    }

    /// The scopes, and whether all are asked for or one.
    #[must_use]
    pub const fn rule(&self) -> &ScopeRule {
        &self.scopes
    }

    /// The scopes named, in order.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        match &self.scopes {
            ScopeRule::AllOf(scopes) | ScopeRule::AnyOf(scopes) => scopes,
        }
    }

    /// The conditions on claims, in order.
    #[must_use]
    pub fn claims(&self) -> &[ClaimCondition] {
        &self.claims
    }

    /// Whether authentication is all it asks for.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(&self.scopes, ScopeRule::AllOf(scopes) if scopes.is_empty())
            && self.claims.is_empty()
    }

    /// Whether the principal meets it, scopes and claims.
    pub(super) fn is_met_by(&self, principal: &Principal) -> bool {
        self.scopes.is_met_by(|scope| principal.holds(scope))
            && self.claims.iter().all(|claim| principal.meets(claim))
    }

    /// The scopes that the principal lacks, in the order in which the skill names them; none when
    /// it has enough of them.
    pub(super) fn missing(&self, principal: &Principal) -> Vec<Scope> {
        match &self.scopes {
            ScopeRule::AllOf(scopes) => scopes
                .iter()
                .filter(|scope| !principal.holds(scope))
                .cloned()
                .collect(),
            ScopeRule::AnyOf(scopes) if scopes.iter().any(|scope| principal.holds(scope)) => {
                Vec::new()
            }
            ScopeRule::AnyOf(scopes) => scopes.clone(),
        }
    }

    /// The names of the claims whose conditions the principal does not meet.
    pub(super) fn unmet(&self, principal: &Principal) -> Vec<String> {
        self.claims
            .iter()
            .filter(|claim| !principal.meets(claim))
            .map(ClaimCondition::name)
            .collect()
    }
}

impl ScopeRule {
    /// Whether somebody meets it of whom `holds` tells which scopes are held.
    pub fn is_met_by(&self, holds: impl Fn(&Scope) -> bool) -> bool {
        match self {
            Self::AllOf(scopes) => scopes.iter().all(holds),
            Self::AnyOf(scopes) => scopes.iter().any(holds),
        }
    }
}
