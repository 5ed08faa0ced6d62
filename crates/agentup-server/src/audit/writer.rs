//! The thread that writes events.

use std::{
    io::{self, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, TryRecvError},
    },
    thread,
    time::Duration,
};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use super::{AuditError, Event, Tally, What, chain::Head, file::AuditFile};
use crate::{
    clock::Clock,
    config::{AuditConfig, AuditTarget},
};

/// How long the thread rests between two looks at what has come. Nobody has to wake it: that would
/// cost whoever hands over an event more than the event itself.
pub(super) const PAUSE: Duration = Duration::from_millis(10);

/// How long it rests when nothing can be written.
const PAUSE_OF_TROUBLE: Duration = Duration::from_millis(250);

/// How much is put together before it is written, in bytes.
const BATCH: usize = 64 * 1024;

/// What the thread is told.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all of them are events, which should not be allocated besides"
)]
pub(super) enum Order {
    Record(Event),
    /// The file may have been moved: open it anew.
    Reopen,
}

pub(super) struct Writer {
    /// May be other settings for the same place from one moment to the next.
    config: Arc<ArcSwap<AuditConfig>>,
    clock: Clock,
    tally: Arc<Tally>,
    head: Head,
    place: Place,
    /// Lines that are put together and not written, and how many they are.
    ready: Vec<u8>,
    events: u64,
    in_trouble: Arc<AtomicBool>,
}

enum Place {
    Stdout,
    File(AuditFile),
}

impl Writer {
    pub(super) fn open(
        config: Arc<ArcSwap<AuditConfig>>,
        clock: Clock,
        tally: Arc<Tally>,
        in_trouble: Arc<AtomicBool>,
    ) -> Result<Self, AuditError> {
        let (place, head, cut) = match &config.load().target {
            AuditTarget::Stdout => (Place::Stdout, Head::new(), 0),
            AuditTarget::File { path, .. } => {
                let (file, head, cut) = AuditFile::open(path)?;
                (Place::File(file), head, cut)
            }
        };
        let mut writer = Self {
            config,
            clock,
            tally,
            head,
            place,
            ready: Vec::new(),
            events: 0,
            in_trouble,
        };
        writer.record_now(What::Opened { cut_bytes: cut });
        Ok(writer)
    }

    /// Writes what comes, until nobody is left who could send more.
    pub(super) fn run(&mut self, orders: &Receiver<Order>) {
        loop {
            let more = loop {
                match orders.try_recv() {
                    Ok(order) => self.follow(order),
                    Err(TryRecvError::Empty) => break true,
                    Err(TryRecvError::Disconnected) => break false,
                }
                // While nothing can be written, what comes waits where it is.
                if self.is_in_trouble() {
                    break true;
                }
            };
            let lost = self.tally.take_untold();
            if lost > 0 {
                self.record_now(What::Lost { events: lost });
            }
            self.write();
            if !more {
                // What is still ready goes with the thread.
                return self.tally.lose(self.events);
            }
            thread::sleep(if self.is_in_trouble() {
                PAUSE_OF_TROUBLE
            } else {
                PAUSE
            });
        }
    }

    fn is_in_trouble(&self) -> bool {
        self.in_trouble.load(Ordering::Relaxed)
    }

    fn follow(&mut self, order: Order) {
        match order {
            Order::Record(event) => self.add(&event),
            Order::Reopen => {
                self.write();
                if let Place::File(file) = &mut self.place
                    && let Err(error) = file.reopen()
                {
                    tracing::error!("the file of the audit cannot be opened anew: {error}");
                }
            }
        }
    }

    fn record_now(&mut self, what: What) {
        let event = Event::new(self.clock.now(), what);
        self.add(&event);
    }

    fn add(&mut self, event: &Event) {
        let mut json = event.to_json();
        let mut head = self.head.clone();
        head.append(&mut json, self.config.load().hash_chain);
        let line = serde_json::to_vec(&json).unwrap_or_default();
        self.make_room(line.len().saturating_add(1), event.time());
        self.head = head;
        self.ready.extend_from_slice(&line);
        self.ready.push(b'\n');
        self.events = self.events.saturating_add(1);
        if self.ready.len() >= BATCH {
            self.write();
        }
    }

    /// Begins another file where the line would not fit into this one, or is of another day.
    fn make_room(&mut self, length: usize, time: DateTime<Utc>) {
        let AuditTarget::File { rotation, .. } = self.config.load().target else {
            return;
        };
        let Place::File(file) = &self.place else {
            return;
        };
        let size = file
            .length()
            .saturating_add(self.ready.len())
            .saturating_add(length);
        let is_of_another_day =
            rotation.daily && file.day().is_some_and(|day| day != time.date_naive());
        let is_empty = file.length() == 0 && self.ready.is_empty();
        if is_empty || !(is_of_another_day || size > rotation.size) {
            return;
        }
        self.write();
        let seq = self.head.seq;
        if let Place::File(file) = &mut self.place
            && !self.in_trouble.load(Ordering::Relaxed)
            && let Err(error) = file.rotate(seq, time, rotation.keep)
        {
            tracing::error!("another file of the audit cannot be begun: {error}");
        }
    }

    /// Writes what is ready. What cannot be written stays ready.
    fn write(&mut self) {
        if self.ready.is_empty() {
            return;
        }
        let written = match &mut self.place {
            Place::Stdout => {
                let mut out = io::stdout().lock();
                out.write_all(&self.ready).and_then(|()| out.flush())
            }
            Place::File(file) => file.append(&self.ready, self.clock.now()),
        };
        match written {
            Ok(()) => {
                self.ready.clear();
                self.tally.write(std::mem::take(&mut self.events));
                if self.in_trouble.swap(false, Ordering::Relaxed) {
                    tracing::info!("the audit is written again");
                }
            }
            Err(error) => {
                if !self.in_trouble.swap(true, Ordering::Relaxed) {
                    tracing::error!("the audit cannot be written: {error}");
                }
            }
        }
    }
}
