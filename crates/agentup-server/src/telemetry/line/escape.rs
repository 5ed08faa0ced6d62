//! Escapes: whatever a text has, it stays within its line and its place, and changes nothing that
//! is seen beside it.

use std::fmt::{self, Write as _};

/// Writes text of which control characters, and others that are not seen, are escaped.
pub(super) struct Escaping<'a>(pub(super) &'a mut Vec<u8>);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if none(text.as_bytes(), Eight::is_unseen) {
            self.0.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        for character in text.chars() {
            match character {
                '"' | '\'' | '\\' => push(self.0, character),
                other => escaped(self.0, other),
            }
        }
        Ok(())
    }
}

/// Writes text as it is, for somebody who looks at it afterwards.
pub(in crate::telemetry) struct Unescaped<'a>(&'a mut Vec<u8>);

impl fmt::Write for Unescaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Adds words that come in pieces, as [`Escaping`] would; they are looked at once.
pub(super) fn words(line: &mut Vec<u8>, write: impl FnOnce(&mut Unescaped<'_>) -> fmt::Result) {
    if let Some(unlike) = added_unless_any(line, write, Eight::is_unseen) {
        let _ = Escaping(line).write_str(&unlike);
    }
}

/// Adds words that come in pieces to a text of JSON.
pub(super) fn json_words(
    line: &mut Vec<u8>,
    write: impl FnOnce(&mut Unescaped<'_>) -> fmt::Result,
) {
    if let Some(unlike) = added_unless_any(line, write, Eight::is_escaped_in_json) {
        json_part(line, &unlike);
    }
}

/// Adds words, unless a byte of them is as it must not be: then they are given back.
fn added_unless_any(
    line: &mut Vec<u8>,
    write: impl FnOnce(&mut Unescaped<'_>) -> fmt::Result,
    is_bad: impl Fn(Eight) -> u64,
) -> Option<String> {
    let begun = line.len();
    // Only a value that refuses to be written makes this fail; what there is of it is told.
    let _ = write(&mut Unescaped(line));
    let are_good = line.get(begun..).is_none_or(|words| none(words, is_bad));
    (!are_good).then(|| String::from_utf8_lossy(&line.split_off(begun)).into_owned())
}

/// Adds a value: as it is if it is one word, else in quotes.
pub(super) fn value(line: &mut Vec<u8>, text: &str) {
    if !text.is_empty() && none(text.as_bytes(), Eight::is_quoted) {
        line.extend_from_slice(text.as_bytes());
        return;
    }
    line.push(b'"');
    for character in text.chars() {
        match character {
            '\'' => push(line, character),
            other => escaped(line, other),
        }
    }
    line.push(b'"');
}

/// Adds a text of JSON (RFC 8259 §7), in which what is not seen is escaped too.
pub(super) fn json(line: &mut Vec<u8>, text: &str) {
    line.push(b'"');
    json_part(line, text);
    line.push(b'"');
}

/// Adds a part of a text of JSON.
pub(super) fn json_part(line: &mut Vec<u8>, text: &str) {
    if none(text.as_bytes(), Eight::is_escaped_in_json) {
        line.extend_from_slice(text.as_bytes());
        return;
    }
    for character in text.chars() {
        match character {
            '"' => line.extend_from_slice(b"\\\""),
            '\\' => line.extend_from_slice(b"\\\\"),
            '\'' => push(line, character),
            other if other.escape_debug().len() == 1 => push(line, other),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    line.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
        }
    }
}

fn escaped(line: &mut Vec<u8>, character: char) {
    for part in character.escape_debug() {
        push(line, part);
    }
}

fn push(line: &mut Vec<u8>, character: char) {
    line.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Whether no byte of a text is as it must not be. They are asked eight at a time, and none ends the
/// search: so processors ask even more at once.
#[inline]
pub(in crate::telemetry) fn none(text: &[u8], is_bad: impl Fn(Eight) -> u64) -> bool {
    let (eights, rest) = text.as_chunks();
    // The last ones are asked together with some before them, or with some that are good.
    let last = text.last_chunk().copied().unwrap_or_else(|| {
        let mut last = [b'a'; 8];
        for (place, byte) in last.iter_mut().zip(rest) {
            *place = *byte;
        }
        last
    });
    let is_bad = |eight: &[u8; 8]| is_bad(Eight(u64::from_le_bytes(*eight)));
    let is_any_bad = eights
        .iter()
        .fold(is_bad(&last), |any, eight| any | is_bad(eight));
    is_any_bad & YES == 0
}

/// Eight bytes of a text. What is asked of them is answered by the highest bit of each, and is right
/// as long as all are ASCII; [`Self::is_unseen`] says whether they are.
#[derive(Clone, Copy)]
pub(in crate::telemetry) struct Eight(u64);

const YES: u64 = eight(0x80);

const fn eight(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

impl Eight {
    /// Whether it is no character of ASCII that is seen. Nearly all are.
    #[inline]
    pub(in crate::telemetry) const fn is_unseen(self) -> u64 {
        let is_above = self.0 | self.0.wrapping_add(eight(0x7f - b'~'));
        let is_below = !self.0.wrapping_add(eight(0x80 - b' '));
        is_above | is_below
    }

    #[inline]
    pub(in crate::telemetry) const fn is(self, byte: u8) -> u64 {
        YES.wrapping_sub(self.0 ^ eight(byte))
    }

    /// Whether it is not itself in a text of JSON.
    #[inline]
    const fn is_escaped_in_json(self) -> u64 {
        self.is_unseen() | self.is(b'"') | self.is(b'\\')
    }

    /// Whether it is not of a word, or could be taken for something else.
    #[inline]
    pub(super) const fn is_quoted(self) -> u64 {
        self.is_escaped_in_json() | self.is(b' ') | self.is(b'=') | self.is(b'\'')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text that would like to be something else.
    const HOSTILE: &str = "a\nb\r\u{1b}[31m\"c\\\u{202e}\u{0}é😀'";

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut line = Vec::new();
        write(&mut line);
        String::from_utf8(line).unwrap()
    }

    /// Each byte, among others of which nothing is to be said.
    #[test]
    fn eight_bytes_are_asked_as_one_would_be() {
        for byte in 0..=u8::MAX {
            for length in 1..20 {
                for place in 0..length {
                    let mut text = vec![b'x'; length];
                    text[place] = byte;
                    let is_seen = matches!(byte, b' '..=b'~');
                    let of_json = is_seen && !matches!(byte, b'"' | b'\\');
                    let of_word = of_json && !matches!(byte, b' ' | b'=' | b'\'');
                    assert_eq!(none(&text, Eight::is_unseen), is_seen, "{text:?}");
                    assert_eq!(none(&text, Eight::is_escaped_in_json), of_json, "{text:?}");
                    assert_eq!(none(&text, Eight::is_quoted), of_word, "{text:?}");
                }
            }
        }
        assert!(none(b"", Eight::is_quoted));
    }

    #[test]
    fn a_message_stays_in_its_line() {
        let line = written(|line| write!(Escaping(line), "{HOSTILE}").unwrap());
        assert_eq!(line, "a\\nb\\r\\u{1b}[31m\"c\\\\u{202e}\\0é😀'");
    }

    #[test]
    fn a_value_stays_in_its_place() {
        assert_eq!(
            written(|line| value(line, "bad_signature")),
            "bad_signature"
        );
        assert_eq!(
            written(|line| value(line, "/tasks/{*rest}")),
            "/tasks/{*rest}"
        );
        assert_eq!(written(|line| value(line, "")), "\"\"");
        assert_eq!(written(|line| value(line, "a b=c")), "\"a b=c\"");
        let line = written(|line| value(line, HOSTILE));
        assert_eq!(line, "\"a\\nb\\r\\u{1b}[31m\\\"c\\\\\\u{202e}\\0é😀'\"");
    }

    #[test]
    fn a_text_of_json_is_that_text_again() {
        let line = written(|line| json(line, HOSTILE));
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), HOSTILE);
        assert!(!line.contains(['\u{202e}', '\u{1b}', '\n']), "{line}");
        assert!(line.contains("é😀"), "{line}");
    }
}
