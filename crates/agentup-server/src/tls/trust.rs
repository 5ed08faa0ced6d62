//! Whom the agent believes when a client shows a certificate.

use std::sync::Arc;

use rustls::{
    RootCertStore,
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};

use super::{CertificateFault, identity::certificates, provider};
use crate::config::ClientAuth;

/// The authorities that vouch for clients.
#[derive(Debug)]
pub(crate) struct Trusted(RootCertStore);

/// Why a file names no authorities.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TrustFault {
    /// There is no certificate.
    #[error(transparent)]
    File(#[from] CertificateFault),
    /// Which one of the file, from 1, nobody can be vouched for by.
    #[error("has a certificate that cannot be trusted, as number {0}: {1}")]
    Unusable(usize, String),
}

impl Trusted {
    /// Reads authorities from PEM. All of them have to be good: one that is left out would lock
    /// its clients out.
    ///
    /// # Errors
    /// When there is none, or one that cannot be used.
    pub(crate) fn read(text: &[u8]) -> Result<Self, TrustFault> {
        let mut roots = RootCertStore::empty();
        for (at, certificate) in certificates(text)?.into_iter().enumerate() {
            let number = at.saturating_add(1);
            roots
                .add(certificate)
                .map_err(|error| TrustFault::Unusable(number, error.to_string()))?;
        }
        Ok(Self(roots))
    }

    /// What judges the certificates of clients.
    pub(super) fn verifier(
        self,
        auth: ClientAuth,
    ) -> Result<Arc<dyn ClientCertVerifier>, rustls::Error> {
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(self.0), provider());
        let builder = match auth {
            ClientAuth::Required => builder,
            // A client with a bad certificate is refused all the same.
            ClientAuth::Optional => builder.allow_unauthenticated(),
        };
        let verifier = builder.build();
        verifier.map_err(|error| rustls::Error::General(error.to_string()))
    }
}
