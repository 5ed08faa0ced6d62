//! Tests of what is taken as a token and how much of it is shown.

use super::*;

fn shown(token: &str) -> String {
    Token::parse(token).ok().unwrap().preview().to_owned()
}

#[test]
fn the_scheme_may_be_copied_along() {
    for text in [
        "abc.def.ghi",
        "Bearer abc.def.ghi",
        " bearer  abc.def.ghi\n",
    ] {
        let token = Token::parse(text).ok().unwrap();
        assert_eq!(token.header(), "Bearer abc.def.ghi", "{text:?}");
        assert!(token.header().is_sensitive());
    }
}

#[test]
fn what_cannot_be_sent_is_refused() {
    for (text, error) in [
        ("", TokenError::Empty),
        (" \n", TokenError::Empty),
        ("Bearer", TokenError::Empty),
        ("Bearer ", TokenError::Empty),
        ("abc def", TokenError::Unsendable),
        ("abc\r\nX-Evil: 1", TokenError::Unsendable),
        ("ab\u{e9}", TokenError::Unsendable),
        (&"a".repeat(MAX_BYTES + 1), TokenError::TooLong),
    ] {
        assert_eq!(Token::parse(text).err(), Some(error), "{:?}", text.get(..9));
    }
}

#[test]
fn a_long_jwt_shows_fifty_characters() {
    let jwt = format!("{}.{}.{}", "h".repeat(36), "p".repeat(120), "s".repeat(43));
    assert_eq!(
        shown(&jwt),
        format!("{}.{}...", "h".repeat(36), "p".repeat(13))
    );
}

#[test]
fn the_signature_is_never_shown() {
    let small = format!("{}.{}.{}", "h".repeat(20), "p".repeat(4), "s".repeat(86));
    assert_eq!(
        shown(&small),
        format!("{}.{}...", "h".repeat(20), "p".repeat(4))
    );
    assert_eq!(shown("h.p.sssssss"), "h.p...");
    assert_eq!(shown(".."), "....");
    assert_eq!(
        shown(&format!("{}.p.s", "h".repeat(60))),
        format!("{}...", "h".repeat(10))
    );
}

#[test]
fn an_opaque_token_shows_next_to_nothing() {
    assert_eq!(shown("hunter2"), "...");
    assert_eq!(shown(&"a".repeat(200)), "aaaa...");
    assert_eq!(shown(&format!("a.b.c.{}", "d".repeat(200))), "a.b....");
}
