//! Sockets: one thread and one runtime for each processor, all at one listener.
//!
//! A runtime to itself keeps a connection on one processor from its first byte to its last: no
//! work is stolen, so the slowest of many connections is not much slower than the others.

use std::{
    convert::Infallible,
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
    thread,
    time::Duration,
};

use axum::body::Body;
use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{http::Front, telemetry};

/// Connections that wait to be accepted; the kernel may allow fewer.
const BACKLOG: i32 = 1024;

/// How long to wait after the system refuses a connection for want of resources.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Opens the port.
pub(crate) fn bind(address: SocketAddr) -> io::Result<StdListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // A restarted server takes its port at once; old connections may still be in TIME_WAIT.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// The threads that answer requests.
#[derive(Debug)]
pub(crate) struct Workers {
    stop: CancellationToken,
    /// Ends when the last worker has no connection any more.
    gone: mpsc::Receiver<()>,
    /// Ends the threads, and with them the work that they have begun.
    _end: DropGuard,
}

impl Workers {
    /// Starts one for each processor.
    pub(crate) fn start(
        listener: &StdListener,
        front: &Front,
        header_timeout: Duration,
    ) -> io::Result<Self> {
        let (stop, end) = (CancellationToken::new(), CancellationToken::new());
        let (alive, gone) = mpsc::channel(1);
        for number in 0..thread::available_parallelism()?.get() {
            let listener = listener.try_clone()?;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .on_thread_park(telemetry::release)
                .build()?;
            let worker = Worker {
                front: front.clone(),
                stop: stop.clone(),
                header_timeout,
            };
            let (alive, end) = (alive.clone(), end.clone());
            let serve = async move {
                if let Err(error) = worker.run(listener).await {
                    tracing::error!(%error, "a worker cannot listen");
                }
                // The process may end as soon as nobody is left, and with it what is held.
                telemetry::release();
                drop(alive);
                // Tasks outlive the connections that began them, and live on this runtime.
                end.cancelled().await;
            };
            thread::Builder::new()
                .name(format!("worker-{number}"))
                .spawn(move || {
                    telemetry::hold();
                    runtime.block_on(serve);
                    telemetry::release();
                })?;
        }
        let end = end.drop_guard();
        Ok(Self {
            stop,
            gone,
            _end: end,
        })
    }

    /// Accepts no further connection; those that are open end with their current request.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits for the last connection.
    pub(crate) async fn gone(&mut self) {
        while self.gone.recv().await.is_some() {}
    }
}

struct Worker {
    front: Front,
    stop: CancellationToken,
    header_timeout: Duration,
}

impl Worker {
    async fn run(self, listener: StdListener) -> io::Result<()> {
        let listener = TcpListener::from_std(listener)?;
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout);
        builder.http2().timer(TokioTimer::new());
        let builder = Arc::new(builder);
        let graceful = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.stop.cancelled() => break,
            };
            let stream = match accepted {
                Ok((stream, _peer)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            // Answers are small and whole: nothing is gained by holding them back.
            let _ = stream.set_nodelay(true);
            let front = self.front.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let front = front.clone();
                async move { Ok::<_, Infallible>(front.answer(request.map(Body::new)).await) }
            });
            let connection = builder
                .serve_connection(TokioIo::new(stream), service)
                .into_owned();
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                // A client that breaks off, or speaks no HTTP, is its own affair.
                let _ = connection.await;
            });
        }
        drop(listener);
        graceful.shutdown().await;
        Ok(())
    }
}
