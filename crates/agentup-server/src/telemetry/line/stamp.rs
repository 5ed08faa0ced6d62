//! The time of a line: `2026-11-28T22:43:25.123456Z`.

use std::{cell::Cell, io::Write as _};

use agentup_env::clock;
use chrono::{DateTime, Datelike as _, Timelike as _};

/// As far as whole seconds, with the point.
const SECONDS: usize = "2026-11-28T22:43:25.".len();

thread_local! {
    /// The last second that was written, and its text: most lines share it with the one before.
    static LAST: Cell<(u64, [u8; SECONDS])> = const { Cell::new((u64::MAX, [0; SECONDS])) };
}

/// Adds the time to a line.
pub(super) fn write(line: &mut Vec<u8>) {
    let now = clock::since_epoch();
    let (last, mut text) = LAST.get();
    if last != now.as_secs() {
        write_second(now.as_secs(), &mut text);
        LAST.set((now.as_secs(), text));
    }
    line.extend_from_slice(&text);
    // With a million more it has all its zeros.
    let mut digits = itoa::Buffer::new();
    let micros = digits.format(now.subsec_micros().saturating_add(1_000_000));
    line.extend_from_slice(micros.as_bytes().get(1..).unwrap_or_default());
    line.push(b'Z');
}

fn write_second(second: u64, mut text: &mut [u8]) {
    let second = i64::try_from(second).unwrap_or_default();
    let time = DateTime::from_timestamp(second, 0).unwrap_or_default();
    let (year, month, day) = (time.year(), time.month(), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    // A year of more than four digits would not fit, and is not there.
    let _ = write!(
        text,
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}."
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_with_its_time() {
        let before = clock::utc_now();
        for _ in 0..2 {
            let mut line = Vec::new();
            write(&mut line);
            let text = String::from_utf8(line).unwrap();
            let time = DateTime::parse_from_rfc3339(&text).unwrap();
            assert_eq!(text.len(), "2026-11-28T22:43:25.123456Z".len(), "{text}");
            assert!(
                time.timestamp_micros() >= before.timestamp_micros(),
                "{text}"
            );
            assert!(time <= clock::utc_now(), "{text}");
        }
    }
}
