//! Every special address, and every way to be let through.

use AddressKind::*;

use super::*;

#[test]
fn every_address_is_for_something() {
    let cases = [
        ("8.8.8.8", Public),
        ("1.1.1.1", Public),
        ("100.63.255.255", Public),
        ("100.128.0.0", Public),
        ("172.15.255.255", Public),
        ("172.32.0.0", Public),
        ("192.0.1.0", Public),
        ("198.17.255.255", Public),
        ("198.20.0.0", Public),
        ("223.255.255.255", Public),
        ("127.0.0.1", Loopback),
        ("127.255.255.254", Loopback),
        ("10.0.0.1", Private),
        ("172.16.0.1", Private),
        ("172.31.255.255", Private),
        ("192.168.1.1", Private),
        ("100.64.0.1", Private),
        ("100.127.255.255", Private),
        ("169.254.169.254", LinkLocal),
        ("169.254.0.1", LinkLocal),
        ("168.63.129.16", Metadata),
        ("100.100.100.200", Metadata),
        ("0.0.0.0", Unspecified),
        ("0.1.2.3", Unspecified),
        ("224.0.0.1", Multicast),
        ("239.255.255.255", Multicast),
        ("192.0.0.192", Reserved),
        ("192.0.2.1", Reserved),
        ("192.88.99.1", Reserved),
        ("198.18.0.1", Reserved),
        ("198.51.100.1", Reserved),
        ("203.0.113.1", Reserved),
        ("240.0.0.1", Reserved),
        ("255.255.255.255", Reserved),
        ("2606:4700:4700::1111", Public),
        ("2001:4860:4860::8888", Public),
        ("2001:200::", Public),
        ("::1", Loopback),
        ("::", Unspecified),
        ("fc00::1", Private),
        ("fd12:3456::1", Private),
        ("fec0::1", Private),
        ("fe80::1", LinkLocal),
        ("febf::1", LinkLocal),
        ("fd00:ec2::254", Metadata),
        ("fd20:ce::254", Metadata),
        ("ff02::1", Multicast),
        ("2001::1", Reserved),
        ("2001:db8::1", Reserved),
        ("3fff::1", Reserved),
        ("100::1", Reserved),
        ("64:ff9b:1::1", Reserved),
        ("5f00::1", Reserved),
        ("4000::1", Reserved),
        // IPv4 in other clothes.
        ("::ffff:8.8.8.8", Public),
        ("::ffff:127.0.0.1", Loopback),
        ("::ffff:10.0.0.1", Private),
        ("::ffff:169.254.169.254", LinkLocal),
        ("::ffff:0.0.0.0", Unspecified),
        ("::127.0.0.1", Reserved),
        ("64:ff9b::8.8.8.8", Public),
        ("64:ff9b::169.254.169.254", LinkLocal),
        ("2002:7f00:1::", Loopback),
        ("2002:a9fe:a9fe::1", LinkLocal),
        ("2002:808:808::1", Public),
    ];
    for (address, expected) in cases {
        assert_eq!(
            AddressKind::of(address.parse().unwrap()),
            expected,
            "{address}"
        );
    }
}

