//! The certificate of a client.

use agentup_auth::CertificateThumbprint;
use agentup_handlers::ClientCertificate;
use rustls::ServerConnection;

use super::CertificateFacts;

/// The certificate that the client has shown in a handshake that is complete, if it has.
pub(super) fn certificate_of(connection: &ServerConnection) -> Option<ClientCertificate> {
    let certificate = connection.peer_certificates()?.first()?;
    // One that the library has verified and that cannot be read here is known by its hash.
    let (subject, names) = match CertificateFacts::of(certificate) {
        Ok(facts) => (facts.subject, facts.names),
        Err(_) => Default::default(),
    };
    let thumbprint = CertificateThumbprint::of(certificate);
    Some(ClientCertificate::new(thumbprint, subject, names))
}
