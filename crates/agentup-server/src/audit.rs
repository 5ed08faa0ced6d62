//! The audit: a record of its own of what matters to security, one JSON object a line.
//!
//! Whoever has something to record hands it over and goes on: a thread of its own writes. What
//! cannot be taken because too much comes at once is counted, and the count is recorded.

use std::{
    fmt, io,
    net::IpAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use agentup_handlers::middleware::Timer;
use arc_swap::{ArcSwap, ArcSwapOption};
use parking_lot::Mutex;

mod about;
mod chain;
mod event;
mod file;
mod floods;
mod tally;
mod tell;
mod verify;
mod writer;

pub(crate) use event::What;
pub(crate) use floods::Overload;
pub(crate) use tally::Tally;
pub(crate) use tell::tell;
pub(crate) use verify::{Broken, verify};

use about::About;
use event::Event;
use floods::Floods;

use crate::{
    clock::Clock,
    config::{AuditConfig, AuditTarget},
};
use writer::{Order, Writer};

/// The most events that wait to be written. Above that they are counted instead.
const WAITING: usize = 16 * 1024;

/// How long the end of the process waits for the last events.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// The way to the audit. Clones are the same.
#[derive(Clone)]
pub(crate) struct Audit(Arc<Inner>);

struct Inner {
    clock: Clock,
    /// Looked at before an event is made: most agents have no audit.
    is_on: AtomicBool,
    /// Where events are handed over; requests do not wait for each other here.
    orders: ArcSwapOption<SyncSender<Order>>,
    /// Whether nothing can be written there.
    in_trouble: ArcSwapOption<AtomicBool>,
    desk: Mutex<Option<Desk>>,
    floods: Floods,
    tally: Arc<Tally>,
}

/// Who writes what is handed over.
struct Desk {
    config: Arc<ArcSwap<AuditConfig>>,
    orders: Arc<SyncSender<Order>>,
    in_trouble: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Why there is no audit as it is configured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// Another process writes the file.
    #[error(
        "observability.audit.file: {} is written by another process: give each process a file of \
         its own", .0.display()
    )]
    Taken(PathBuf),
    /// The file cannot be written.
    #[error("observability.audit.file: {} cannot be written", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file holds something else.
    #[error(
        "observability.audit.file: {} does not end with an event: move it away, and a new one is \
         begun", .0.display()
    )]
    NotAnAudit(PathBuf),
    /// The system refuses what the audit needs.
    #[error("the audit cannot run")]
    Io(#[from] io::Error),
}

impl Audit {
    /// No audit, until one is [adopted](Self::adopt).
    pub(crate) fn off(clock: Clock) -> Self {
        Self(Arc::new(Inner {
            clock,
            is_on: AtomicBool::new(false),
            orders: ArcSwapOption::empty(),
            in_trouble: ArcSwapOption::empty(),
            desk: Mutex::new(None),
            floods: Floods::new(Timer::system()),
            tally: Arc::default(),
        }))
    }

