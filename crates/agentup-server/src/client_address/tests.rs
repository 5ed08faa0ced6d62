//! Whose word is taken for the client's address.

use http::HeaderValue;

use super::*;

fn proxies(networks: Option<&[&str]>, header: ForwardedHeader) -> TrustedProxies {
    let networks = networks.map(|it| it.iter().map(|it| it.parse().unwrap()).collect());
    TrustedProxies { networks, header }
}

/// What is found with these header lines of one name: the address, and whom it counts as.
fn found(peer: &str, proxies: &TrustedProxies, lines: &[&str]) -> (String, Option<String>) {
    let name = match proxies.header {
        ForwardedHeader::XForwardedFor => X_FORWARDED_FOR,
        ForwardedHeader::Forwarded => FORWARDED,
    };
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(&name, HeaderValue::from_bytes(line.as_bytes()).unwrap());
    }
    let client = ClientAddress::new(peer.parse().unwrap(), &headers, proxies);
    let source = client.source().map(|source| source.to_string());
    (client.ip().to_string(), source)
}

fn one(address: &str) -> (String, Option<String>) {
    (address.to_owned(), Some(address.to_owned()))
}

fn many(address: &str) -> (String, Option<String>) {
    (address.to_owned(), None)
}

#[test]
fn a_trusted_proxy_is_believed_and_the_next_hop_is_not() {
    let trusted = proxies(Some(&["10.0.0.0/8"]), ForwardedHeader::XForwardedFor);
    let found = |lines: &[&str]| found("10.0.0.1", &trusted, lines);
    assert_eq!(found(&["203.0.113.7"]), one("203.0.113.7"));
    // What stands before the address that the proxy saw, the client has written.
    assert_eq!(found(&["127.0.0.1, 203.0.113.7"]), one("203.0.113.7"));
    assert_eq!(found(&["127.0.0.1", "203.0.113.7"]), one("203.0.113.7"));
    // Proxies behind each other.
    assert_eq!(
        found(&["9.9.9.9, 203.0.113.7, 10.1.1.1"]),
        one("203.0.113.7")
    );
    assert_eq!(found(&["10.2.2.2, 10.1.1.1"]), one("10.2.2.2"));
    for (line, address) in [
        ("203.0.113.7:4711", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
    ] {
        assert_eq!(found(&[line]), one(address), "{line}");
    }
    for line in [
        "[2001:db8:1:2:3::4]:80",
        "[2001:db8:1:2:3::4]",
        "2001:db8:1:2:3::4",
    ] {
        let source = Some("2001:db8:1:2::/64".to_owned());
        let address = "2001:db8:1:2:3::4".to_owned();
        assert_eq!(found(&[line]), (address, source), "{line}");
    }
}

#[test]
fn a_proxy_that_does_not_say_stands_for_many() {
    let trusted = proxies(Some(&["10.0.0.0/8"]), ForwardedHeader::XForwardedFor);
    let found = |lines: &[&str]| found("10.0.0.1", &trusted, lines);
    assert_eq!(found(&[]), many("10.0.0.1"));
    for line in [
        "unknown",
        "",
        "203.0.113.7, ",
        "203.0.113.7:x",
        "[::1",
        "[::1]x",
        "é",
    ] {
        assert_eq!(found(&[line]), many("10.0.0.1"), "{line}");
    }
    assert_eq!(found(&["unknown, 10.1.1.1"]), many("10.1.1.1"));
}

#[test]
fn nobody_else_is_believed() {
    let trusted = proxies(Some(&["10.0.0.0/8"]), ForwardedHeader::XForwardedFor);
    assert_eq!(
        found("203.0.113.9", &trusted, &["1.2.3.4"]),
        one("203.0.113.9")
    );
    let direct = proxies(Some(&[]), ForwardedHeader::XForwardedFor);
    assert_eq!(found("127.0.0.1", &direct, &["1.2.3.4"]), one("127.0.0.1"));
    assert_eq!(found("::ffff:127.0.0.1", &direct, &[]), one("127.0.0.1"));
}

#[test]
fn where_nothing_is_said_of_proxies_one_may_stand_there() {
    let unsaid = proxies(None, ForwardedHeader::XForwardedFor);
    assert_eq!(found("203.0.113.9", &unsaid, &[]), one("203.0.113.9"));
    assert_eq!(
        found("203.0.113.9", &unsaid, &["1.2.3.4"]),
        many("203.0.113.9")
    );
    for peer in [
        "127.0.0.1",
        "10.0.0.1",
        "172.18.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "::1",
        "fd00::1",
        "fe80::1",
    ] {
        assert_eq!(found(peer, &unsaid, &[]), many(peer), "{peer}");
    }
}

#[test]
fn forwarded_is_read_as_its_rfc_says() {
    let trusted = proxies(Some(&["10.0.0.0/8"]), ForwardedHeader::Forwarded);
    let found = |lines: &[&str]| found("10.0.0.1", &trusted, lines);
    for (line, address) in [
        ("for=203.0.113.7", "203.0.113.7"),
        (
            "For=\"203.0.113.7:80\";proto=https;by=10.0.0.1",
            "203.0.113.7",
        ),
        (
            "for=1.2.3.4, for=203.0.113.7;proto=http, for=10.9.9.9",
            "203.0.113.7",
        ),
    ] {
        assert_eq!(found(&[line]), one(address), "{line}");
    }
    let (address, _) = found(&["for=\"[2001:db8::7]:4711\""]);
    assert_eq!(address, "2001:db8::7");
    for line in [
        "for=_hidden",
        "for=unknown",
        "proto=https",
        "for=1.2.3.4;for=5.6.7.8",
        "for=\"1.2.3.4",
    ] {
        assert_eq!(found(&[line]), many("10.0.0.1"), "{line}");
    }
}

#[test]
fn a_chain_without_end_is_not_followed() {
    let trusted = proxies(Some(&["10.0.0.0/8"]), ForwardedHeader::XForwardedFor);
    let chain = format!("203.0.113.7{}", ", 10.1.1.1".repeat(MAX_HOPS));
    assert_eq!(found("10.0.0.1", &trusted, &[&chain]), one("10.1.1.1"));
}
