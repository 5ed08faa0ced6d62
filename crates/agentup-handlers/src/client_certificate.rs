//! The certificate of whoever calls, where callers show one (mutual TLS).

use std::sync::Arc;

use agentup_auth::CertificateThumbprint;

/// A certificate that the client has shown, that an authority of the agent vouches for, and whose
/// key the client has proved to have. It says which machine calls; who calls, the token says.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct ClientCertificate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    thumbprint: CertificateThumbprint,
    subject: String,
    names: Vec<String>,
}

impl ClientCertificate {
    /// A certificate that was verified, by its SHA-256 and what stands in it.
    #[must_use]
    pub fn new(thumbprint: CertificateThumbprint, subject: String, names: Vec<String>) -> Self {
        Self(Arc::new(Inner {
            thumbprint,
            subject,
            names,
        }))
    }

    /// Its SHA-256, by which tokens are bound to it (`RFC 8705 §3.1`).
    #[must_use]
    pub fn thumbprint(&self) -> &CertificateThumbprint {
        &self.0.thumbprint
    }

    /// The distinguished name of the client (`RFC 4514`); may be empty.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The alternative names of the client: hosts, addresses, URIs, mail addresses
    /// (`RFC 5280 §4.2.1.6`).
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0.names
    }
}
