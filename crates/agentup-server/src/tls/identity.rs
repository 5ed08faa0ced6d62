//! What the agent shows of itself: its certificate, and the key that goes with it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use pem::Pem;
use rustls::{
    pki_types::{
        CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer,
    },
    sign::{CertifiedKey, SigningKey},
};
use zeroize::Zeroizing;

use super::{CertificateFacts, provider};
use crate::clock::Clock;

/// A certificate with the chain to whoever vouches for it, and its key.
#[derive(Debug)]
pub(crate) struct Identity {
    key: CertifiedKey,
    facts: CertificateFacts,
    has_gap: bool,
}

/// Why two files are no identity, and which of them is at fault.
#[derive(Debug)]
pub(crate) enum IdentityFault {
    Certificate(CertificateFault),
    Key(KeyFault),
}

/// Why a file is no certificate to be shown. In the order of the checks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CertificateFault {
    /// No PEM at all, or PEM of other things.
    #[error("has no certificate: expected PEM that begins -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    /// Something between the lines of PEM that is no base64.
    #[error("is broken PEM")]
    BrokenPem,
    /// Which one of the file, from 1, cannot be read.
    #[error("has something that is no X.509 certificate, as number {0}")]
    NotX509(usize),
    /// Clients would refuse it.
    #[error("has expired on {0}")]
    Expired(DateTime<Utc>),
    /// The library that shows it cannot use it.
    #[error("has a certificate that cannot be used: {0}")]
    Unusable(String),
}

/// Why a file is no key that goes with the certificate. In the order of the checks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyFault {
    /// The key is there, and so is a lock.
    #[error("has a key that is encrypted")]
    Encrypted,
    /// No PEM at all, or PEM of other things.
    #[error("has no private key: expected PEM that begins -----BEGIN PRIVATE KEY-----")]
    NoKey,
    /// Something between the lines of PEM that is no base64.
    #[error("is broken PEM")]
    BrokenPem,
    /// Which one would be shown is anybody's guess.
    #[error("has more than one private key")]
    Several,
    /// Of an unknown kind, or too weak.
    #[error("has a key that cannot be used: expected RSA of 2048 bits or more, EC or Ed25519")]
    Unusable,
    /// The key is another certificate's. Whether that one is in the file, further down.
    #[error("{}", if *.0 {
        "is not the key of the first certificate, but of a later one"
    } else {
        "is not the key of the certificate"
    })]
    Mismatch(bool),
}

impl Identity {
    /// Makes an identity of two files, which may be one and the same.
    ///
    /// # Errors
    /// When they are none.
    pub(crate) fn read(
        certificate: &[u8],
        key: &[u8],
        clock: &Clock,
    ) -> Result<Self, IdentityFault> {
        let chain = certificates(certificate).map_err(IdentityFault::Certificate)?;
        let facts = facts(&chain, clock).map_err(IdentityFault::Certificate)?;
        let (first, rest) = facts
            .split_first()
            .ok_or(IdentityFault::Certificate(CertificateFault::NoCertificate))?;
        let has_gap = is_broken(first, rest);
        let first = first.clone();
        let key = signing_key(key).map_err(IdentityFault::Key)?;
        let key = CertifiedKey::new(chain, key);
        match key.keys_match() {
            // Some keys cannot say; that they do not match would show at the first handshake.
            Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => {
                Ok(Self {
                    key,
                    facts: first,
                    has_gap,
                })
            }
            Err(rustls::Error::InconsistentKeys(_)) => {
                let is_of = |at: usize| {
                    let one = key.cert.get(at..=at).map(<[_]>::to_vec);
                    one.is_some_and(|one| {
                        let other = CertifiedKey::new(one, Arc::clone(&key.key));
                        other.keys_match().is_ok()
                    })
                };
                let is_later = (1..key.cert.len()).any(is_of);
                Err(IdentityFault::Key(KeyFault::Mismatch(is_later)))
            }
            Err(error) => Err(IdentityFault::Certificate(CertificateFault::Unusable(
                error.to_string(),
            ))),
        }
    }

    /// What the certificate says.
    pub(crate) const fn facts(&self) -> &CertificateFacts {
        &self.facts
    }

    /// Whether one of the certificates is not signed by the one that follows. Clients that know
    /// only whoever vouches for the last cannot trust the first.
    pub(crate) const fn has_gap(&self) -> bool {
        self.has_gap
    }

    pub(super) fn into_key(self) -> CertifiedKey {
        self.key
    }
}

/// The certificates of a file, in its order.
pub(super) fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateFault> {
    let blocks = pem::parse_many(text).map_err(|_| CertificateFault::BrokenPem)?;
    let certificates: Vec<_> = blocks
        .into_iter()
        .filter(|block| matches!(block.tag(), "CERTIFICATE" | "X509 CERTIFICATE"))
        .map(|block| CertificateDer::from(block.into_contents()))
        .collect();
    if certificates.is_empty() {
        return Err(CertificateFault::NoCertificate);
    }
    Ok(certificates)
}

/// The facts of each certificate of a chain that is good now.
fn facts(
    chain: &[CertificateDer<'_>],
    clock: &Clock,
) -> Result<Vec<CertificateFacts>, CertificateFault> {
    let mut all = Vec::with_capacity(chain.len());
    for (at, certificate) in chain.iter().enumerate() {
        let number = at.saturating_add(1);
        let facts = CertificateFacts::of(certificate);
        all.push(facts.map_err(|_| CertificateFault::NotX509(number))?);
    }
    if let Some(first) = all.first()
        && first.not_after < clock.now()
    {
        return Err(CertificateFault::Expired(first.not_after));
    }
    Ok(all)
}

fn is_broken(first: &CertificateFacts, rest: &[CertificateFacts]) -> bool {
    let mut last = first;
    for next in rest {
        if last.issuer != next.owner {
            return true;
        }
        last = next;
    }
    false
}

/// The one key of a file.
fn signing_key(text: &[u8]) -> Result<Arc<dyn SigningKey>, KeyFault> {
    let blocks = pem::parse_many(text).map_err(|_| KeyFault::BrokenPem)?;
    let is_encrypted = |block: &Pem| {
        let kind = block.headers().get("Proc-Type");
        block.tag() == "ENCRYPTED PRIVATE KEY" || kind.is_some_and(|it| it.contains("ENCRYPTED"))
    };
    if blocks.iter().any(is_encrypted) {
        return Err(KeyFault::Encrypted);
    }
    let mut keys = blocks
        .into_iter()
        .filter(|block| block.tag().ends_with("PRIVATE KEY"));
    let block = keys.next().ok_or(KeyFault::NoKey)?;
    if keys.next().is_some() {
        return Err(KeyFault::Several);
    }
    let tag = block.tag().to_owned();
    let der = Zeroizing::new(block.into_contents());
    let key: PrivateKeyDer<'_> = match tag.as_str() {
        "PRIVATE KEY" => PrivatePkcs8KeyDer::from(&**der).into(),
        "RSA PRIVATE KEY" => PrivatePkcs1KeyDer::from(&**der).into(),
        "EC PRIVATE KEY" => PrivateSec1KeyDer::from(&**der).into(),
        _ => return Err(KeyFault::Unusable),
    };
    let provider = provider();
    // The library keeps a copy of its own, in whatever form its cryptography needs.
    let loaded = provider.key_provider.load_private_key(key.clone_key());
    loaded.map_err(|_| KeyFault::Unusable)
}

#[cfg(test)]
mod tests;
