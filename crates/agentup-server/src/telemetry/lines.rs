//! Log lines on their way to standard error. A thread that answers requests holds its lines until
//! it has nothing else to do, so that a busy one writes many at once.

use std::{
    cell::RefCell,
    io::{self, Write as _},
};

/// How much a thread holds before it writes, in bytes.
const MOST: usize = 32 * 1024;

/// More than most lines have, in bytes.
const USUAL_LINE: usize = 1024;

thread_local! {
    static HELD: RefCell<Held> = const { RefCell::new(Held::NOTHING) };
}

/// What a thread has written and not yet let go.
struct Held {
    bytes: Vec<u8>,
    /// How much of it is lines that are complete.
    whole: usize,
    /// Whether lines wait at all.
    waits: bool,
}

/// Has this thread hold its lines. It must [`release`] them each time before it sleeps.
pub(crate) fn hold() {
    HELD.with_borrow_mut(|held| {
        held.bytes.reserve(MOST.saturating_add(USUAL_LINE));
        held.waits = true;
    });
}

/// Writes what this thread holds.
pub(crate) fn release() {
    HELD.with_borrow_mut(Held::release);
}

/// Adds a line, which `write` writes behind those that are there.
pub(super) fn add(write: impl FnOnce(&mut Vec<u8>)) {
    HELD.with(|held| {
        // A value that logs while it is written has no line of its own.
        let Ok(mut held) = held.try_borrow_mut() else {
            return;
        };
        // A value that panicked has left a part of its line.
        let whole = held.whole;
        held.bytes.truncate(whole);
        write(&mut held.bytes);
        held.whole = held.bytes.len();
        if !held.waits || held.whole > MOST {
            held.release();
        }
    });
}

impl Held {
    const NOTHING: Self = Self {
        bytes: Vec::new(),
        whole: 0,
        waits: false,
    };

    fn release(&mut self) {
        self.bytes.truncate(self.whole);
        if !self.bytes.is_empty() {
            // A log that cannot be written can tell nobody of it.
            let _ = io::stderr().write_all(&self.bytes);
        }
        self.bytes.clear();
        self.whole = 0;
    }
}

/// Takes what this thread holds, for a test to look at.
#[cfg(test)]
pub(super) fn take() -> String {
    HELD.with_borrow_mut(|held| {
        let lines = String::from_utf8(std::mem::take(&mut held.bytes)).unwrap();
        held.whole = 0;
        lines
    })
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn lines_wait_for_their_thread() {
        hold();
        add(|line| line.extend_from_slice(b"one\n"));
        add(|line| line.extend_from_slice(b"two\n"));
        assert_eq!(take(), "one\ntwo\n");
        release();
        assert_eq!(take(), "");
    }

    #[test]
    fn a_thread_holds_no_more_than_it_may() {
        hold();
        for _ in 0..3 {
            add(|line| line.resize(line.len() + MOST / 2, b'\n'));
        }
        assert_eq!(take(), "");
    }

    #[test]
    fn half_a_line_is_none() {
        hold();
        add(|line| line.extend_from_slice(b"one\n"));
        let broken = AssertUnwindSafe(|| {
            add(|line| {
                line.extend_from_slice(b"half of ");
                panic!("a value has a fault");
            });
        });
        assert!(catch_unwind(broken).is_err());
        add(|line| {
            line.extend_from_slice(b"two\n");
            add(|line| line.extend_from_slice(b"within\n"));
        });
        assert_eq!(take(), "one\ntwo\n");
    }
}
