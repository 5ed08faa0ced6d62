//! The one place that decides whether a token is good: signature first, then claims, then policy.

use std::sync::Arc;

use crate::{
    certificate::CertificateThumbprint, dpop::BoundToken, keys::KeySet, keys::Thumbprint,
    revocation::RevocationList, time::UnixSeconds, token::BearerToken,
};

mod binding;
mod cache;
mod claims;
mod error;
mod issuer;
mod name;
mod parts;
mod policy;
mod scopes;
mod times;

pub(crate) use binding::{Binding, Unproven};
pub use cache::CacheStatus;
use cache::{Known, TokenCache};
pub use claims::VerifiedClaims;
pub use error::VerifyError;
use issuer::Issuer;
pub use issuer::TrustedIssuer;
use name::Name;
use parts::{Buffers, Parts};
pub use policy::{Policy, TokenTypes};
pub(crate) use scopes::read as scope_claim;
pub(crate) use times::seconds as numeric_date;

/// Checks tokens against trusted issuers and a policy. Reads no clock and does no IO.
#[derive(Debug)]
pub struct Verifier {
    issuers: Vec<Issuer>,
    policy: Policy,
    revoked: Option<Arc<RevocationList>>,
    cache: Option<TokenCache>,
}

impl Verifier {
    /// A verifier for the tokens of these issuers. Without an issuer it refuses every token.
    ///
    /// Of several entries for one issuer the first counts.
    #[must_use]
    pub fn new(issuers: Vec<TrustedIssuer>, mut policy: Policy) -> Self {
        // They are counted where a token has them, and a token has each once.
        policy.required_claims.sort_unstable();
        policy.required_claims.dedup();
        let cache = TokenCache::new(policy.cached_tokens);
        let issuers = issuers.into_iter().map(Issuer::from).collect();
        Self {
            issuers,
            policy,
            revoked: None,
            cache,
        }
    }

    /// The same verifier, which also refuses what is on this list, now and after it changes.
    #[must_use]
    pub fn with_revocations(mut self, list: Arc<RevocationList>) -> Self {
        self.revoked = Some(list);
        self
    }

    /// Puts new keys in the place of those of the issuer at this position of the list given to
    /// [`Verifier::new`]. Tokens that were remembered are checked again. Returns false if there
    /// is no such issuer.
    #[must_use]
    pub fn replace_keys(&self, issuer: usize, keys: &KeySet) -> bool {
        let issuer = self.issuers.get(issuer);
        issuer.inspect(|issuer| issuer.replace_keys(keys)).is_some()
    }

    /// What the memory of good tokens has come to; none if nothing is remembered.
    #[must_use]
    pub fn cache_status(&self) -> Option<CacheStatus> {
        self.cache.as_ref().map(TokenCache::status)
    }

    /// The position of the issuer that would have to have signed this token. Nothing is verified:
    /// good only for knowing whose keys to fetch after [`VerifyError::UnknownKid`].
    #[must_use]
    pub fn unverified_issuer(&self, token: BearerToken<'_>) -> Option<usize> {
        let parts = Parts::split(token, &self.policy).ok()?;
        issuer::choose(&self.issuers, &parts.payload)
            .map(|(index, _)| index)
            .ok()
    }

    /// Whether a token says that it is of one of the issuers. Nothing is verified: good only for
    /// choosing who is to judge it.
    #[must_use]
    pub fn is_named_by(&self, token: BearerToken<'_>) -> bool {
        Parts::split(token, &self.policy)
            .is_ok_and(|parts| issuer::is_named(&self.issuers, &parts.payload))
    }

    /// Decides whether a token that comes by itself is good at the moment `now`.
    ///
    /// # Errors
    /// The first fault found, cheap and structural ones first, then the signature, then the
    /// claims. Nothing the token says is believed before its signature holds.
    pub fn verify(
        &self,
        token: BearerToken<'_>,
        now: UnixSeconds,
    ) -> Result<VerifiedClaims, VerifyError> {
        self.verify_beside(token, None, now)
    }

    /// As [`Verifier::verify`], for a token that comes over a connection whose client has shown
    /// this certificate, if any, and proved to have its key (RFC 8705 §3).
    ///
    /// # Errors
    /// As [`Verifier::verify`], and when the token is bound to another certificate.
    pub fn verify_beside(
        &self,
        token: BearerToken<'_>,
        certificate: Option<&CertificateThumbprint>,
        now: UnixSeconds,
    ) -> Result<VerifiedClaims, VerifyError> {
        let comes = Comes {
            certificate,
            manner: Manner::Alone,
        };
        self.judge(token, comes, now)
    }

    /// Decides whether a token that a proof of possession comes with (RFC 9449 §7.1) is good at
    /// the moment `now`, but for that proof.
    ///
    /// # Errors
    /// As [`Verifier::verify_beside`], and when the token is not bound to a key that can be
    /// proved.
    pub fn verify_bound(
        &self,
        token: BearerToken<'_>,
        certificate: Option<&CertificateThumbprint>,
        now: UnixSeconds,
    ) -> Result<BoundToken, VerifyError> {
        let comes = Comes {
            certificate,
            manner: Manner::WithProof,
        };
        let claims = self.judge(token, comes, now)?;
        let key = comes.key_to_prove(&claims)?;
        let key = key.ok_or(VerifyError::NotBound)?;
        Ok(BoundToken::new(claims, key, token))
    }

