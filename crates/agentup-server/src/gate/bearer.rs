//! Tokens that are verified here (RFC 6750, RFC 7519), with a proof of possession where they need
//! one (RFC 9449).

use std::{path::Path, sync::Arc};

use agentup_auth::{
    BearerToken, BoundToken, CacheStatus, CertificateThumbprint, CredentialError, DpopError,
    DpopVerifier, RevocationList, VerifiedClaims, Verifier, VerifyError,
    dpop::{ProvenRequest, Target},
};
use http::{HeaderName, HeaderValue, request::Parts};
use tokio::runtime::TryCurrentError;

use super::GateError;
use crate::{
    audit::Audit,
    clock::Clock,
    config::{DpopConfig, MAX_REVOCATIONS_BYTES, SchemeKind, SecurityConfig, revocations},
    followed::follow,
    http::{ChallengeScheme, Rejection},
    keys::Keys,
};

/// The header with the proof (RFC 9449 §4.1).
const PROOF: HeaderName = HeaderName::from_static("dpop");

/// What it takes to judge a bearer token.
#[derive(Debug)]
pub(super) struct Bearer {
    verifier: Arc<Verifier>,
    /// The keys that are fetched for it.
    keys: Option<Keys>,
    dpop: Option<Dpop>,
}

#[derive(Debug)]
struct Dpop {
    verifier: DpopVerifier,
    /// Whether a token that is not bound to a key is refused.
    required: bool,
    /// The public address of the agent.
    base: Target,
}

impl Bearer {
    /// None where bearer tokens are not accepted.
    pub(super) fn new(
        security: &SecurityConfig,
        url: &str,
        audit: &Audit,
    ) -> Result<Option<Self>, GateError> {
        if !security.schemes.contains(&SchemeKind::Bearer) {
            return Ok(None);
        }
        let mut verifier = Verifier::new(security.issuers.clone(), security.policy.clone());
        if let Some(path) = &security.revocations {
            verifier = verifier.with_revocations(followed_list(path, audit)?);
        }
        let dpop = security.dpop.as_ref().map(|config| Dpop::new(config, url));
        Ok(Some(Self {
            verifier: Arc::new(verifier),
            keys: None,
            dpop: dpop.transpose()?,
        }))
    }

    /// The keys that are fetched, if any are.
    pub(super) const fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// What the memory of verified tokens has come to.
    pub(super) fn token_cache(&self) -> Option<CacheStatus> {
        self.verifier.cache_status()
    }

    /// Starts to fetch the keys that are to be fetched.
    pub(super) fn fetch_keys(
        &mut self,
        security: &SecurityConfig,
        before: Option<&Keys>,
        audit: &Audit,
    ) -> Result<(), TryCurrentError> {
        self.keys = Keys::start(security, &self.verifier, before, audit)?;
        Ok(())
    }

    /// Whether a token says that it is for this judge. Good only for choosing the judge.
    pub(super) fn is_named_by(&self, token: BearerToken<'_>) -> bool {
        self.verifier.is_named_by(token)
    }

    /// Verifies a token that comes by itself, over a connection with this client certificate.
    pub(super) async fn verify(
        &self,
        token: BearerToken<'_>,
        certificate: Option<&CertificateThumbprint>,
        clock: &Clock,
    ) -> Result<VerifiedClaims, Rejection> {
        if !self.takes_plain_tokens() {
            return Err(Rejection::BoundToken(VerifyError::ProofRequired));
        }
        let verify = || {
            let now = clock.unix();
            self.verifier.verify_beside(token, certificate, now)
        };
        match verify() {
            // In a box, so that requests whose key is there do not make room for this.
            Err(error) if wants_key(error) => {
                Box::pin(self.find_key(token, error)).await?;
                verify().map_err(Rejection::Token)
            }
            verified => verified.map_err(Rejection::Token),
        }
    }

