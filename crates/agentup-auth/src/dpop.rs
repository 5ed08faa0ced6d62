//! Proof of possession (RFC 9449): a token that is bound to a key is good only together with a
//! proof, signed by that key, for this one request.
//!
//! The token comes first: [`Verifier::verify_bound`](crate::Verifier::verify_bound) makes a
//! [`BoundToken`], which gives up its claims to [`DpopVerifier::confirm`] alone. So nobody without
//! a good token makes the server check the signature of a proof, and a proof is only ever checked
//! with the key that the token names.

use std::fmt;

use aws_lc_rs::digest;

use crate::{
    algorithm::Algorithm,
    base64url,
    keys::Thumbprint,
    time::{Leeway, UnixSeconds},
    token::BearerToken,
    verify::VerifiedClaims,
};

mod error;
mod nonce;
mod proof;
mod replay;
mod target;

pub use error::DpopError;
use nonce::Nonces;
use proof::Proof;
use replay::ReplayCache;
pub use target::{NotATarget, Target};

/// What is asked of proofs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DpopRules {
    /// The algorithms that proofs may be signed with; those with a shared secret never count.
    pub algorithms: Vec<Algorithm>,
    /// How old a proof may be, in seconds.
    pub proof_lifetime: u64,
    /// How far the clocks of client and agent may be apart.
    pub leeway: Leeway,
    /// Whether proofs must have a nonce of ours (RFC 9449 §9).
    pub nonce: bool,
    /// How many proofs are remembered, so that none is used twice. When so many are, further ones
    /// are refused until the oldest are too old to be used: an agent that forgot them would accept
    /// them again.
    pub remembered_proofs: usize,
}

impl Default for DpopRules {
    fn default() -> Self {
        Self {
            algorithms: vec![
                Algorithm::ES256,
                Algorithm::ES384,
                Algorithm::EdDSA,
                Algorithm::PS256,
                Algorithm::RS256,
            ],
            proof_lifetime: 60,
            leeway: Leeway::default(),
            nonce: false,
            remembered_proofs: 100_000,
        }
    }
}

/// Checks proofs. Reads no clock.
pub struct DpopVerifier {
    rules: DpopRules,
    replays: ReplayCache,
    nonces: Option<Nonces>,
}

/// A token whose every claim was checked, and that is bound to a key: good only with a proof.
pub struct BoundToken {
    claims: VerifiedClaims,
    /// The key that it is bound to.
    key: Thumbprint,
    /// SHA-256 of the token, as proofs name it in `ath`.
    token: String,
}

/// The request that a proof has to be for.
#[derive(Clone, Copy, Debug)]
pub struct ProvenRequest<'a> {
    /// The method, in capitals as it stands.
    pub method: &'a str,
    /// Where the request goes, by the public address of the agent.
    pub target: &'a Target,
}

/// The system has no randomness for nonces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system has no randomness")]
pub struct NoRandomness;

impl DpopVerifier {
    /// The longest proof, in bytes.
    pub const MAX_PROOF_BYTES: usize = 4 * 1024;

    /// Checks proofs by these rules, with an empty memory.
    ///
    /// # Errors
    /// When nonces are asked for and the system has no randomness.
    pub fn new(mut rules: DpopRules) -> Result<Self, NoRandomness> {
        // RFC 9449 §4.3: the key is public, so a secret would be everybody's.
        rules
            .algorithms
            .retain(|algorithm| !algorithm.is_symmetric());
        let nonces = rules.nonce.then(Nonces::new).transpose()?;
        Ok(Self {
            replays: ReplayCache::new(rules.remembered_proofs),
            nonces,
            rules,
        })
    }

    /// The algorithms of proofs, for a challenge (RFC 9449 §7.1).
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.rules.algorithms
    }

    /// The nonce for proofs to come, if they need one.
    #[must_use]
    pub fn nonce(&self, now: UnixSeconds) -> Option<String> {
        self.nonces.as_ref().map(|nonces| nonces.at(now))
    }

    /// Confirms a bound token by the values of the `DPoP` header of the request it came with.
    ///
    /// # Errors
    /// The first fault of the proof, in the order of RFC 9449 §4.3, but for the key: that is
    /// compared with the token's before it is used.
    pub fn confirm<'p>(
        &self,
        token: BoundToken,
        proofs: impl IntoIterator<Item = &'p [u8]>,
        request: ProvenRequest<'_>,
        now: UnixSeconds,
    ) -> Result<VerifiedClaims, DpopError> {
        let mut proofs = proofs.into_iter();
        let proof = proofs.next().ok_or(DpopError::MissingProof)?;
        if proofs.next().is_some() {
            return Err(DpopError::TwoProofs);
        }
        let proof = Proof::verify(proof, &self.rules.algorithms, &token.key)?;
        if proof.method != request.method {
            return Err(DpopError::WrongMethod);
        }
        if !request.target.is_named_by(&proof.uri) {
            return Err(DpopError::WrongUri);
        }
        self.check_moment(proof.issued_at, now)?;
        if proof.token != token.token {
            return Err(DpopError::WrongToken);
        }
        if let Some(nonces) = &self.nonces {
            let nonce = proof.nonce.as_deref().ok_or(DpopError::NonceRequired)?;
            if !nonces.is_recent(nonce, now) {
                return Err(DpopError::NonceRequired);
            }
        }
        // Last, so that only a proof that is good otherwise takes a place in the memory.
        self.replays.admit(
            &token.key,
            &proof.id,
            self.last_moment(proof.issued_at),
            now,
        )?;
        Ok(token.claims)
    }

    fn check_moment(&self, issued_at: UnixSeconds, now: UnixSeconds) -> Result<(), DpopError> {
        if issued_at > now.later_by(self.rules.leeway) {
            return Err(DpopError::IssuedInFuture);
        }
        if self.last_moment(issued_at) < now {
            return Err(DpopError::TooOld);
        }
        Ok(())
    }

    /// The last moment at which a proof of this age is good.
    const fn last_moment(&self, issued_at: UnixSeconds) -> UnixSeconds {
        let end = issued_at.get().saturating_add(self.rules.proof_lifetime);
        UnixSeconds::new(end).later_by(self.rules.leeway)
    }
}

impl fmt::Debug for DpopVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DpopVerifier")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl BoundToken {
    /// A token whose claims were checked, with the key in its `cnf`.
    pub(crate) fn new(claims: VerifiedClaims, key: Thumbprint, token: BearerToken<'_>) -> Self {
        let hash = digest::digest(&digest::SHA256, token.expose());
        Self {
            claims,
            key,
            token: base64url::encode(hash.as_ref()),
        }
    }
}

impl fmt::Debug for BoundToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundToken").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
