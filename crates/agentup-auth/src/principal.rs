//! Principals: who a verified token speaks for, and what that token grants.

use std::{fmt, sync::Arc};

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
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrincipalId {
    /// The issuer and right behind it the subject: whoever looks at one needs the other, and both
    /// come in one piece of memory.
    text: Arc<str>,
    /// Where the subject begins.
    subject: usize,
}

impl PrincipalId {
    pub(crate) fn new(issuer: &str, subject: &str) -> Self {
        Self {
            text: [issuer, subject].concat().into(),
            subject: issuer.len(),
        }
    }

    /// Who vouches for the subject; empty for the anonymous principal.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.parts().0
    }

    /// The subject, in the issuer's words.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.parts().1
    }

    fn parts(&self) -> (&str, &str) {
        self.text.split_at(self.subject)
    }
}

impl fmt::Debug for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrincipalId")
            .field("issuer", &self.issuer())
            .field("subject", &self.subject())
            .finish()
    }
}

/// Somebody who may call: authenticated, or anonymous where security is switched off.
#[derive(Debug)]
pub struct Principal(Evidence);

/// What was verified, with what it comes to.
#[derive(Debug)]
enum Evidence {
    Token {
        /// They have the name and the scopes, and remember what those come to.
        claims: VerifiedClaims,
        /// What the scopes come to, where the claims remember it of another hierarchy.
        effective: Option<Box<EffectiveScopes>>,
    },
    Introspected {
        id: PrincipalId,
        token: IntrospectedToken,
        effective: EffectiveScopes,
    },
    ApiKey {
        id: PrincipalId,
        granted: ScopeSet,
        effective: EffectiveScopes,
    },
    /// Nothing: security is switched off, nobody is known and nothing is refused.
    None { id: PrincipalId, granted: ScopeSet },
}

impl Principal {
    /// The principal that verified claims speak for.
    #[must_use]
    pub fn from_claims(claims: VerifiedClaims, graph: &ScopeGraph) -> Self {
        let effective = claims.remember_effective(graph).map(Box::new);
        Self(Evidence::Token { claims, effective })
    }

    /// The principal of a token that its server vouches for.
    #[must_use]
    pub fn from_introspection(token: IntrospectedToken, graph: &ScopeGraph) -> Self {
        Self(Evidence::Introspected {
            id: PrincipalId::new(token.issuer(), token.subject()),
            effective: graph.effective(token.scopes()),
            token,
        })
    }

    /// The principal that has a key: the key's name, of an issuer that no token has.
    #[must_use]
    pub fn from_api_key(key: &VerifiedApiKey, graph: &ScopeGraph) -> Self {
        Self(Evidence::ApiKey {
            id: PrincipalId::new(API_KEY_ISSUER, key.name()),
            granted: key.scopes().clone(),
            effective: graph.effective(key.scopes()),
        })
    }

    /// The caller of an agent whose security is switched off: it may do everything.
    #[must_use]
    pub fn anonymous() -> Self {
        // No issuer is empty, so no verified principal shares this name.
        Self(Evidence::None {
            id: PrincipalId::new("", "anonymous"),
            granted: ScopeSet::default(),
        })
    }

    /// Issuer and subject.
    #[must_use]
    pub fn id(&self) -> &PrincipalId {
        match &self.0 {
            Evidence::Token { claims, .. } => claims.principal_id(),
            Evidence::Introspected { id, .. }
            | Evidence::ApiKey { id, .. }
            | Evidence::None { id, .. } => id,
        }
    }

    /// Whether a verified credential stands behind this principal.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        !matches!(self.0, Evidence::None { .. })
    }

    /// The scopes that the credential itself names, in its order.
    #[must_use]
    pub fn granted(&self) -> &ScopeSet {
        match &self.0 {
            Evidence::Token { claims, .. } => claims.scopes(),
            Evidence::Introspected { token, .. } => token.scopes(),
            Evidence::ApiKey { granted, .. } | Evidence::None { granted, .. } => granted,
        }
    }

    /// Whether the principal may use this scope: granted, or included in one that is.
    #[must_use]
    pub fn has_scope(&self, name: &str) -> bool {
        let effective = match &self.0 {
            Evidence::Token { claims, effective } => {
                effective.as_deref().or_else(|| claims.effective())
            }
            Evidence::Introspected { effective, .. } | Evidence::ApiKey { effective, .. } => {
                Some(effective)
            }
            Evidence::None { .. } => return true,
        };
        effective.is_some_and(|effective| effective.contains(name))
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
        if !self.is_authenticated() {
            return true;
        }
        self.claims()
            .is_some_and(|claims| condition.is_met_by(claims))
    }

    /// The verified claims behind the principal: those of its token, or what the token's server
    /// says of it. An API key and the anonymous principal have none.
    #[must_use]
    pub fn claims(&self) -> Option<&Map<String, Value>> {
        match &self.0 {
            Evidence::Token { claims, .. } => Some(claims.claims()),
            Evidence::Introspected { token, .. } => Some(token.members()),
            Evidence::ApiKey { .. } | Evidence::None { .. } => None,
        }
    }

    /// The verified token's claims with their meaning; none where no token was verified here.
    #[must_use]
    pub const fn verified(&self) -> Option<&VerifiedClaims> {
        match &self.0 {
            Evidence::Token { claims, .. } => Some(claims),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