    /// The claims of a token that was found good before and still is. Looks no further.
    pub(super) fn recall(
        &self,
        token: BearerToken<'_>,
        certificate: Option<&CertificateThumbprint>,
        clock: &Clock,
    ) -> Option<VerifiedClaims> {
        let claims = self
            .takes_plain_tokens()
            .then(|| self.verifier.recall(token, certificate, clock.unix()));
        claims.flatten()
    }

    /// As [`Bearer::verify`], for a token that is bound to a key.
    async fn verify_bound(
        &self,
        token: BearerToken<'_>,
        certificate: Option<&CertificateThumbprint>,
        clock: &Clock,
    ) -> Result<BoundToken, Rejection> {
        let verify = || {
            let now = clock.unix();
            self.verifier.verify_bound(token, certificate, now)
        };
        match verify() {
            Err(error) if wants_key(error) => {
                Box::pin(self.find_key(token, error)).await?;
                verify().map_err(Rejection::BoundToken)
            }
            verified => verified.map_err(Rejection::BoundToken),
        }
    }

    /// Looks for the key of a token that was refused for want of it.
    ///
    /// # Errors
    /// With the refusal, when it is not worth verifying the token once more.
    async fn find_key(&self, token: BearerToken<'_>, error: VerifyError) -> Result<(), Rejection> {
        match &self.keys {
            Some(keys) => keys.find(&self.verifier, token, error).await,
            None => Err(Rejection::Token(error)),
        }
    }

    /// Verifies a token and its proof.
    pub(super) async fn verify_proven(
        &self,
        token: BearerToken<'_>,
        certificate: Option<&CertificateThumbprint>,
        head: &Parts,
        clock: &Clock,
    ) -> Result<VerifiedClaims, Rejection> {
        let dpop = self.dpop.as_ref();
        let dpop = dpop.ok_or(Rejection::Credential(CredentialError::NotBearer))?;
        let bound = self.verify_bound(token, certificate, clock).await?;
        let now = clock.unix();
        let refused = |error| Rejection::Proof {
            error,
            nonce: dpop.verifier.nonce(now),
        };
        let target = dpop.base.below(head.uri.path());
        let target = target.map_err(|_| refused(DpopError::WrongUri))?;
        let request = ProvenRequest {
            method: head.method.as_str(),
            target: &target,
        };
        let proofs = head.headers.get_all(PROOF);
        let proofs = proofs.iter().map(HeaderValue::as_bytes);
        dpop.verifier
            .confirm(bound, proofs, request, now)
            .map_err(refused)
    }

    /// Whether a token may come without a proof.
    pub(super) fn takes_plain_tokens(&self) -> bool {
        !self.dpop.as_ref().is_some_and(|dpop| dpop.required)
    }

    pub(super) fn dpop_challenge(&self) -> Option<ChallengeScheme> {
        let algorithms = self.dpop.as_ref()?.verifier.algorithms();
        let names: Vec<_> = algorithms.iter().map(|it| it.name()).collect();
        Some(ChallengeScheme::Dpop {
            algorithms: names.join(" "),
        })
    }
}

/// Whether it may help to look for the key of a token that was refused like this.
const fn wants_key(error: VerifyError) -> bool {
    matches!(
        error,
        VerifyError::UnknownKid | VerifyError::KeysUnavailable
    )
}

impl Dpop {
    fn new(config: &DpopConfig, url: &str) -> Result<Self, GateError> {
        Ok(Self {
            verifier: DpopVerifier::new(config.rules.clone())?,
            required: config.required,
            base: Target::parse(url)?,
        })
    }
}

/// The tokens that a file takes back: those that it has now, and those that it has later.
fn followed_list(path: &Path, audit: &Audit) -> Result<Arc<RevocationList>, GateError> {
    let list = Arc::new(RevocationList::new());
    let replace = |list: &RevocationList, bytes: &[u8]| {
        let entries = revocations(bytes)?;
        list.replace(entries).map_err(|error| error.to_string())?;
        Ok(format!("{} tokens are revoked", list.len()))
    };
    follow(path, MAX_REVOCATIONS_BYTES, &list, audit, replace)?;
    Ok(list)
}