    /// Whether anything is recorded at all.
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_on.load(Ordering::Relaxed)
    }

    /// Records what has happened.
    pub(crate) fn record(&self, what: What) {
        if !self.is_on() {
            return;
        }
        let event = Order::Record(Event::new(self.0.clock.now(), what));
        let is_lost = (self.0.orders.load().as_ref()).is_some_and(|it| it.try_send(event).is_err());
        if is_lost {
            self.0.tally.lose(1);
        }
    }

    /// Records that the server is at a limit, at the beginning and at the end of that.
    pub(crate) fn overloaded(&self, overload: Overload, turned_away: usize) {
        if self.is_on()
            && let Some(began) = self.0.floods.overload(overload, turned_away)
        {
            self.record(began);
        }
    }

    /// Records that a client got no TLS connection; of a flood not every one.
    pub(crate) fn tls_refused(&self, code: &'static str, peer: IpAddr) {
        if self.is_on() && self.0.floods.tells_handshake(peer) {
            let client = peer.to_canonical();
            self.record(What::TlsRefused { code, client });
        }
    }

    /// What decides which events of a flood are recorded.
    fn floods(&self) -> &Floods {
        &self.0.floods
    }

    /// Records which floods have come to their end: all, `at_the_end` of the server.
    pub(crate) fn look(&self, at_the_end: bool) {
        let ended = self.0.floods.ended(at_the_end);
        ended.for_each(|what| self.record(what));
    }

    /// How many events were written, and how many were not.
    pub(crate) fn tally(&self) -> &Tally {
        &self.0.tally
    }

    /// Whether nothing can be written at the moment, as when the disk is full.
    pub(crate) fn is_in_trouble(&self) -> bool {
        let in_trouble = self.0.in_trouble.load();
        (in_trouble.as_ref()).is_some_and(|it| it.load(Ordering::Relaxed))
    }

    /// Records by these settings from now on. What is open already stays open where it can.
    ///
    /// # Errors
    /// When the new file cannot be written; the old settings hold then.
    pub(crate) fn adopt(&self, config: Option<&AuditConfig>) -> Result<(), AuditError> {
        let mut desk = self.0.desk.lock();
        if let (Some(desk), Some(config)) = (&*desk, config)
            && desk.has_place_of(config)
        {
            desk.config.store(Arc::new(config.clone()));
            return Ok(());
        }
        let started = config.map(|config| self.start(config)).transpose()?;
        let orders = started.as_ref().map(|desk| Arc::clone(&desk.orders));
        let in_trouble = started.as_ref().map(|desk| Arc::clone(&desk.in_trouble));
        let before = std::mem::replace(&mut *desk, started);
        self.0.orders.store(orders);
        self.0.in_trouble.store(in_trouble);
        self.0.is_on.store(config.is_some(), Ordering::Relaxed);
        drop(desk);
        before.into_iter().for_each(Desk::close);
        Ok(())
    }

    /// Opens the file anew, which somebody may have moved.
    pub(crate) fn reopen(&self) {
        if let Some(desk) = &*self.0.desk.lock() {
            let _ = desk.orders.try_send(Order::Reopen);
        }
    }

    /// Writes what is still waiting, and records no more.
    pub(crate) fn close(&self) {
        self.0.is_on.store(false, Ordering::Relaxed);
        self.0.orders.store(None);
        let desk = self.0.desk.lock().take();
        desk.into_iter().for_each(Desk::close);
    }

    fn start(&self, config: &AuditConfig) -> Result<Desk, AuditError> {
        let in_trouble = Arc::<AtomicBool>::default();
        let shared = Arc::new(ArcSwap::from_pointee(config.clone()));
        let mut writer = Writer::open(
            Arc::clone(&shared),
            self.0.clock.clone(),
            Arc::clone(&self.0.tally),
            Arc::clone(&in_trouble),
        )?;
        let (orders, waiting) = sync_channel(WAITING);
        let thread = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || writer.run(&waiting))?;
        Ok(Desk {
            config: shared,
            orders: Arc::new(orders),
            in_trouble,
            thread,
        })
    }
}

impl Desk {
    /// Whether these settings are for the place that is open.
    fn has_place_of(&self, config: &AuditConfig) -> bool {
        match (&self.config.load().target, &config.target) {
            (AuditTarget::Stdout, AuditTarget::Stdout) => true,
            (AuditTarget::File { path, .. }, AuditTarget::File { path: other, .. }) => {
                path == other
            }
            _ => false,
        }
    }

    fn close(self) {
        let Self { orders, thread, .. } = self;
        // The thread ends when it has written all that came before.
        drop(orders);
        let begun = Instant::now();
        while !thread.is_finished() && begun.elapsed() < LAST_WORDS {
            std::thread::sleep(writer::PAUSE);
        }
        if !thread.is_finished() {
            tracing::error!("the last events of the audit could not be written in time");
        }
    }
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit")
            .field("is_on", &self.is_on())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
