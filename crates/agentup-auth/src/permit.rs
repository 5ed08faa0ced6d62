//! Permits: the decision that a principal may use a skill, as a value that cannot be forged.

use std::sync::Arc;

use crate::{principal::Principal, scope::ScopeSet};

mod claim;
mod requirement;

pub use claim::ClaimCondition;
pub use requirement::{Requirement, ScopeRule};

use crate::scope::Scope;

/// Proof that a principal may use a skill. A handler runs with one, or not at all.
#[derive(Clone, Debug)]
pub struct Permit {
    principal: Arc<Principal>,
    skill: Arc<str>,
}

/// A principal may not use a skill.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the principal does not meet what the skill requires")]
pub struct Denied {
    /// The skill asked for.
    pub skill: Arc<str>,
    /// The scopes that the principal lacks: all are needed, or one of them (`RFC 6750 §3`, the
    /// `scope` of a challenge). None when it is the claims that are in the way.
    pub missing: Vec<Scope>,
    /// The scopes that the principal has.
    pub granted: ScopeSet,
    /// The names of the claims whose conditions the principal does not meet. They are for the log
    /// and for those who run the agent: a caller need not learn what is asked of others.
    pub unmet: Vec<String>,
}

impl Denied {
    /// The missing scopes, separated by spaces: the `scope` of a challenge (RFC 6750 §3). None
    /// when no scope would help.
    #[must_use]
    pub fn scope(&self) -> Option<String> {
        let names: Vec<_> = self.missing.iter().map(Scope::as_str).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }
}

impl Permit {
    /// Decides whether the principal may use the skill. The one place that does.
    ///
    /// # Errors
    /// [`Denied`] with the scopes that are missing, and the claims whose conditions are not met.
    pub fn request(
        principal: &Arc<Principal>,
        skill: &Arc<str>,
        requirement: &Requirement,
    ) -> Result<Self, Denied> {
        if requirement.is_met_by(principal) {
            return Ok(Self {
                principal: Arc::clone(principal),
                skill: Arc::clone(skill),
            });
        }
        Err(Denied {
            skill: Arc::clone(skill),
            missing: requirement.missing(principal),
            granted: principal.granted().clone(),
            unmet: requirement.unmet(principal),
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

#[cfg(test)]
mod tests;
