//! One connection, from its first byte to its last.

use std::{convert::Infallible, future::Future, net::SocketAddr, time::Duration};

use axum::body::Body;
use futures_util::FutureExt as _;
use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::Watcher},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use super::Peer;
use crate::http::Front;

/// What all connections have in common.
pub(super) struct Connections {
    front: Front,
    http: auto::Builder<TokioExecutor>,
}

impl Connections {
    /// Connections whose requests go to `front`, and come with their heads within `header_timeout`.
    pub(super) fn new(front: Front, header_timeout: Duration) -> Self {
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1()
            .timer(TokioTimer::new())
            .header_read_timeout(header_timeout);
        http.http2().timer(TokioTimer::new());
        Self { front, http }
    }

    /// Serves a connection to its end. A client that breaks off, or speaks no HTTP, is its own
    /// affair.
    pub(super) async fn serve(&self, stream: TcpStream, address: SocketAddr, watcher: Watcher) {
        self.speak(stream, Peer::new(address), watcher).await;
    }

    /// Speaks HTTP. No `async fn`, in whose future the stream would take its room twice.
    fn speak<S>(
        &self,
        stream: S,
        peer: Peer,
        watcher: Watcher,
    ) -> impl Future<Output = ()> + Send + use<'_, S>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let front = self.front.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            let front = front.clone();
            request.extensions_mut().insert(peer.clone());
            async move { Ok::<_, Infallible>(front.answer(request.map(Body::new)).await) }
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        watcher.watch(connection).map(|_ended| ())
    }
}