#[test]
fn what_is_allowed_is_what_was_asked_for() {
    let strict = Guard::new();
    let local = Guard::new().allow_loopback();
    let private = Guard::new().allow_private();
    let named = Guard::new()
        .allow_host("Keys.Internal.")
        .allow_host("[fd00::1]");
    let cases = [
        ("idp.example", "8.8.8.8", [true, true, true, true]),
        ("idp.example", "127.0.0.1", [false, true, false, false]),
        ("localhost", "127.0.0.1", [false, true, false, false]),
        ("localhost", "::1", [false, true, false, false]),
        // A name that plain http is allowed for leads nowhere else.
        ("localhost", "8.8.8.8", [false, false, false, false]),
        ("LOCALHOST.", "10.0.0.1", [false, false, false, false]),
        ("keys.localhost", "8.8.8.8", [false, false, false, false]),
        ("notlocalhost", "8.8.8.8", [true, true, true, true]),
        ("idp.example", "10.0.0.1", [false, false, true, false]),
        ("idp.example", "fd00::1", [false, false, true, false]),
        ("keys.internal", "10.0.0.1", [false, false, true, true]),
        ("KEYS.internal", "127.0.0.1", [false, true, false, true]),
        ("[fd00::1]", "fd00::1", [false, false, true, true]),
        ("sub.keys.internal", "10.0.0.1", [false, false, true, false]),
        // Whatever is allowed.
        ("keys.internal", "169.254.169.254", [false; 4]),
        ("keys.internal", "::ffff:169.254.169.254", [false; 4]),
        ("keys.internal", "168.63.129.16", [false; 4]),
        ("keys.internal", "0.0.0.0", [false; 4]),
        ("keys.internal", "224.0.0.1", [false; 4]),
        ("keys.internal", "2001:db8::1", [false; 4]),
    ];
    for (host, address, expected) in cases {
        let address = address.parse().unwrap();
        let allowed = [&strict, &local, &private, &named]
            .map(|guard| guard.check_address(host, address).is_ok());
        assert_eq!(allowed, expected, "{host} {address}");
    }
}

#[test]
fn urls() {
    let strict = Guard::new();
    let local = Guard::new().allow_loopback();
    let named = Guard::new().allow_host("10.0.0.1").allow_host("localhost");
    let [scheme, credentials] = [Err(Refused::Scheme), Err(Refused::Credentials)];
    let loopback = Err(Refused::Address(Loopback));
    let cases = [
        ("https://idp.example/keys", [Ok(()), Ok(())]),
        ("https://idp.example:8443/keys?a=b", [Ok(()), Ok(())]),
        ("https://8.8.8.8/keys", [Ok(()), Ok(())]),
        ("http://idp.example/keys", [scheme, scheme]),
        ("http://8.8.8.8/keys", [scheme, scheme]),
        ("ftp://idp.example/keys", [scheme, scheme]),
        ("https://user@idp.example/", [credentials, credentials]),
        ("https://:word@idp.example/", [credentials, credentials]),
        ("http://localhost:8080/keys", [scheme, Ok(())]),
        ("http://localhost./keys", [scheme, Ok(())]),
        ("http://127.0.0.1/keys", [scheme, Ok(())]),
        ("http://[::1]/keys", [scheme, Ok(())]),
        ("http://localhost.example/keys", [scheme, scheme]),
        ("https://127.0.0.1/keys", [loopback, Ok(())]),
        ("https://[::1]/keys", [loopback, Ok(())]),
        ("https://[::ffff:127.0.0.1]/keys", [loopback, Ok(())]),
        // Other spellings of 127.0.0.1.
        ("https://2130706433/keys", [loopback, Ok(())]),
        ("https://0x7f.1/keys", [loopback, Ok(())]),
        ("https://0177.0.0.1/keys", [loopback, Ok(())]),
        ("https://127.1/keys", [loopback, Ok(())]),
        (
            "https://169.254.169.254/latest",
            [Err(Refused::Address(LinkLocal)); 2],
        ),
        (
            "https://[fd00:ec2::254]/latest",
            [Err(Refused::Address(Metadata)); 2],
        ),
        ("https://10.0.0.1/keys", [Err(Refused::Address(Private)); 2]),
        ("http://10.0.0.1/keys", [scheme, scheme]),
        (
            "https://0.0.0.0/keys",
            [Err(Refused::Address(Unspecified)); 2],
        ),
        ("data:application/json,{}", [Err(Refused::NoHost); 2]),
    ];
    for (text, expected) in cases {
        let url = Url::parse(text).unwrap();
        assert_eq!(
            [&strict, &local].map(|guard| guard.check_url(&url)),
            expected,
            "{text}"
        );
    }
    for (text, expected) in [
        ("https://10.0.0.1/keys", Ok(())),
        ("http://10.0.0.1/keys", scheme),
        ("http://localhost:8080/keys", Ok(())),
        ("http://127.0.0.1:8080/keys", scheme),
        ("https://10.0.0.2/keys", Err(Refused::Address(Private))),
    ] {
        let url = Url::parse(text).unwrap();
        assert_eq!(named.check_url(&url), expected, "{text}");
    }
}
