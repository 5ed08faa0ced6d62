//! The end of a server: balancers hear of it first, then what is at hand is finished, within a time.

use std::{future::Future, io, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    time::{Instant, timeout},
};

use crate::{app::App, config::ServerConfig, serve::Workers};

/// What is left of the grace for telling the end of tasks that had to be given up.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(1);

/// Waits from now on for the signals that ask the process to stop. The future ends with so many of
/// them.
pub(crate) fn signals(count: usize) -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        for _ in 0..count {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
    })
}

/// Brings a server to its end.
///
/// It is not ready from the first moment, and takes requests for `shutdown_delay` all the same: a
/// balancer needs its time to see that. Then it takes no new connection, and what is at hand has
/// `shutdown_grace`. Tasks that are at work then, and tasks that wait for their callers, end as
/// failed, which their streams and webhooks still hear of.
pub(crate) async fn in_order(app: &App, workers: &mut Workers, config: &ServerConfig) {
    app.stop();
    let delay = config.shutdown_delay;
    if !delay.is_zero() {
        tracing::info!(
            ?delay,
            "stopping: not ready any more, requests are still taken"
        );
        tokio::time::sleep(delay).await;
    }
    tracing::info!("stopping: requests at hand are finished first");
    workers.stop();
    let (begun, grace) = (Instant::now(), config.shutdown_grace.max(LAST_WORDS));
    let at_rest = async {
        app.tasks.rested().await;
        // Nobody will answer what these ask, and whoever listens would wait for ever.
        app.tasks.give_up();
        // A request whose body was still on its way may begin a task.
        workers.gone().await;
        app.tasks.rested().await;
    };
    let rested = timeout(grace.saturating_sub(LAST_WORDS), at_rest).await;
    let left = app.tasks.at_work();
    if rested.is_err() && left > 0 {
        tracing::warn!(left, "tasks did not end in time");
    }
    app.tasks.give_up();
    // What the last events tell is still to be delivered.
    let left = grace.saturating_sub(begun.elapsed());
    let (gone, ()) = tokio::join!(timeout(left, workers.gone()), app.push.drain(left));
    if gone.is_err() {
        tracing::warn!("connections did not end in time");
    }
}
