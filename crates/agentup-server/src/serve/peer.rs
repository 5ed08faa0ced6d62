//! Who is at the other end of a connection.

use std::net::SocketAddr;

use agentup_handlers::ClientCertificate;

/// The other end of the connection that a request came by. Requests that a program hands to the
/// agent's router by itself have none.
///
/// Cheap to clone: each request of a connection gets one.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    address: SocketAddr,
    certificate: Option<ClientCertificate>,
}

impl Peer {
    pub(super) const fn new(address: SocketAddr, certificate: Option<ClientCertificate>) -> Self {
        Self {
            address,
            certificate,
        }
    }

    /// The address of the socket. Behind a proxy it is the proxy's.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate that the client has shown and proved to have the key of. None without TLS,
    /// and where clients are not asked.
    pub(crate) fn into_certificate(self) -> Option<ClientCertificate> {
        self.certificate
    }
}
