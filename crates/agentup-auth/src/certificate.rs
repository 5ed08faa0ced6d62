//! The name of a client certificate, by which tokens are bound to it (RFC 8705 §3.1).

use std::fmt;

use aws_lc_rs::digest;

use crate::base64url;

/// The SHA-256 of a certificate in DER: what `cnf.x5t#S256` has. Not secret.
///
/// Whoever makes one of the certificate that a client has *shown* must have seen the client prove
/// that it has the key of that certificate, as TLS does in its handshake.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CertificateThumbprint([u8; digest::SHA256_OUTPUT_LEN]);

impl CertificateThumbprint {
    /// The name of a certificate, given in DER.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        let mut thumbprint = [0; digest::SHA256_OUTPUT_LEN];
        let hash = digest::digest(&digest::SHA256, certificate);
        thumbprint.copy_from_slice(hash.as_ref());
        Self(thumbprint)
    }

    /// Reads the form that `cnf.x5t#S256` has: base64url without padding.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = base64url::decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

/// As in `cnf.x5t#S256`.
impl fmt::Display for CertificateThumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

impl fmt::Debug for CertificateThumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
