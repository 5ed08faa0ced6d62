//! The handshake of one connection. A bad one is the client's affair.

use std::{io, sync::Arc, time::Duration};

use agentup_handlers::ClientCertificate;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::client::certificate_of;

mod error;

pub(crate) use error::HandshakeError;

/// The first byte of a client that speaks TLS: a handshake record (RFC 8446 §5.1).
const HANDSHAKE_RECORD: u8 = 22;

/// What a client hears that speaks HTTP without TLS.
const PLAIN_ANSWER: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\
    Connection: close\r\n\
    Content-Type: application/json\r\n\
    Content-Length: 90\r\n\r\n\
    {\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"message\":\"This port speaks https only\"}}";

/// The most that is read of a request that came without TLS, in bytes.
const MAX_PLAIN_BYTES: u64 = 64 << 10;

/// Greets one client.
pub(crate) struct Handshake {
    server: Arc<ServerConfig>,
    within: Duration,
}

impl Handshake {
    pub(super) const fn new(server: Arc<ServerConfig>, within: Duration) -> Self {
        Self { server, within }
    }

    /// Agrees on keys with a client, and looks at its certificate.
    ///
    /// # Errors
    /// When the client does not speak TLS, is too slow, or does not meet what is asked.
    pub(crate) async fn perform(
        self,
        stream: TcpStream,
    ) -> Result<(TlsStream<TcpStream>, Option<ClientCertificate>), HandshakeError> {
        let greeted = timeout(self.within, greet(stream, self.server)).await;
        let stream = greeted.map_err(|_| HandshakeError::Late)??;
        let certificate = certificate_of(stream.get_ref().1);
        Ok((stream, certificate))
    }
}

async fn greet(
    stream: TcpStream,
    server: Arc<ServerConfig>,
) -> Result<TlsStream<TcpStream>, HandshakeError> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    let [first] = first;
    if first == HANDSHAKE_RECORD {
        return Ok(TlsAcceptor::from(server).accept(stream).await?);
    }
    // A method is capital letters; TLS has no such record.
    if first.is_ascii_uppercase() {
        send_away(stream).await?;
        return Err(HandshakeError::Plain);
    }
    Err(HandshakeError::NotTls)
}

/// Tells a client of plain HTTP what is wrong. Its request is read to its end, or the answer would
/// be lost with the connection.
async fn send_away(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(PLAIN_ANSWER).await?;
    stream.shutdown().await?;
    let mut rest = stream.take(MAX_PLAIN_BYTES);
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
    Ok(())
}
