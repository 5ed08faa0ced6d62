//! Escapes: whatever a text has, it stays within its line and its place, and changes nothing that
//! is seen beside it.

use std::fmt;

/// Writes text of which control characters, and others that are not seen, are escaped.
pub(super) struct Escaping<'a>(pub(super) &'a mut Vec<u8>);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if is_plain(text) {
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

/// Adds a value: as it is if it is one word, else in quotes.
pub(super) fn value(line: &mut Vec<u8>, text: &str) {
    let is_word =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'=' | b'\'');
    if !text.is_empty() && all(text, is_word) {
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
    if all(text, |byte| {
        matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
    }) {
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

/// Whether a text is of ASCII that is seen, as nearly all are.
fn is_plain(text: &str) -> bool {
    all(text, |byte| matches!(byte, b' '..=b'~'))
}

/// Whether it is so for every byte. No byte ends the search, so that many are looked at at once.
fn all(text: &str, is_so: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & is_so(byte))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// Text that would like to be something else.
    const HOSTILE: &str = "a\nb\r\u{1b}[31m\"c\\\u{202e}\u{0}é😀'";

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut line = Vec::new();
        write(&mut line);
        String::from_utf8(line).unwrap()
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
