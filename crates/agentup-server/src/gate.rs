//! The gate: from the credential of a request to its principal, or to a refusal.

use std::sync::Arc;

use agentup_auth::{
    BearerToken, CacheStatus, CertificateThumbprint, CredentialError, Principal, Scheme,
    ScopeGraph, dpop::NotATarget, unread_credential,
};
use http::{HeaderValue, header::AUTHORIZATION, request::Parts};
use tokio::runtime::TryCurrentError;

use crate::{
    audit::Audit,
    clock::Clock,
    config::{ApiKeyConfig, SecurityConfig},
    http::{ChallengeScheme, Rejection},
    keys::Keys,
    metrics::IntrospectionMeter,
};

mod api_key;
mod bearer;
mod introspection;
mod question;

use api_key::ApiKeyGate;
use bearer::Bearer;
use introspection::Introspector;

/// What stands in front of every route that is not public.
#[derive(Debug)]
pub(crate) enum Gate {
    /// Security is switched off: everybody is the one anonymous principal.
    Open(Arc<Principal>),
    /// A credential is needed.
    Guarded(Box<Guarded>),
}

/// The kinds of credentials that are accepted. A request has exactly one.
#[derive(Debug)]
pub(crate) struct Guarded {
    bearer: Option<Bearer>,
    introspection: Option<Arc<Introspector>>,
    api_key: Option<Arc<ApiKeyGate>>,
    /// Says what scopes include.
    graph: ScopeGraph,
}

