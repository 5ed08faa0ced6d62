//! Principals: who a verified token speaks for, and what that token grants.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{
    scope::{EffectiveScopes, Scope, ScopeGraph, ScopeSet},
    verify::VerifiedClaims,
};

/// The name of a principal: an issuer and a subject of that issuer.
///
/// RFC 7519 §4.1.2 makes `sub` unique within its issuer only, so neither alone names anybody.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrincipalId {
    issuer: Arc<str>,
    subject: Arc<str>,
}

impl PrincipalId {
    /// Who vouches for the subject; empty for the anonymous principal.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The subject, in the issuer's words.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// Somebody who may call: authenticated, or anonymous where security is switched off.
#[derive(Debug)]
pub struct Principal {
    id: PrincipalId,
    granted: ScopeSet,
    access: Access,
}

#[derive(Debug)]
enum Access {
    /// A verified token stands behind it.
    Scoped {
        effective: EffectiveScopes,
        claims: VerifiedClaims,
    },
    /// Security is switched off: nobody is known and nothing is refused.
    Open,
}

impl Principal {
    /// The principal that verified claims speak for.
    #[must_use]
    pub fn from_claims(claims: VerifiedClaims, graph: &ScopeGraph) -> Self {
        let issuer = Arc::clone(claims.shared_issuer());
        let id = PrincipalId {
            issuer,
            subject: claims.subject().into(),
        };
        let granted = claims.scopes().clone();
        let effective = graph.effective(&granted);
        Self {
            id,
            granted,
            access: Access::Scoped { effective, claims },
        }
    }

    /// The caller of an agent whose security is switched off: it may do everything.
    #[must_use]
    pub fn anonymous() -> Self {
        // No issuer is empty, so no verified principal shares this name.
        let id = PrincipalId {
            issuer: "".into(),
            subject: "anonymous".into(),
        };
        Self {
            id,
            granted: ScopeSet::default(),
            access: Access::Open,
        }
    }

    /// Issuer and subject.
    #[must_use]
    pub const fn id(&self) -> &PrincipalId {
        &self.id
    }

    /// Whether a verified token stands behind this principal.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        matches!(self.access, Access::Scoped { .. })
    }

    /// The scopes that the token itself names, in its order.
    #[must_use]
    pub const fn granted(&self) -> &ScopeSet {
        &self.granted
    }

    /// Whether the principal may use this scope: granted, or included in one that is.
    #[must_use]
    pub fn has_scope(&self, name: &str) -> bool {
        match &self.access {
            Access::Scoped { effective, .. } => effective.contains(name),
            Access::Open => true,
        }
    }

    /// Whether the principal may use this scope; for one that is already parsed.
    #[must_use]
    pub fn holds(&self, scope: &Scope) -> bool {
        self.has_scope(scope.as_str())
    }

    /// The verified claims behind the principal; none for the anonymous one.
    #[must_use]
    pub fn claims(&self) -> Option<&Map<String, Value>> {
        self.verified().map(VerifiedClaims::claims)
    }

    /// The verified token's claims with their meaning; none for the anonymous principal.
    #[must_use]
    pub const fn verified(&self) -> Option<&VerifiedClaims> {
        match &self.access {
            Access::Scoped { claims, .. } => Some(claims),
            Access::Open => None,
        }
    }
}