    /// The claims of a token that comes by itself, if it was found good before and still is. A token
    /// that is not remembered costs no more than a hash, whatever it is.
    #[must_use]
    pub fn recall(
        &self,
        token: BearerToken<'_>,
        certificate: Option<&CertificateThumbprint>,
        now: UnixSeconds,
    ) -> Option<VerifiedClaims> {
        let cache = self.cache.as_ref()?;
        if token.expose().len() > Policy::MAX_TOKEN_BYTES {
            return None;
        }
        let known = self.remembered(cache, &cache.name(token))?;
        let comes = Comes {
            certificate,
            manner: Manner::Alone,
        };
        self.judge_known(known, comes, now).ok()
    }

    fn judge(
        &self,
        token: BearerToken<'_>,
        comes: Comes<'_>,
        now: UnixSeconds,
    ) -> Result<VerifiedClaims, VerifyError> {
        let Some(cache) = &self.cache else {
            return self
                .judge_afresh(token, comes, now)
                .map(|fresh| fresh.claims);
        };
        // What is too large is not worth the hash.
        if token.expose().len() > Policy::MAX_TOKEN_BYTES {
            return Err(VerifyError::TooLarge);
        }
        let name = cache.name(token);
        if let Some(known) = self.remembered(cache, &name) {
            return self.judge_known(known, comes, now);
        }
        let fresh = self.judge_afresh(token, comes, now)?;
        cache.remember(name, fresh.clone());
        Ok(fresh.claims)
    }

    fn remembered(&self, cache: &TokenCache, name: &Name) -> Option<Known> {
        cache.find(name).filter(|known| self.is_current(known))
    }

    fn judge_known(
        &self,
        known: Known,
        comes: Comes<'_>,
        now: UnixSeconds,
    ) -> Result<VerifiedClaims, VerifyError> {
        comes.check(&known.claims)?;
        self.check_moment(&known.claims, now)?;
        Ok(known.claims)
    }

    fn judge_afresh(
        &self,
        token: BearerToken<'_>,
        comes: Comes<'_>,
        now: UnixSeconds,
    ) -> Result<Known, VerifyError> {
        let parts = Parts::split(token, &self.policy)?;
        let mut buffers = Buffers::default();
        let (header, signature) = parts.open(&mut buffers)?;
        if !self.policy.token_types.accepts(header.typ.as_deref()) {
            return Err(VerifyError::TypeNotAccepted);
        }
        let (index, issuer) = issuer::choose(&self.issuers, &parts.payload)?;
        let generation = issuer.keys.load();
        let is_signed = generation
            .keys
            .candidates(
                header.algorithm,
                header.kid.as_deref(),
                self.policy.unnamed_keys,
            )?
            .any(|key| key.is_signature(parts.signed, signature));
        if !is_signed {
            return Err(VerifyError::BadSignature);
        }
        let is_access_token = TokenTypes::is_access_token(header.typ.as_deref());
        let claims = claims::check(parts.payload, issuer, is_access_token, &self.policy)?;
        comes.check(&claims)?;
        self.check_moment(&claims, now)?;
        Ok(Known {
            claims,
            issuer: index,
            generation: generation.number,
        })
    }

    /// What may be another answer each time that a token comes.
    fn check_moment(&self, claims: &VerifiedClaims, now: UnixSeconds) -> Result<(), VerifyError> {
        claims.times().check(&self.policy, now)?;
        let (Some(list), Some(token_id)) = (&self.revoked, claims.token_id()) else {
            return Ok(());
        };
        if list.contains(claims.issuer(), token_id) {
            Err(VerifyError::Revoked)
        } else {
            Ok(())
        }
    }

    /// Whether the keys that verified a remembered token are still the issuer's keys.
    fn is_current(&self, known: &Known) -> bool {
        self.issuers
            .get(known.issuer)
            .is_some_and(|issuer| issuer.keys.load().number == known.generation)
    }
}

/// How a token comes.
#[derive(Clone, Copy)]
struct Comes<'a> {
    /// What the client has proved to have, before anything was asked.
    certificate: Option<&'a CertificateThumbprint>,
    manner: Manner,
}

#[derive(Clone, Copy)]
enum Manner {
    Alone,
    WithProof,
}

impl Comes<'_> {
    /// RFC 9449 §7.1, RFC 8705 §3: a bound token without its proof may be a stolen one.
    fn check(self, claims: &VerifiedClaims) -> Result<(), VerifyError> {
        match (self.manner, self.key_to_prove(claims)?) {
            (Manner::Alone, None) | (Manner::WithProof, Some(_)) => Ok(()),
            (Manner::Alone, Some(_)) => Err(VerifyError::ProofRequired),
            (Manner::WithProof, None) => Err(VerifyError::NotBound),
        }
    }

    fn key_to_prove(self, claims: &VerifiedClaims) -> Result<Option<Thumbprint>, VerifyError> {
        let Some(binding) = claims.binding() else {
            return Ok(None);
        };
        binding
            .key_to_prove(self.certificate)
            .map_err(|unproven| match unproven {
                Unproven::NoProof => VerifyError::ProofRequired,
                Unproven::OtherCertificate => VerifyError::OtherCertificate,
            })
    }
}

#[cfg(test)]
mod tests;
