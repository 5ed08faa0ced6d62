//! One thread's share of the connections: accepted one after the other, served side by side.

use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
    time::Duration,
};

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::connection::Connections;

/// How long to wait after the system refuses a connection for want of resources.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What one thread runs.
pub(super) struct Worker {
    pub(super) connections: Arc<Connections>,
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
        drop(listener);
        open.shutdown().await;
        Ok(())
    }

    /// Serves a connection beside the others. Nothing here may wait: the next one is at the door.
    fn open(&self, open: &GracefulShutdown, stream: TcpStream, address: SocketAddr) {
        // Answers are small and whole: nothing is gained by holding them back.
        let _ = stream.set_nodelay(true);
        let (connections, watcher) = (Arc::clone(&self.connections), open.watcher());
        tokio::spawn(async move { connections.serve(stream, address, watcher).await });
    }
}
