//! An address at which nobody listens.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Mutex, PoisonError},
};

use socket2::{Domain, Socket, Type};

/// Sockets that have an address, each its own, and do not listen.
static TAKEN: Mutex<Vec<Socket>> = Mutex::new(Vec::new());

/// An address at which nobody listens. It stays taken for as long as the process is there: one that is
/// given back is soon somebody else's, where tests run side by side.
///
/// # Panics
/// When the system has no port.
#[must_use]
pub fn nobody() -> SocketAddr {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&any.into()).expect("a port");
    let address = socket.local_addr().expect("an address").as_socket();
    TAKEN
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(socket);
    address.expect("an address of IP")
}
