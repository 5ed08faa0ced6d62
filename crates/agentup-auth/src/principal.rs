//! Principals: who a verified token speaks for, and what that token grants.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{
    api_key::{API_KEY_ISSUER, VerifiedApiKey},
    introspection::IntrospectedToken,
    permit::ClaimCondition,
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
    /// A verified credential stands behind it.
    Scoped {
        effective: Arc<EffectiveScopes>,
        evidence: Evidence,
    },
    /// Security is switched off: nobody is known and nothing is refused.
    Open,
}

/// What was verified.
#[derive(Debug)]
enum Evidence {
    Token(VerifiedClaims),
    Introspected(IntrospectedToken),
    ApiKey,
}

impl Principal {
    /// The principal that verified claims speak for.
    #[must_use]
    pub fn from_claims(claims: VerifiedClaims, graph: &ScopeGraph) -> Self {
        let id = PrincipalId {
            issuer: Arc::clone(claims.shared_issuer()),
            subject: Arc::clone(claims.shared_subject()),
        };
        let granted = claims.scopes().clone();
        let effective = claims.effective(graph);
        Self::scoped(id, granted, effective, Evidence::Token(claims))
    }

    /// The principal of a token that its server vouches for.
    #[must_use]
    pub fn from_introspection(token: IntrospectedToken, graph: &ScopeGraph) -> Self {
        let id = PrincipalId {
            issuer: Arc::clone(token.shared_issuer()),
            subject: token.subject().into(),
        };
        let granted = token.scopes().clone();
        let effective = Arc::new(graph.effective(&granted));
        Self::scoped(id, granted, effective, Evidence::Introspected(token))
    }

    /// The principal that has a key: the key's name, of an issuer that no token has.
    #[must_use]
    pub fn from_api_key(key: &VerifiedApiKey, graph: &ScopeGraph) -> Self {
        let id = PrincipalId {
            issuer: API_KEY_ISSUER.into(),
            subject: Arc::clone(key.name()),
        };
        let effective = Arc::new(graph.effective(key.scopes()));
        Self::scoped(id, key.scopes().clone(), effective, Evidence::ApiKey)
    }

    const fn scoped(
        id: PrincipalId,
        granted: ScopeSet,
        effective: Arc<EffectiveScopes>,
        evidence: Evidence,
    ) -> Self {
        Self {
            id,
            granted,
            access: Access::Scoped {
                effective,
                evidence,
            },
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

    /// Whether a verified credential stands behind this principal.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        matches!(self.access, Access::Scoped { .. })
    }

    /// The scopes that the credential itself names, in its order.
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

    /// Whether the principal meets a condition on its claims. Where nothing is refused it does;
    /// without claims, as with an API key, it does not.
    #[must_use]
    pub fn meets(&self, condition: &ClaimCondition) -> bool {
        match &self.access {
            Access::Scoped { .. } => self
                .claims()
                .is_some_and(|claims| condition.is_met_by(claims)),
            Access::Open => true,
        }
    }

    /// The verified claims behind the principal: those of its token, or what the token's server
    /// says of it. An API key and the anonymous principal have none.
    #[must_use]
    pub fn claims(&self) -> Option<&Map<String, Value>> {
        match self.evidence()? {
            Evidence::Token(claims) => Some(claims.claims()),
            Evidence::Introspected(token) => Some(token.members()),
            Evidence::ApiKey => None,
        }
    }

    /// The verified token's claims with their meaning; none where no token was verified here.
    #[must_use]
    pub const fn verified(&self) -> Option<&VerifiedClaims> {
        match self.evidence() {
            Some(Evidence::Token(claims)) => Some(claims),
            _ => None,
        }
    }

    const fn evidence(&self) -> Option<&Evidence> {
        match &self.access {
            Access::Scoped { evidence, .. } => Some(evidence),
            Access::Open => None,
        }
    }
}

#[cfg(test)]
mod tests;