/// Why there can be no gate as it is configured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// The client for the authorization server.
    #[error("the authorization server cannot be asked")]
    Client(#[from] reqwest::Error),
    /// Nonces need randomness.
    #[error(transparent)]
    NoRandomness(#[from] agentup_auth::dpop::NoRandomness),
    /// The agent's own address is none that a proof can name.
    #[error("agent.url is not an address that a proof can be for")]
    Address(#[from] NotATarget),
    /// A file cannot be followed.
    #[error("a file cannot be watched")]
    Watch(#[from] std::io::Error),
}

impl Gate {
    /// A gate that is open.
    pub(crate) fn open() -> Self {
        Self::Open(Arc::new(Principal::anonymous()))
    }

    /// A gate for the kinds of credentials that are configured. `url` is the public address of the
    /// agent.
    pub(crate) fn new(
        security: &SecurityConfig,
        graph: &ScopeGraph,
        url: &str,
        audit: &Audit,
        meter: &Arc<IntrospectionMeter>,
    ) -> Result<Self, GateError> {
        let introspector = |config| Introspector::new(config, Arc::clone(meter)).map(Arc::new);
        let api_key_gate = |config: &ApiKeyConfig| ApiKeyGate::new(config, audit);
        Ok(Self::Guarded(Box::new(Guarded {
            bearer: Bearer::new(security, url, audit)?,
            introspection: security.oauth2.as_ref().map(introspector).transpose()?,
            api_key: security.api_key.as_ref().map(api_key_gate).transpose()?,
            graph: graph.clone(),
        })))
    }

    /// The keys that are fetched, if any are.
    pub(crate) fn keys(&self) -> Option<&Keys> {
        match self {
            Self::Open(_) => None,
            Self::Guarded(guarded) => guarded.bearer.as_ref()?.keys(),
        }
    }

    /// What the memory of verified tokens has come to, if there is one.
    pub(crate) fn token_cache(&self) -> Option<CacheStatus> {
        match self {
            Self::Open(_) => None,
            Self::Guarded(guarded) => guarded.bearer.as_ref()?.token_cache(),
        }
    }

    /// Whether an authorization server is asked about tokens.
    pub(crate) fn introspects(&self) -> bool {
        match self {
            Self::Open(_) => false,
            Self::Guarded(guarded) => guarded.introspection.is_some(),
        }
    }

    /// Starts to fetch the keys that are to be fetched.
    pub(crate) fn fetch_keys(
        &mut self,
        security: &SecurityConfig,
        before: Option<&Keys>,
        audit: &Audit,
    ) -> Result<(), TryCurrentError> {
        match self {
            Self::Open(_) => Ok(()),
            Self::Guarded(guarded) => match &mut guarded.bearer {
                Some(bearer) => bearer.fetch_keys(security, before, audit),
                None => Ok(()),
            },
        }
    }

    /// The principal that a request's credential speaks for, over a connection whose client has
    /// proved to have the key of this certificate.
    ///
    /// # Errors
    /// With the refusal, of which the client hears the kind only.
    pub(crate) async fn admit(
        &self,
        head: &Parts,
        certificate: Option<&CertificateThumbprint>,
        clock: &Clock,
    ) -> Result<Arc<Principal>, Rejection> {
        match self {
            Self::Open(anonymous) => Ok(Arc::clone(anonymous)),
            Self::Guarded(guarded) => guarded.admit(head, certificate, clock).await.map(Arc::new),
        }
    }

    /// The principal of a token that was found good before and still is, for requests whose
    /// credentials are not worth another look.
    pub(crate) fn recall(
        &self,
        head: &Parts,
        certificate: Option<&CertificateThumbprint>,
        clock: &Clock,
    ) -> Option<Arc<Principal>> {
        match self {
            Self::Open(anonymous) => Some(Arc::clone(anonymous)),
            Self::Guarded(guarded) => guarded.recall(head, certificate, clock).map(Arc::new),
        }
    }

    /// The schemes of its challenges.
    pub(crate) fn challenges(&self) -> Vec<ChallengeScheme> {
        match self {
            Self::Open(_) => vec![ChallengeScheme::Bearer],
            Self::Guarded(guarded) => guarded.challenges(),
        }
    }
}

impl Guarded {
    async fn admit(
        &self,
        head: &Parts,
        certificate: Option<&CertificateThumbprint>,
        clock: &Clock,
    ) -> Result<Principal, Rejection> {
        // In boxes, so that tokens which come by themselves have no room for the others.
        if let Some(gate) = &self.api_key
            && let Some(principal) = Box::pin(self.admit_key(gate, head, clock)).await?
        {
            return Ok(principal);
        }
        let tokens = head.headers.get_all(AUTHORIZATION).iter();
        let tokens = tokens.map(HeaderValue::as_bytes);
        let found = unread_credential(tokens).map_err(Rejection::Credential)?;
        let (scheme, token) = found.ok_or(Rejection::Unauthenticated)?;
        // No server is asked about what cannot be a token. Here, one that was found good before is
        // known without a look at each of its bytes.
        if self.introspection.is_some() {
            token.check().map_err(Rejection::Credential)?;
        }
        let admitted = match scheme {
            Scheme::Bearer => self.admit_token(token, certificate, clock).await,
            Scheme::Dpop => Box::pin(self.admit_proven(token, head, certificate, clock)).await,
        };
        admitted.map_err(|refused| match token.check() {
            Ok(()) => refused,
            Err(error) => Rejection::Credential(error),
        })
    }

    /// Whoever the API key of the request stands for, if it has one.
    async fn admit_key(
        &self,
        gate: &ApiKeyGate,
        head: &Parts,
        clock: &Clock,
    ) -> Result<Option<Principal>, Rejection> {
        let keys = gate.presented(head);
        if !keys.is_empty() && head.headers.contains_key(AUTHORIZATION) {
            return Err(Rejection::Credential(CredentialError::TwoCredentials));
        }
        let key = gate.admit(&keys, clock).await?;
        Ok(key.map(|key| Principal::from_api_key(&key, &self.graph)))
    }

    fn recall(
        &self,
        head: &Parts,
        certificate: Option<&CertificateThumbprint>,
        clock: &Clock,
    ) -> Option<Principal> {
        let has_key = self
            .api_key
            .as_ref()
            .is_some_and(|gate| !gate.presented(head).is_empty());
        if has_key {
            return None;
        }
        let tokens = head.headers.get_all(AUTHORIZATION).iter();
        let (scheme, token) = unread_credential(tokens.map(HeaderValue::as_bytes)).ok()??;
        let bearer = self.bearer.as_ref().filter(|_| scheme == Scheme::Bearer)?;
        let claims = bearer.recall(token, certificate, clock)?;
        Some(Principal::from_claims(claims, &self.graph))
    }

    /// A token that comes by itself, over a connection with this client certificate.
    async fn admit_token(
        &self,
        token: BearerToken<'_>,
        certificate: Option<&CertificateThumbprint>,
        clock: &Clock,
    ) -> Result<Principal, Rejection> {
        match (&self.bearer, &self.introspection) {
            (Some(bearer), None) => self.verify(bearer, token, certificate, clock).await,
            // Who judges it follows from the issuer that it names, and nobody else is asked then:
            // what one judge has refused, the other cannot let in.
            (Some(bearer), Some(_)) if bearer.is_named_by(token) => {
                self.verify(bearer, token, certificate, clock).await
            }
            (_, Some(introspector)) => {
                let token = Box::pin(introspector.judge(token, clock)).await?;
                let token = token.confirm(certificate);
                let token = token.map_err(Rejection::Introspection)?;
                Ok(Principal::from_introspection(token, &self.graph))
            }
            (None, None) => Err(Rejection::Credential(CredentialError::NotBearer)),
        }
    }

    async fn verify(
        &self,
        bearer: &Bearer,
        token: BearerToken<'_>,
        certificate: Option<&CertificateThumbprint>,
        clock: &Clock,
    ) -> Result<Principal, Rejection> {
        let claims = bearer.verify(token, certificate, clock).await?;
        Ok(Principal::from_claims(claims, &self.graph))
    }

    /// A token that a proof of possession comes with.
    async fn admit_proven(
        &self,
        token: BearerToken<'_>,
        head: &Parts,
        certificate: Option<&CertificateThumbprint>,
        clock: &Clock,
    ) -> Result<Principal, Rejection> {
        let bearer = self.bearer.as_ref();
        let bearer = bearer.ok_or(Rejection::Credential(CredentialError::NotBearer))?;
        let claims = bearer
            .verify_proven(token, certificate, head, clock)
            .await?;
        Ok(Principal::from_claims(claims, &self.graph))
    }

    fn challenges(&self) -> Vec<ChallengeScheme> {
        let takes_plain_tokens = self.introspection.is_some()
            || self.bearer.as_ref().is_some_and(Bearer::takes_plain_tokens);
        let bearer = takes_plain_tokens.then_some(ChallengeScheme::Bearer);
        let dpop = self.bearer.as_ref().and_then(Bearer::dpop_challenge);
        let api_key = self.api_key.as_ref().map(|gate| gate.challenge());
        [bearer, dpop, api_key].into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests;
