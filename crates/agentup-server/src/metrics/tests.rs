//! Counts, and the forms in which they are told.

use std::time::Duration;

use super::{histogram::Times, text::Format, *};

#[test]
fn the_older_text_unless_the_newer_is_wanted_as_much() {
    let prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,\
                      application/openmetrics-text;version=0.0.1;q=0.4,\
                      text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    for (accept, format) in [
        (Some(prometheus), Format::OpenMetrics),
        (Some("application/openmetrics-text"), Format::OpenMetrics),
        (
            Some("Application/OpenMetrics-Text ; Q=1"),
            Format::OpenMetrics,
        ),
        (Some("application/openmetrics-text;q=0"), Format::Prometheus),
        (
            Some("text/plain, application/openmetrics-text;q=0.9"),
            Format::Prometheus,
        ),
        (Some("*/*"), Format::Prometheus),
        (Some("text/html"), Format::Prometheus),
        (
            Some("application/openmetrics-text;q=nonsense"),
            Format::Prometheus,
        ),
        (Some(""), Format::Prometheus),
        (None, Format::Prometheus),
    ] {
        assert_eq!(Format::accepted(accept), format, "{accept:?}");
    }
}

#[test]
fn a_time_counts_in_the_first_bucket_that_it_fits_in() {
    let histogram = Histogram::default();
    for micros in [0, 50, 51, 2_000_000, 400_000_000] {
        histogram.observe(Duration::from_micros(micros));
    }
    let times = Times::of(&histogram);
    let filled = times.buckets.iter().filter(|(_, count)| *count > 0);
    let expected = [(0.00005, 2), (0.0001, 1), (2.5, 1), (f64::INFINITY, 1)];
    assert!(filled.eq(&expected), "{times:?}");
    assert_eq!(times.count, 5);
    assert!((times.sum - 402.000_101).abs() < 1e-9);
}

#[test]
fn a_skill_goes_on_counting_when_settings_are_replaced() {
    let metrics = Metrics::default();
    let ids: [Arc<str>; 2] = ["one".into(), "two".into()];
    let before = metrics.skills(&ids);
    before.of("one").unwrap().denied();
    let after = metrics.skills(&ids[..1]);
    assert!(Arc::ptr_eq(
        before.of("one").unwrap(),
        after.of("one").unwrap()
    ));
    assert!(after.of("two").is_none());
    drop(before);
    let _again = metrics.skills(&ids[..1]);
    assert_eq!(metrics.skills.lock().len(), 1, "nobody has a use for `two`");
}

#[test]
fn a_level_falls_when_what_it_counts_is_gone() {
    let level = Arc::new(Level::default());
    let (one, two) = (level.enter(), level.enter());
    assert_eq!(level.get(), 2);
    drop((one, two));
    assert_eq!(level.get(), 0);
}

#[test]
fn a_limit_is_named_as_in_the_configuration() {
    let keys = include_str!("../config/keys/limits.rs");
    for (place, limit) in Limit::ALL.into_iter().enumerate() {
        let key = format!("\"server.limits.{}\"", limit.name());
        assert!(keys.contains(&key), "{key}");
        assert_eq!(limit as usize, place);
    }
}

#[test]
fn every_code_of_a_refusal_has_its_count() {
    let sources = [
        "api_key/error",
        "dpop/error",
        "introspection/error",
        "token",
        "verify/error",
    ];
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../agentup-auth/src");
    for source in sources {
        let text = std::fs::read_to_string(folder.join(format!("{source}.rs"))).unwrap();
        for name in codes_in(&text) {
            assert!(codes::OF_CREDENTIALS.contains(&name), "{source} has {name}");
        }
    }
    for name in codes_in(include_str!("../http/rejection.rs")) {
        let of_either = [codes::OF_CREDENTIALS, codes::OF_REQUESTS].concat();
        assert!(of_either.contains(&name), "a rejection has {name}");
    }
    for kind in agentup_protocol::ErrorKind::ALL {
        assert!(codes::OF_REQUESTS.contains(&kind.name()), "{}", kind.name());
    }
    for name in codes_in(include_str!("../tls/handshake/error.rs")) {
        assert!(
            codes::OF_HANDSHAKES.contains(&name),
            "a handshake has {name}"
        );
    }
    for list in [
        codes::OF_CREDENTIALS,
        codes::OF_REQUESTS,
        codes::OF_HANDSHAKES,
    ] {
        assert!(list.is_sorted(), "they are searched as sorted ones");
    }
}

/// The codes that the function `code` of a source has.
fn codes_in(source: &str) -> Vec<&str> {
    let (_, code) = source.split_once("const fn code(").unwrap();
    let (code, _) = code.split_once("\n    }\n").unwrap();
    let names = code.split("=> \"").skip(1);
    names.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn a_code_that_is_not_known_is_counted_all_the_same() {
    let counts = codes::Codes::new(codes::OF_CREDENTIALS);
    counts.add("expired");
    counts.add("of another time");
    let place = |name| {
        codes::OF_CREDENTIALS
            .iter()
            .position(|it| *it == name)
            .unwrap()
    };
    assert_eq!(
        (counts.get(place("expired")), counts.get(place("other"))),
        (1, 1)
    );
}
