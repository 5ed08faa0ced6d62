//! Log lines on their way to standard error. A thread that answers requests holds its lines until
//! it has nothing else to do, so that a busy one writes many at once.

use std::{
    cell::RefCell,
    io::{self, Write},
};

/// How much a thread holds before it writes, in bytes.
const MOST: usize = 32 * 1024;

thread_local! {
    /// None on a thread that writes its lines at once.
    static HELD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Has this thread hold its lines. It must [`release`] them each time before it sleeps.
pub(crate) fn hold() {
    HELD.set(Some(Vec::with_capacity(MOST)));
}

/// Writes what this thread holds.
pub(crate) fn release() {
    HELD.with_borrow_mut(|held| {
        if let Some(held) = held.as_mut().filter(|held| !held.is_empty()) {
            // A log that cannot be written can tell nobody of it.
            let _ = io::stderr().write_all(held);
            held.clear();
        }
    });
}

/// Where the subscriber writes its lines.
#[derive(Debug)]
pub(super) struct Lines;

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        HELD.with_borrow_mut(|held| {
            let Some(held) = held else {
                return io::stderr().write_all(line);
            };
            if held.len().saturating_add(line.len()) > MOST {
                io::stderr().write_all(held)?;
                held.clear();
            }
            held.extend_from_slice(line);
            Ok(())
        })?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        release();
        Ok(())
    }
}
