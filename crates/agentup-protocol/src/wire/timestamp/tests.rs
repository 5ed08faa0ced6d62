//! Timestamps in and out.

use super::Timestamp;

#[test]
fn timestamps_are_written_in_utc_with_milliseconds() {
    let table = [
        ("2026-11-23T13:15:23Z", "2026-11-23T13:15:23.000Z"),
        ("2026-11-23T13:15:23.774Z", "2026-11-23T13:15:23.774Z"),
        ("2026-11-23T13:15:23.774999999Z", "2026-11-23T13:15:23.774Z"),
        ("2026-11-23T14:15:23.5+01:00", "2026-11-23T13:15:23.500Z"),
        ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ("2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"),
        ("2026-12-31T23:59:60.5Z", "2026-12-31T23:59:60.500Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
    ];
    for (read, written) in table {
        let time = Timestamp::parse(read).expect(read);
        assert_eq!(time.to_string(), written);
        assert_eq!(
            serde_json::to_string(&time).unwrap(),
            format!("\"{written}\"")
        );
        assert_eq!(
            Timestamp::parse(written),
            Some(time),
            "{read} is cut when it is read"
        );
    }
}

#[test]
fn a_year_before_the_first_is_written_with_its_sign() {
    let time = Timestamp::parse("0000-01-01T00:00:00+01:00").unwrap();
    assert_eq!(time.to_string(), "-0001-12-31T23:00:00.000Z");
}

#[test]
fn what_is_no_timestamp_is_refused() {
    for text in [
        "",
        "now",
        "2026-11-23",
        "2026-11-23T13:15:23",
        "2026-13-01T00:00:00Z",
        "1770000000",
    ] {
        assert_eq!(Timestamp::parse(text), None, "{text}");
    }
}
