//! Who is at the other end of a connection.

use std::net::SocketAddr;

/// The other end of the connection that a request came by. It stands in the request's extensions,
/// but for requests that a program hands to the agent's router by itself.
///
/// Cheap to clone: each request of a connection gets one.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    address: SocketAddr,
}

impl Peer {
    pub(super) const fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    /// The address of the socket. Behind a proxy it is the proxy's.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }
}
