//! Sockets: one thread and one runtime for each processor, all at one listener.
//!
//! A runtime to itself keeps a connection on one processor from its first byte to its last: no
//! work is stolen, so the slowest of many connections is not much slower than the others.

use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
    thread,
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{http::Front, telemetry};

mod activity;
mod connection;
mod files;
mod peer;
mod places;
mod watched;
mod worker;

use connection::Connections;
pub(crate) use peer::Peer;
use places::Places;
use worker::Worker;

/// Connections that wait to be accepted; the kernel may allow fewer.
const BACKLOG: i32 = 1024;

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
    pub(crate) fn start(listener: &StdListener, front: &Front) -> io::Result<Self> {
        let most = files::make_room(front.live().limits.connections);
        let app = front.app();
        let places = Places::new(most, Arc::clone(&app.metrics), app.audit.clone());
        let places = Arc::new(places);
        let (stop, end) = (CancellationToken::new(), CancellationToken::new());
        let (alive, gone) = mpsc::channel(1);
        for number in 0..thread::available_parallelism()?.get() {
            let listener = listener.try_clone()?;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .on_thread_park(telemetry::release)
                .build()?;
            let worker = Worker {
                connections: Arc::new(Connections::new(front.clone(), stop.clone())),
                places: Arc::clone(&places),
                front: front.clone(),
                stop: stop.clone(),
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
