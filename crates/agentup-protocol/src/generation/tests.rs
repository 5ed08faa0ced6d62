//! Which values of `A2A-Version` ask for which generation.

use super::{Generation, requested_version};
use crate::ErrorKind;

#[test]
fn versions_are_matched_by_major_and_minor() {
    for version in [
        None,
        Some(""),
        Some(" "),
        Some("0.3"),
        Some("0.3.0"),
        Some("0.2"),
        Some("0.2.6"),
    ] {
        assert_eq!(
            Generation::from_version(version),
            Ok(Generation::V03),
            "{version:?}"
        );
    }
    for version in ["1.0", "1.0.0", "1.0.17", " 1.0 "] {
        assert_eq!(
            Generation::from_version(Some(version)),
            Ok(Generation::V10),
            "{version}"
        );
    }
    for version in [
        "1", "1.", ".0", "1.1", "1.1.0", "2.0", "99.0", "0.1", "0.4", "01.0", "abc", "1.0.",
        "1.0.x", "1.0.0.0", "1.0-rc1", "+1.0", "1.0\n1.0",
    ] {
        let error = Generation::from_version(Some(version)).expect_err(version);
        assert_eq!(error.kind(), ErrorKind::VersionNotSupported, "{version}");
    }
}

#[test]
fn a_refused_version_is_repeated_but_cut() {
    let error = Generation::from_version(Some(&"9".repeat(1000))).unwrap_err();
    let requested = error
        .metadata()
        .iter()
        .find(|(name, _)| *name == "requestedVersion");
    assert_eq!(requested.unwrap().1.len(), 128);
}

#[test]
fn the_header_wins_over_the_query() {
    let query = Some("a=b&a2a-version=0.3&A2A-Version=2.0");
    assert_eq!(requested_version(Some("1.0"), query), Some("1.0"));
    assert_eq!(requested_version(Some(""), query), Some(""));
    assert_eq!(requested_version(None, query), Some("0.3"));
    assert_eq!(requested_version(None, Some("A2A-Version")), None);
    assert_eq!(requested_version(None, Some("A2A-Version=")), Some(""));
    assert_eq!(requested_version(None, None), None);
}
