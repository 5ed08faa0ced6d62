//! One connection, from its first byte to its last.

use std::{convert::Infallible, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::{BoxError, response::Response};
use http::{HeaderValue, Request, header::STRICT_TRANSPORT_SECURITY};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::Watcher},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

use super::{
    Peer,
    activity::Activity,
    watched::{WatchedBody, WatchedStream},
};
use crate::{config::LimitsConfig, http::Front, metrics::Limit, tls::Tls};

/// How often a peer that speaks HTTP/2 is asked whether it is still there, and how long it may take
/// to say so: one that is gone must not keep its streams.
const PING: Duration = Duration::from_secs(20);

/// The streams that a peer of HTTP/2 has begun and taken back, and that were not looked at yet
/// (CVE-2023-44487): more than these, and the connection ends.
const TAKEN_BACK: usize = 20;

/// The streams of HTTP/2 that end for a fault of the peer, before its connection ends.
const FAULTY: usize = 128;

/// The header lines that hyper allows by itself.
const HEADERS: usize = 100;

/// How long a client that is being greeted may still take when the server stops.
const LAST_GREETING: Duration = Duration::from_secs(1);

/// What all connections have in common.
pub(super) struct Connections {
    front: Front,
    http: auto::Builder<TokioExecutor>,
    stop: CancellationToken,
}

/// One connection that was accepted.
struct Accepted {
    stream: TcpStream,
    address: SocketAddr,
    activity: Arc<Activity>,
    watcher: Watcher,
}

impl Connections {
    /// Connections whose requests go to `front`. Those that are still being greeted end soon after
    /// the server is to `stop`.
    pub(super) fn new(front: Front, stop: CancellationToken) -> Self {
        let http = http(&front.live().limits);
        Self { front, http, stop }
    }

    /// Serves a connection to its end. A client that breaks off, or speaks no HTTP, is its own
    /// affair.
    pub(super) async fn serve(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        activity: Arc<Activity>,
        watcher: Watcher,
    ) {
        let tls = self.front.live().tls.clone();
        match tls {
            None => {
                let peer = Peer::new(address, None);
                let ended = self.speak(stream, peer, None, activity, watcher).await;
                self.tell(ended);
            }
            Some(tls) => {
                let accepted = Accepted {
                    stream,
                    address,
                    activity,
                    watcher,
                };
                // In a box, so that plain connections do not make room for this.
                Box::pin(self.serve_tls(&tls, accepted)).await;
            }
        }
    }

    async fn serve_tls(&self, tls: &Tls, accepted: Accepted) {
        let Accepted {
            stream,
            address,
            activity,
            watcher,
        } = accepted;
        let greeted = tokio::select! {
            biased;
            greeted = tls.handshake().perform(stream) => greeted,
            () = self.is_at_its_end() => return,
        };
        let app = self.front.app();
        match greeted {
            Ok((stream, certificate)) => {
                app.metrics.tls.done();
                let peer = Peer::new(address, certificate);
                let hsts = tls.hsts().cloned();
                let ended = self.speak(stream, peer, hsts, activity, watcher).await;
                self.tell(ended);
            }
            Err(error) => {
                app.metrics.tls.failed(&error);
                if error.is_refusal() {
                    app.audit.tls_refused(error.code(), address.ip());
                }
                tracing::debug!(peer = %address, code = error.code(), "no TLS connection: {error}");
            }
        }
    }

    async fn is_at_its_end(&self) {
        self.stop.cancelled().await;
        tokio::time::sleep(LAST_GREETING).await;
    }

    /// Speaks HTTP. No `async fn`, in whose future the stream would take its room twice.
    fn speak<S>(
        &self,
        stream: S,
        peer: Peer,
        hsts: Option<HeaderValue>,
        activity: Arc<Activity>,
        watcher: Watcher,
    ) -> impl Future<Output = Result<(), BoxError>> + Send + use<'_, S>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let front = self.front.clone();
        let stream = WatchedStream::new(stream, Arc::clone(&activity));
        let service = service_fn(move |request: Request<Incoming>| {
            let (hsts, at_work) = (hsts.clone(), activity.begin());
            let finish = |mut response: Response| {
                if let Some(hsts) = hsts {
                    let headers = response.headers_mut();
                    headers.insert(STRICT_TRANSPORT_SECURITY, hsts);
                }
                Ok::<_, Infallible>(response.map(|body| WatchedBody::new(body, at_work)))
            };
            // It comes in a box, or every connection would have room for it for good.
            front.clone().answer(request, Some(peer.clone()), finish)
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        watcher.watch(connection)
    }

    /// Counts an end for which the limits are the reason, of which the library tells nothing else.
    fn tell(&self, ended: Result<(), BoxError>) {
        let error = ended.err();
        let error = error.and_then(|error| error.downcast::<hyper::Error>().ok());
        if error.is_some_and(|error| error.is_parse_too_large()) {
            self.front.app().metrics.limit_hits(Limit::HeaderSize, 1);
        }
    }
}

/// HTTP within the limits. The time that a head may take is watched over with all else that a
/// connection may wait for (`activity.rs`).
fn http(limits: &LimitsConfig) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(limits.header_size);
    // Any number that is told, also its own, costs each request two pieces of memory.
    if limits.headers != HEADERS {
        http.http1().max_headers(limits.headers);
    }
    http.http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.header_size).unwrap_or(u32::MAX))
        .max_concurrent_streams(limits.http2_streams)
        .max_pending_accept_reset_streams(TAKEN_BACK)
        .max_local_error_reset_streams(FAULTY)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    http
}
