//! The time of a line: `2026-11-28T22:43:25.123456Z`.

use std::{cell::Cell, io::Write as _};

use agentup_env::clock;
use chrono::{Datelike as _, Timelike as _};

/// As far as whole seconds.
const SECONDS: usize = "2026-11-28T22:43:25".len();

thread_local! {
    /// The last second that was written, and its digits: most lines share it with the one before.
    static LAST: Cell<(i64, [u8; SECONDS])> = const { Cell::new((i64::MIN, [0; SECONDS])) };
}

/// Adds the time to a line.
pub(super) fn write(line: &mut Vec<u8>) {
    let now = clock::utc_now();
    let (last, mut digits) = LAST.get();
    if last != now.timestamp() {
        let (year, month, day) = (now.year(), now.month(), now.day());
        let (hour, minute, second) = (now.hour(), now.minute(), now.second());
        // A year of more than four digits would not fit, and is not there.
        let _ = write!(
            digits.as_mut_slice(),
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        );
        LAST.set((now.timestamp(), digits));
    }
    line.extend_from_slice(&digits);
    line.push(b'.');
    // A leap second has more than a million.
    let mut micros = now.timestamp_subsec_micros().min(999_999);
    let mut fraction = [b'0'; 6];
    for digit in fraction.iter_mut().rev() {
        *digit = b'0'.saturating_add(u8::try_from(micros % 10).unwrap_or_default());
        micros /= 10;
    }
    line.extend_from_slice(&fraction);
    line.push(b'Z');
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

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
