//! What a connection is doing, so that one which only keeps its place can be ended.
//!
//! A connection waits for the head of a request or is at work on some. How long it may wait depends
//! on what for; while it is at work, its client must take what it is sent.

use std::{
    future::poll_fn,
    sync::{
        Arc, LazyLock,
        atomic::{
            AtomicBool, AtomicU8, AtomicU32, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_util::task::AtomicWaker;
use tokio::time::Instant;

use crate::{config::LimitsConfig, metrics::Limit};

/// The moment from which everything here is counted.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A client that takes what it is sent.
const NOT_STUCK: u64 = u64::MAX;

/// How a client of HTTP/2 begins to speak (RFC 9113 §3.4); no method of HTTP/1 begins like that.
const PREFACE: &[u8] = b"PRI";

/// How long a connection may wait for what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For the whole head of a request, and for the first one from the beginning.
    head: Duration,
    /// For anything at all.
    idle: Duration,
    /// For the client to take a part of what it is sent.
    write: Duration,
}

/// Why a connection is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// The head of a request did not come in time.
    Head,
    /// Nothing was asked for.
    Idle,
    /// The client takes nothing of what it is sent.
    Write,
}

/// What a connection is doing. It is told by the thread of the connection, and read by others only
/// to choose whose connection is ended: a moment late is good enough.
#[derive(Debug)]
pub(super) struct Activity {
    phase: AtomicU8,
    /// When it began to wait, in milliseconds.
    since: AtomicU64,
    /// When the client was last sent something that it did not take, in milliseconds.
    stuck_since: AtomicU64,
    /// The requests that it is at work on.
    requests: AtomicU32,
    is_http2: AtomicBool,
    /// Whether it has been at work.
    has_served: AtomicBool,
    is_to_end: AtomicBool,
    /// Of whoever waits for that: one that is asked at every step of a connection, and so a cheap one.
    waker: AtomicWaker,
}

/// What a connection waits for, if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// For the first request.
    New,
    /// For a request.
    Idle,
    /// For the rest of the head of a request.
    Head,
    /// For nothing.
    Busy,
}

/// A request that the connection is at work on, until this is dropped.
#[derive(Debug)]
pub(super) struct AtWork(Arc<Activity>);

impl Patience {
    pub(super) const fn new(limits: &LimitsConfig) -> Self {
        Self {
            head: limits.header_timeout,
            idle: limits.idle_timeout,
            write: limits.write_timeout,
        }
    }

    /// What a connection does may change after every look, and none may wait for longer than that.
    fn between_looks(self) -> Duration {
        self.head.min(self.idle).min(self.write)
    }
}

impl Overdue {
    /// What it was longer than.
    pub(super) const fn limit(self) -> Limit {
        match self {
            Self::Head => Limit::HeaderTimeout,
            Self::Idle => Limit::IdleTimeout,
            Self::Write => Limit::WriteTimeout,
        }
    }
}

impl Activity {
    /// A connection that begins now.
    pub(super) fn new() -> Self {
        Self {
            phase: AtomicU8::new(Phase::New as u8),
            since: AtomicU64::new(now()),
            stuck_since: AtomicU64::new(NOT_STUCK),
            requests: AtomicU32::new(0),
            is_http2: AtomicBool::new(false),
            has_served: AtomicBool::new(false),
            is_to_end: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    /// Bytes of the client have come.
    pub(super) fn received(&self, bytes: &[u8]) {
        match self.phase() {
            Phase::Idle if !self.is_http2.load(Relaxed) => self.wait_for(Phase::Head),
            Phase::New if bytes.starts_with(PREFACE) => self.is_http2.store(true, Relaxed),
            // Of HTTP/2, no piece of a head is told from what keeps a connection alive.
            Phase::New | Phase::Idle | Phase::Head | Phase::Busy => {}
        }
    }

    /// Bytes for the client were taken, or not.
    pub(super) fn sent(&self, is_taken: bool) {
        if is_taken {
            self.stuck_since.store(NOT_STUCK, Relaxed);
        } else if self.stuck_since.load(Relaxed) == NOT_STUCK {
            self.stuck_since.store(now(), Relaxed);
        }
    }

    /// The head of a request has come.
    pub(super) fn begin(self: &Arc<Self>) -> AtWork {
        self.requests.fetch_add(1, Relaxed);
        self.phase.store(Phase::Busy as u8, Relaxed);
        AtWork(Arc::clone(self))
    }

    /// Since when it waits, in milliseconds from some moment; none while it is at work.
    pub(super) fn waits_since(&self) -> Option<u64> {
        (self.phase() != Phase::Busy).then(|| self.since.load(Relaxed))
    }

    /// Whether it has ever been at work.
    pub(super) fn has_served(&self) -> bool {
        self.has_served.load(Relaxed)
    }

    /// Has the connection ended.
    pub(super) fn end(&self) {
        self.is_to_end.store(true, Release);
        self.waker.wake();
    }

    /// Waits until the connection is to be ended for the sake of others.
    pub(super) async fn ended(&self) {
        let is_to_end = |context: &mut Context<'_>| {
            // First, so that an end in between is not missed.
            self.waker.register(context.waker());
            if self.is_to_end.load(Acquire) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        };
        poll_fn(is_to_end).await;
    }

    /// How long until it is worth another look.
    ///
    /// # Errors
    /// When it has kept its place for too long.
    pub(super) fn check(&self, patience: Patience) -> Result<Duration, Overdue> {
        let now = now();
        let left = |since: u64, patience: Duration, overdue| {
            let waited = Duration::from_millis(now.saturating_sub(since));
            let left = patience.saturating_sub(waited);
            if left.is_zero() {
                Err(overdue)
            } else {
                Ok(left)
            }
        };
        let since = self.since.load(Relaxed);
        let left = match self.phase() {
            Phase::New | Phase::Head => left(since, patience.head, Overdue::Head),
            Phase::Idle => left(since, patience.idle, Overdue::Idle),
            Phase::Busy => match self.stuck_since.load(Relaxed) {
                NOT_STUCK => Ok(patience.write),
                since => left(since, patience.write, Overdue::Write),
            },
        };
        Ok(left?.min(patience.between_looks()))
    }

    fn phase(&self) -> Phase {
        match self.phase.load(Relaxed) {
            0 => Phase::New,
            1 => Phase::Idle,
            2 => Phase::Head,
            _ => Phase::Busy,
        }
    }

    fn wait_for(&self, phase: Phase) {
        self.since.store(now(), Relaxed);
        self.phase.store(phase as u8, Relaxed);
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let activity = &self.0;
        if activity.requests.fetch_sub(1, Relaxed) == 1 {
            activity.has_served.store(true, Relaxed);
            activity.wait_for(Phase::Idle);
        }
    }
}

/// Now, in milliseconds.
pub(super) fn now() -> u64 {
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
