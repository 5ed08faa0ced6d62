//! Each kind of value: what it takes, and what it does not.

use std::time::Duration;

use agentup_auth::Algorithm;

use super::*;

fn read<K: Kind>(kind: &K, text: &str) -> Option<K::Value> {
    kind.read(text).ok()
}

#[test]
fn flags() {
    for text in ["true", "TRUE", "yes", "on", "1"] {
        assert_eq!(read(&Flag, text), Some(true), "{text}");
    }
    for text in ["false", "No", "off", "0"] {
        assert_eq!(read(&Flag, text), Some(false), "{text}");
    }
    for text in ["", "2", "y", "truee", " true"] {
        assert_eq!(read(&Flag, text), None, "{text}");
    }
}

#[test]
fn counts() {
    let kind = Count(1..=10_000_u64);
    for (text, number) in [("1", Some(1)), ("10_000", Some(10_000)), ("+7", Some(7))] {
        assert_eq!(read(&kind, text), number, "{text}");
    }
    for text in [
        "0",
        "10001",
        "-1",
        "1.0",
        "1e3",
        "0x10",
        "",
        "99999999999999999999999",
    ] {
        assert_eq!(read(&kind, text), None, "{text}");
    }
    assert_eq!(
        kind.read("x").unwrap_err(),
        "is not a number from 1 to 10000"
    );
}

#[test]
fn spans() {
    let kind = Span(0..=3600);
    for (text, seconds) in [
        ("0", 0),
        ("90", 90),
        ("30s", 30),
        ("1m 30s", 90),
        ("1h", 3600),
    ] {
        assert_eq!(
            read(&kind, text),
            Some(Duration::from_secs(seconds)),
            "{text}"
        );
    }
    for text in ["3601", "2h", "-1", "500ms", "1.5", "soon", ""] {
        assert_eq!(read(&kind, text), None, "{text}");
    }
    assert_eq!(kind.show(&Duration::from_secs(90)), "90s");
    assert_eq!(
        kind.expected(),
        "a time from 0s to 1h, in seconds or as in 30s, 5m, 1h"
    );
}

#[test]
fn sizes() {
    let kind = Size(1024..=1 << 30);
    for (text, bytes) in [
        ("1024", 1024),
        ("1_048_576", 1 << 20),
        ("1MiB", 1 << 20),
        ("64 kib", 65_536),
        ("2kB", 2000),
        ("1 MB", 1_000_000),
        ("2000B", 2000),
        ("1GiB", 1 << 30),
    ] {
        assert_eq!(read(&kind, text), Some(bytes), "{text}");
    }
    for text in [
        "1023",
        "2GiB",
        "1.5MiB",
        "MiB",
        "1M",
        "-1",
        "",
        "99999999999999GiB",
    ] {
        assert_eq!(read(&kind, text), None, "{text}");
    }
    for (bytes, shown) in [(1 << 20, "1MiB"), (1536, "1536"), (2048, "2KiB"), (0, "0")] {
        assert_eq!(kind.show(&bytes), shown);
    }
}

#[test]
fn addresses() {
    for text in [
        "https://example.com",
        "http://example.com:80/a?b",
        "https://[::1]:9/",
    ] {
        assert!(read(&WebUrl, text).is_some(), "{text}");
    }
    for text in [
        "example.com",
        "/a",
        "ftp://example.com",
        "https://",
        "https://u:p@example.com",
        "a b",
        "",
    ] {
        assert!(read(&WebUrl, text).is_none(), "{text}");
        assert!(read(&KeyUrl, text).is_none(), "{text}");
    }
    for text in [
        "https://example.com/keys",
        "http://localhost:1/",
        "http://127.0.0.2/",
        "http://[::1]/",
    ] {
        assert!(read(&KeyUrl, text).is_some(), "{text}");
    }
    for text in [
        "http://example.com/",
        "http://localhost.example.com/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
    ] {
        assert!(read(&KeyUrl, text).is_none(), "{text}");
    }
}

#[test]
fn media_types() {
    for (text, media_type) in [
        ("text", "text/plain"),
        ("application/json", "application/json"),
        ("application/vnd.api+json", "application/vnd.api+json"),
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("image/*", "image/*"),
    ] {
        assert_eq!(read(&MediaType, text).as_deref(), Some(media_type));
    }
    for text in ["json", "a/", "/b", "a b/c", "a/b/c", ""] {
        assert!(read(&MediaType, text).is_none(), "{text}");
    }
}

#[test]
fn algorithms() {
    assert_eq!(read(&SignatureAlgorithm, "Ed25519"), Some(Algorithm::EdDSA));
    for text in ["none", "NONE", "hs256", "HS128"] {
        assert!(read(&SignatureAlgorithm, text).is_none(), "{text}");
    }
}

#[test]
fn texts() {
    assert_eq!(read(&Text, "a\nb").as_deref(), Some("a\nb"));
    assert!(read(&Text, "a\u{1b}[31m").is_none());
    assert_eq!(Secret.show(&"x".into()), SECRET_SHOWN);
}
