//! How the issuer is asked to end: Ctrl-C, or the signal that service managers send.

use std::io;

use tokio::sync::watch;

/// Becomes true when somebody asks. From this call on, the system no longer ends the process by itself.
///
/// # Errors
///
/// The system lets nobody listen for signals.
pub(super) fn requests() -> io::Result<watch::Receiver<bool>> {
    let (tell, told) = watch::channel(false);
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        tell.send_replace(true);
    });
    Ok(told)
}

/// Ends when somebody has asked.
pub(super) async fn asked(mut told: watch::Receiver<bool>) {
    // An error means that nobody can ask any more.
    if told.wait_for(|told| *told).await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}
