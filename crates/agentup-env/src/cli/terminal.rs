//! Text that others wrote, made safe to show on a terminal.

use std::{borrow::Cow, fmt::Write as _};

/// The text with every character that could steer a terminal, reorder a line or hide itself written
/// as `\u{…}`. Line breaks are such characters too: the result is one line.
#[must_use]
pub fn safe_text(text: &str) -> Cow<'_, str> {
    replace(text, is_hostile, |out, character| {
        out.extend(character.escape_unicode());
    })
}

/// The same for serialized JSON, with JSON's own escapes, so that the document keeps its meaning.
///
/// A serializer has escaped the line breaks inside strings already; those left are layout and stay.
#[must_use]
pub fn safe_json(json: &str) -> Cow<'_, str> {
    let is_hostile = |character| character != '\n' && is_hostile(character);
    replace(json, is_hostile, |out, character| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

/// Control characters, and the invisible ones of Unicode's format category that are known from
/// spoofing: bidirectional controls, zero-width characters, line separators, tags.
fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

fn replace(
    text: &str,
    hostile: impl Fn(char) -> bool,
    escape: impl Fn(&mut String, char),
) -> Cow<'_, str> {
    if !text.chars().any(&hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if hostile(character) {
            escape(&mut out, character);
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays() {
        for text in ["", "basic,premium", "Zoë Müller 東京 👤", r#"{"a": "b\n"}"#] {
            assert!(matches!(safe_text(text), Cow::Borrowed(same) if same == text));
            assert!(matches!(safe_json(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn what_steers_a_terminal_is_written_out() {
        for (hostile, shown) in [
            ("\x1b[31mred", r"\u{1b}[31mred"),
            ("a\rb\nc\td", r"a\u{d}b\u{a}c\u{9}d"),
            ("\u{9b}2J", r"\u{9b}2J"),
            ("user\u{202e}nimda", r"user\u{202e}nimda"),
            ("a\u{200b}b\u{feff}", r"a\u{200b}b\u{feff}"),
            ("\u{e0041}", r"\u{e0041}"),
        ] {
            assert_eq!(safe_text(hostile), shown);
        }
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({"na\u{202e}me": "a\u{7f}\u{9b}b\n\u{e0041}"});
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        let safe = safe_json(&pretty);
        assert_eq!(
            safe,
            "{\n  \"na\\u202eme\": \"a\\u007f\\u009bb\\n\\udb40\\udc41\"\n}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&safe).unwrap(),
            value
        );
    }
}
