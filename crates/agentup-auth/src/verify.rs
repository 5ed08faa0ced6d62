//! The one place that decides whether a token is good: signature first, then claims, then policy.

use std::sync::Arc;

use crate::{keys::KeySet, revocation::RevocationList, time::UnixSeconds, token::BearerToken};

mod cache;
mod claims;
mod error;
mod issuer;
mod parts;
mod policy;
mod scopes;
mod times;

use cache::{Known, TokenCache};
pub use claims::VerifiedClaims;
pub use error::VerifyError;
use issuer::Issuer;
pub use issuer::TrustedIssuer;
use parts::{Buffers, Parts};
pub use policy::{Policy, TokenTypes};

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

    /// The position of the issuer that would have to have signed this token. Nothing is verified:
    /// good only for knowing whose keys to fetch after [`VerifyError::UnknownKid`].
    #[must_use]
    pub fn unverified_issuer(&self, token: BearerToken<'_>) -> Option<usize> {
        let parts = Parts::split(token, &self.policy).ok()?;
        issuer::choose(&self.issuers, &parts.payload)
            .map(|(index, _)| index)
            .ok()
    }

    /// Decides whether a token is good at the moment `now`.
    ///
    /// # Errors
    /// The first fault found, cheap and structural ones first, then the signature, then the
    /// claims. Nothing the token says is believed before its signature holds.
    pub fn verify(
        &self,
        token: BearerToken<'_>,
        now: UnixSeconds,
    ) -> Result<VerifiedClaims, VerifyError> {
        let Some(cache) = &self.cache else {
            return self.verify_afresh(token, now).map(|fresh| fresh.claims);
        };
        // What is too large is not worth the hash.
        if token.expose().len() > Policy::MAX_TOKEN_BYTES {
            return Err(VerifyError::TooLarge);
        }
        let key = cache::digest(token);
        if let Some(known) = cache.find(&key)
            && self.is_current(&known)
        {
            self.check_moment(&known.claims, now)?;
            return Ok(known.claims);
        }
        let fresh = self.verify_afresh(token, now)?;
        cache.remember(key, fresh.clone());
        Ok(fresh.claims)
    }

    fn verify_afresh(
        &self,
        token: BearerToken<'_>,
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

#[cfg(test)]
mod tests;
