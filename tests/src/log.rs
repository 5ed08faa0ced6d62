//! What a program writes while it runs, captured whole, and waited for without sleeping.

use std::{
    io::{BufRead as _, BufReader, Read},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Instant,
};

use crate::PATIENCE;

/// A captured stream. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    captured: Mutex<Captured>,
    /// Told at every line and at the end.
    grown: Condvar,
}

#[derive(Debug, Default)]
struct Captured {
    text: String,
    ended: bool,
}

impl Log {
    /// Reads a stream to its end, on a thread of its own.
    pub fn follow(stream: impl Read + Send + 'static) -> Self {
        let log = Self::default();
        let shared = Arc::clone(&log.0);
        thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while stream
                .read_until(b'\n', &mut line)
                .is_ok_and(|length| length > 0)
            {
                shared.lock().text.push_str(&String::from_utf8_lossy(&line));
                shared.grown.notify_all();
                line.clear();
            }
            shared.lock().ended = true;
            shared.grown.notify_all();
        });
        log
    }

    /// What has been written so far.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.lock().text.clone()
    }

    /// Waits until this has been written, and returns all that has been by then.
    ///
    /// # Panics
    /// When the stream ends without it, or [`PATIENCE`] does.
    #[must_use]
    pub fn wait_for(&self, part: &str) -> String {
        self.wait_for_times(part, 1)
    }

    /// Waits until this has been written as many times.
    ///
    /// # Panics
    /// As [`wait_for`](Self::wait_for).
    #[must_use]
    pub fn wait_for_times(&self, part: &str, times: usize) -> String {
        let (text, found) = self.wait(|captured| captured.text.matches(part).count() >= times);
        assert!(
            found,
            "{part:?} was not written {times} times; there is:\n{text}"
        );
        text
    }

    /// Waits for a line that begins like this, and returns the rest of it; none when the stream
    /// ends without.
    #[must_use]
    pub fn find_line(&self, beginning: &str) -> Option<String> {
        let rest = |text: &str| {
            // A line is captured whole, with its end.
            text.lines()
                .find_map(|line| line.strip_prefix(beginning))
                .map(str::to_owned)
        };
        let (text, _) = self.wait(|captured| rest(&captured.text).is_some());
        rest(&text)
    }

    /// Waits for the end of the stream, and returns all of it.
    ///
    /// # Panics
    /// When [`PATIENCE`] ends before the stream.
    #[must_use]
    pub fn whole(&self) -> String {
        let (text, _) = self.wait(|captured| captured.ended);
        assert!(
            self.0.lock().ended,
            "the stream does not end; there is:\n{text}"
        );
        text
    }

    /// What is there when the condition holds, the stream has ended, or the patience has.
    fn wait(&self, done: impl Fn(&Captured) -> bool) -> (String, bool) {
        let begun = Instant::now();
        let mut captured = self.0.lock();
        loop {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            let found = done(&captured);
            if found || captured.ended || left.is_zero() {
                return (captured.text.clone(), found);
            }
            let woken = self.0.grown.wait_timeout(captured, left);
            captured = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Captured> {
        self.captured.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
