//! Metrics at an address of their own. Probes are answered there as well, for those who have no
//! certificate where the agent asks its clients for one; and nothing else.

use std::{
    convert::Infallible,
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
    time::Duration,
};

use axum::body::Body;
use http::{Request, Response, StatusCode};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};

use crate::{
    app::App,
    http::{METRICS, metrics_response, probe_response},
    serve,
};

/// The most connections: there is seldom more than one Prometheus, with one connection.
const MAX_CONNECTIONS: usize = 16;

/// How long a connection may take for the head of a request; also how long one waits for the next.
/// Longer than the usual interval of Prometheus, so that its connection is kept.
const HEADER_TIMEOUT: Duration = Duration::from_secs(75);

/// How long to wait after the system refuses a connection for want of resources.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Tells metrics at an address of their own, until it is dropped.
#[derive(Debug)]
pub(crate) struct MetricsServer {
    bound: SocketAddr,
    serving: JoinHandle<()>,
}

impl MetricsServer {
    /// Opens the port.
    ///
    /// # Errors
    /// When the system does not let it: the port may be taken.
    pub(crate) fn bind(address: SocketAddr) -> io::Result<StdListener> {
        serve::bind(address)
    }

    /// Answers at a port that is open already, on the runtime that this is called in: not on the
    /// threads that answer requests.
    ///
    /// # Errors
    /// When the system does not let it.
    pub(crate) fn start(listener: StdListener, app: Arc<App>) -> io::Result<Self> {
        let listener = TcpListener::from_std(listener)?;
        Ok(Self {
            bound: listener.local_addr()?,
            serving: tokio::spawn(accept(listener, app)),
        })
    }

    /// Where it listens.
    pub(crate) const fn bound(&self) -> SocketAddr {
        self.bound
    }
}

impl Drop for MetricsServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn accept(listener: TcpListener, app: Arc<App>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        // Nobody closes them.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let app = Arc::clone(&app);
        let service = service_fn(move |request: Request<Incoming>| {
            let response = answer(&request, &app);
            async move { Ok::<_, Infallible>(response) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            // A client that breaks off, or speaks no HTTP, is its own affair.
            let _ = connection.await;
            drop(place);
        });
    }
}

fn answer(request: &Request<Incoming>, app: &Arc<App>) -> Response<Body> {
    let (method, path) = (request.method(), request.uri().path());
    if path == METRICS {
        return metrics_response(method, request.headers(), app);
    }
    probe_response(method, path, app).unwrap_or_else(|| {
        let mut response = Response::new(Body::from("Metrics are at /metrics.\n"));
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    })
}
