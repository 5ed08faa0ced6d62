//! The gate: from the credential of a request to its principal, or to a refusal.

use std::sync::Arc;

use agentup_auth::{Principal, ScopeGraph, UnixSeconds, Verifier, VerifyError, bearer_token};

use crate::{http::Rejection, keys::Keys};

/// What stands in front of every route that is not public.
#[derive(Debug)]
pub(crate) enum Gate {
    /// Security is switched off: everybody is the one anonymous principal.
    Open(Arc<Principal>),
    /// A bearer token, verified (RFC 6750, RFC 7519).
    Bearer(Box<Bearer>),
}

/// What it takes to judge a bearer token.
#[derive(Debug)]
pub(crate) struct Bearer {
    /// Verifies it.
    pub(crate) verifier: Arc<Verifier>,
    /// The keys that are fetched for it.
    pub(crate) keys: Option<Keys>,
    /// Says what its scopes include.
    pub(crate) graph: ScopeGraph,
}

impl Gate {
    /// A gate that is open.
    pub(crate) fn open() -> Self {
        Self::Open(Arc::new(Principal::anonymous()))
    }

    /// The keys that are fetched, if any are.
    pub(crate) fn keys(&self) -> Option<&Keys> {
        match self {
            Self::Open(_) => None,
            Self::Bearer(bearer) => bearer.keys.as_ref(),
        }
    }

    /// The principal that the `Authorization` headers speak for.
    ///
    /// # Errors
    /// With the refusal, of which the client hears the kind only.
    pub(crate) fn admit<'a>(
        &self,
        credentials: impl Iterator<Item = &'a [u8]>,
        now: UnixSeconds,
    ) -> Result<Arc<Principal>, Rejection> {
        let bearer = match self {
            Self::Open(anonymous) => return Ok(Arc::clone(anonymous)),
            Self::Bearer(bearer) => &**bearer,
        };
        let token = bearer_token(credentials)
            .map_err(Rejection::Credential)?
            .ok_or(Rejection::Unauthenticated)?;
        let claims = bearer
            .verifier
            .verify(token, now)
            .map_err(Rejection::Token)?;
        Ok(Arc::new(Principal::from_claims(claims, &bearer.graph)))
    }

    /// Looks for the key of a token that was refused for want of it.
    ///
    /// # Errors
    /// With the refusal, when it is not worth verifying the token once more.
    pub(crate) async fn find_key<'a>(
        &self,
        credentials: impl Iterator<Item = &'a [u8]>,
        error: VerifyError,
    ) -> Result<(), Rejection> {
        let refusal = Rejection::Token(error);
        let Self::Bearer(bearer) = self else {
            return Err(refusal);
        };
        let (Some(keys), Ok(Some(token))) = (&bearer.keys, bearer_token(credentials)) else {
            return Err(refusal);
        };
        keys.find(&bearer.verifier, token, error).await
    }
}
