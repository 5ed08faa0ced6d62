//! What people look for in a payload: times, scopes, the user. Nothing here says that it is true.

use agentup_env::cli::terminal::{safe_json, safe_text};
use chrono::DateTime;
use serde_json::{Map, Value};

/// The claims that are times (RFC 7519 §4.1.4 to §4.1.6), in the order in which they are explained.
const TIMES: [&str; 3] = ["iat", "exp", "nbf"];
/// Where issuers put scopes; the first that is there counts.
const SCOPES: [&str; 3] = ["scope", "scp", "scopes"];
/// The claims that say who the user is.
const USER: [&str; 4] = ["sub", "user_id", "email", "name"];

/// The payload with a readable `…_formatted` member for each time.
pub(crate) fn with_readable_times(payload: &Map<String, Value>) -> Map<String, Value> {
    let mut readable = payload.clone();
    for name in TIMES {
        if let Some(time) = payload.get(name) {
            readable.insert(format!("{name}_formatted"), readable_time(time).into());
        }
    }
    readable
}

/// Seconds until the token expires, negative when it has; `None` without a usable `exp`.
pub(crate) fn expires_in(payload: &Map<String, Value>, now: u64) -> Option<i64> {
    let expires_at = whole_seconds(payload.get("exp")?)?;
    expires_at.checked_sub(i64::try_from(now).ok()?)
}

/// The scopes as text; `None` when no claim has them.
pub(crate) fn scopes(payload: &Map<String, Value>) -> Option<Vec<String>> {
    let scopes = SCOPES.iter().find_map(|name| payload.get(*name))?;
    Some(match scopes {
        Value::String(list) => {
            let scopes = list.split(|c: char| c == ',' || c.is_whitespace());
            scopes
                .filter(|scope| !scope.is_empty())
                .map(str::to_owned)
                .collect()
        }
        Value::Array(scopes) => scopes.iter().map(plain).collect(),
        other => vec![plain(other)],
    })
}

/// The claims about the user, in a fixed order.
pub(crate) fn user(payload: &Map<String, Value>) -> impl Iterator<Item = (&'static str, &Value)> {
    USER.into_iter()
        .filter_map(|name| Some((name, payload.get(name)?)))
}

/// A value as one line that is safe to show.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => safe_text(text).into_owned(),
        other => safe_json(&other.to_string()).into_owned(),
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn readable_time(time: &Value) -> String {
    whole_seconds(time)
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .map_or_else(
            || plain(time),
            |date| date.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        )
}

/// Up to here every whole number has a floating-point form of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A `NumericDate` without its fraction; `None` when it is not a number or beyond 64 bits.
fn whole_seconds(time: &Value) -> Option<i64> {
    if let Some(seconds) = time.as_i64() {
        return Some(seconds);
    }
    let seconds = time.as_f64()?.floor();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "within the range that was just checked"
    )]
    (-EXACT..=EXACT)
        .contains(&seconds)
        .then_some(seconds as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn times_are_utc_and_follow_the_claims() {
        let payload = object(&json!({"exp": 1_767_225_600, "iat": 0, "nbf": 1.5, "sub": "u"}));
        let readable = with_readable_times(&payload);
        let expected = json!({
            "exp": 1_767_225_600, "iat": 0, "nbf": 1.5, "sub": "u",
            "iat_formatted": "1970-01-01 00:00:00 UTC",
            "exp_formatted": "2026-01-01 00:00:00 UTC",
            "nbf_formatted": "1970-01-01 00:00:01 UTC",
        });
        assert_eq!(
            Value::from(readable.clone()).to_string(),
            expected.to_string(),
            "the order counts"
        );
    }

    #[test]
    fn what_is_not_a_time_is_repeated() {
        for (time, shown) in [
            (json!("soon"), "soon"),
            (json!(null), "null"),
            (json!(true), "true"),
            (json!([1]), "[1]"),
            (json!(i64::MIN), "-9223372036854775808"),
            (json!(u64::MAX), "18446744073709551615"),
            (json!(1e15), "1000000000000000.0"),
        ] {
            assert_eq!(readable_time(&time), shown);
        }
    }

    #[test]
    fn the_time_left_may_be_negative_or_unknown() {
        for (payload, left) in [
            (json!({"exp": 100}), Some(40)),
            (json!({"exp": 60}), Some(0)),
            (json!({"exp": 59.9}), Some(-1)),
            (json!({"exp": "100"}), None),
            (json!({"exp": i64::MIN}), None),
            (json!({"exp": 1e308}), None),
            (json!({}), None),
        ] {
            assert_eq!(expires_in(&object(&payload), 60), left, "{payload}");
        }
    }

    #[test]
    fn scopes_come_in_many_forms() {
        for (payload, expected) in [
            (
                json!({"scope": "basic,premium"}),
                Some(vec!["basic", "premium"]),
            ),
            (
                json!({"scope": "basic premium"}),
                Some(vec!["basic", "premium"]),
            ),
            (
                json!({"scope": " basic, premium ,"}),
                Some(vec!["basic", "premium"]),
            ),
            (json!({"scope": ["basic", 1]}), Some(vec!["basic", "1"])),
            (json!({"scp": ["basic"]}), Some(vec!["basic"])),
            (json!({"scopes": "basic"}), Some(vec!["basic"])),
            (json!({"scope": ""}), Some(vec![])),
            (json!({"scope": 7}), Some(vec!["7"])),
            (json!({}), None),
        ] {
            let scopes = scopes(&object(&payload));
            assert_eq!(
                scopes.as_deref(),
                expected
                    .map(|list| list.into_iter().map(str::to_owned).collect::<Vec<_>>())
                    .as_deref(),
                "{payload}"
            );
        }
    }
}
