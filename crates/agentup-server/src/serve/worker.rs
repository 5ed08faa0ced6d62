//! One thread's share of the connections: accepted one after the other, served side by side.

use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt as _;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::{activity::Patience, connection::Connections, places::Places, watched::watched};
use crate::http::Front;

/// How long to wait after the system refuses a connection for want of resources.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long requests that cross the end of a server are awaited.
const LINGER: Duration = Duration::from_millis(100);

/// What one thread runs.
pub(super) struct Worker {
    pub(super) connections: Arc<Connections>,
    /// Those of all workers.
    pub(super) places: Arc<Places>,
    pub(super) front: Front,
    pub(super) stop: CancellationToken,
}

impl Worker {
    /// Accepts connections until told to stop, then waits for those that are open.
    pub(super) async fn run(self, listener: StdListener) -> io::Result<()> {
        let listener = TcpListener::from_std(listener)?;
        let open = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.stop.cancelled() => break,
            };
            match accepted {
                Ok((stream, address)) => self.open(&open, stream, address),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        // Whoever has come to the door before it shuts is let in.
        while let Some(Ok((stream, address))) = listener.accept().now_or_never() {
            self.open(&open, stream, address);
        }
        drop(listener);
        if !self.places.are_free() {
            // A request may be on its way on a connection that looks idle here. Its answer says that
            // the connection ends.
            tokio::time::sleep(LINGER).await;
        }
        open.shutdown().await;
        Ok(())
    }

    /// Serves a connection beside the others. Nothing here may wait: the next one is at the door.
    fn open(&self, open: &GracefulShutdown, stream: TcpStream, address: SocketAddr) {
        let live = self.front.live();
        let (limits, proxies) = (&live.limits, &live.trusted_proxies);
        let Ok(place) = self.places.enter(address.ip(), limits, proxies) else {
            return;
        };
        let patience = Patience::new(limits);
        // Answers are small and whole: nothing is gained by holding them back.
        let _ = stream.set_nodelay(true);
        let (connections, watcher) = (Arc::clone(&self.connections), open.watcher());
        tokio::spawn(async move {
            let activity = Arc::clone(&place.activity);
            let served = pin!(connections.serve(stream, address, activity, watcher));
            if let Some(overdue) = watched(served, &place.activity, patience).await {
                place.overdue(overdue);
            }
        });
    }
}
