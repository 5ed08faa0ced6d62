//! Which failures pass.

use agentup_auth::remote::guard::AddressKind;

use super::*;

fn status(code: u16) -> Failure {
    Failure::Status(StatusCode::from_u16(code).unwrap(), None)
}

#[test]
fn what_may_fare_better_later_is_tried_again() {
    for passing in [Failure::Connect, Failure::Timeout, Failure::Broken] {
        assert!(passing.is_passing(), "{passing}");
    }
    for code in [408, 429, 500, 502, 503, 504, 599] {
        assert!(status(code).is_passing(), "{code}");
    }
}

#[test]
fn what_was_refused_is_not() {
    let refused = Failure::Refused(Refused::Address(AddressKind::Private));
    for lasting in [
        Failure::SwitchedOff,
        refused,
        Failure::NoClient,
        Failure::NotSigned,
    ] {
        assert!(!lasting.is_passing(), "{lasting}");
    }
    for code in [301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422] {
        assert!(!status(code).is_passing(), "{code}");
    }
}

#[test]
fn a_webhook_says_when_to_come_again() {
    for (value, expected) in [
        ("7", Some(Duration::from_secs(7))),
        ("soon", None),
        ("-1", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
    ] {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]);
        assert_eq!(retry_after(&headers), expected, "{value}");
    }
}
