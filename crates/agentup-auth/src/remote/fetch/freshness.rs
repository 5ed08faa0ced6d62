//! How long the server of a document says that it is good.

use std::time::Duration;

use reqwest::header::{AGE, CACHE_CONTROL, HeaderMap};

/// What is left of `Cache-Control: max-age` after `Age` (RFC 9111 §4.2). None when the server
/// does not say, or says that it must not be kept at all: how often to ask such a server is for
/// the configuration.
pub(super) fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let mut seconds = None;
    for value in headers.get_all(CACHE_CONTROL) {
        for directive in value.to_str().ok()?.split(',') {
            let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
            let name = name.trim().to_ascii_lowercase();
            match name.as_str() {
                "no-store" | "no-cache" => return None,
                "max-age" => seconds = Some(number(argument)?),
                _ => {}
            }
        }
    }
    let age = headers.get(AGE).and_then(|age| number(age.to_str().ok()?));
    seconds.map(|seconds| Duration::from_secs(seconds.saturating_sub(age.unwrap_or_default())))
}

fn number(text: &str) -> Option<u64> {
    text.trim().trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headers, and the seconds that they mean.
    type Case = (&'static [(&'static str, &'static str)], Option<u64>);

    #[test]
    fn what_the_server_says() {
        let cases: [Case; 12] = [
            (&[], None),
            (&[("cache-control", "max-age=600")], Some(600)),
            (
                &[("cache-control", "public, Max-Age = 600 , must-revalidate")],
                Some(600),
            ),
            (&[("cache-control", "max-age=\"600\"")], Some(600)),
            (
                &[
                    ("cache-control", "public"),
                    ("cache-control", "max-age=600"),
                ],
                Some(600),
            ),
            (
                &[("cache-control", "max-age=600"), ("age", "100")],
                Some(500),
            ),
            (&[("cache-control", "max-age=600"), ("age", "601")], Some(0)),
            (
                &[("cache-control", "max-age=600"), ("age", "old")],
                Some(600),
            ),
            (&[("cache-control", "max-age=soon")], None),
            (&[("cache-control", "max-age=-1")], None),
            (&[("cache-control", "max-age=600, no-store")], None),
            (&[("cache-control", "no-cache")], None),
        ];
        for (pairs, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(*name, value.parse().unwrap());
            }
            assert_eq!(
                max_age(&headers),
                expected.map(Duration::from_secs),
                "{pairs:?}"
            );
        }
    }
}
