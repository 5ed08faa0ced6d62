//! Fetching from a real server, good and bad.

use serde_json::{Value, json};

use super::*;
use crate::{
    remote::{
        TIMEOUT,
        guard::Guard,
        key_server::{KeyServer, Reply},
    },
    test_support,
};

const KEYS: &str = "/keys";
const NOW: Moment = Moment::new(Duration::ZERO);

fn web(timeout: Duration) -> Arc<Web> {
    Arc::new(Web::new(Guard::new().allow_loopback(), timeout))
}

fn fetcher_of(url: &str, timeout: Duration) -> Fetcher {
    let location = Location::KeySet(Url::parse(url).unwrap());
    Fetcher::new(web(timeout), location, vec![Algorithm::ES256])
}

fn set() -> Value {
    test_support::jwks(Algorithm::ES256)
}

/// What the fetch brought, in one word, with the number of keys.
fn word(result: &Result<Fetched, FetchError>) -> (&'static str, usize) {
    match result {
        Ok(Fetched::Keys { loaded, .. }) => ("keys", loaded.keys.len()),
        Ok(Fetched::Unchanged { .. }) => ("unchanged", 0),
        Err(error) => (error.code(), 0),
    }
}

#[tokio::test]
async fn a_good_set() {
    let server = KeyServer::start().await.unwrap();
    let body = set().to_string();
    server.serve(
        KEYS,
        Reply::new(200, &[("Cache-Control", "max-age=60")], body.as_bytes()),
    );
    let fetched = fetcher_of(&server.url(KEYS), TIMEOUT)
        .fetch(NOW, true)
        .await
        .unwrap();
    let Fetched::Keys { loaded, max_age } = fetched else {
        panic!("no keys")
    };
    assert_eq!(loaded.keys.keys()[0].kid(), Some(test_support::KID));
    assert_eq!(max_age, Some(Duration::from_mins(1)));
    let request = &server.requests(KEYS)[0];
    assert!(
        request
            .header("accept")
            .unwrap()
            .contains("application/jwk-set+json")
    );
    assert!(
        request
            .header("user-agent")
            .unwrap()
            .starts_with("agentup/")
    );
    assert_eq!(request.header("if-none-match"), None);
}

#[tokio::test]
async fn one_odd_key_does_not_spoil_the_others() {
    let server = KeyServer::start().await.unwrap();
    let good = set()["keys"][0].clone();
    let odd = [
        json!({"kty": "XYZ"}),
        json!(7),
        json!({"kty": "oct", "k": "c2VjcmV0"}),
        good.clone(),
    ];
    let keys: Vec<_> = std::iter::once(good).chain(odd).collect();
    server.serve(KEYS, Reply::json(&json!({"keys": keys})));
    let result = fetcher_of(&server.url(KEYS), TIMEOUT)
        .fetch(NOW, true)
        .await;
    let Ok(Fetched::Keys { loaded, .. }) = result else {
        panic!("{result:?}")
    };
    assert_eq!(loaded.keys.len(), 1);
    let skipped: Vec<_> = loaded.skipped.iter().map(|key| key.index).collect();
    assert_eq!(
        skipped,
        [1, 2, 3, 4],
        "the last one has the name of the first"
    );
}

#[tokio::test]
async fn what_is_no_key_set() {
    let large = |length| Reply::new(200, &[], &vec![b' '; length]);
    let endless = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'['; 5 << 20]].concat();
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"keys\"".to_vec();
    let to = |status| Reply::new(status, &[("Location", "/elsewhere")], b"");
    let cases = [
        (Reply::new(200, &[], b"<html>"), "not_a_key_set"),
        (Reply::new(200, &[], b""), "not_a_key_set"),
        (Reply::json(&json!([])), "not_a_key_set"),
        (Reply::json(&json!({"error": "x"})), "not_a_key_set"),
        (Reply::json(&json!({"keys": "x"})), "not_a_key_set"),
        (Reply::new(200, &[], b"{\"keys\": [\xff]}"), "not_a_key_set"),
        (large(KeySet::MAX_BYTES), "not_a_key_set"),
        (large(KeySet::MAX_BYTES + 1), "too_large"),
        (Reply::raw(endless), "too_large"),
        (Reply::raw(cut), "broken"),
        (Reply::raw(b"SSH-2.0-OpenSSH\r\n".to_vec()), "broken"),
        (Reply::hang_up(), "broken"),
        (Reply::silence(), "timeout"),
        (Reply::status(204), "status"),
        (Reply::status(304), "status"),
        (Reply::status(401), "status"),
        (Reply::status(404), "status"),
        (Reply::status(500), "status"),
        (to(301), "redirect"),
        (to(302), "redirect"),
        (to(307), "redirect"),
        (to(308), "redirect"),
    ];
    let server = KeyServer::start().await.unwrap();
    server.serve("/elsewhere", Reply::json(&set()));
    for (reply, expected) in cases {
        let shown = format!("{reply:?}").chars().take(200).collect::<String>();
        // Only silence is to take this long.
        let timeout = if expected == "timeout" {
            Duration::from_millis(200)
        } else {
            TIMEOUT
        };
        server.serve(KEYS, reply);
        let result = fetcher_of(&server.url(KEYS), timeout)
            .fetch(NOW, true)
            .await;
        assert_eq!(word(&result).0, expected, "{shown}");
    }
    assert!(
        server.requests("/elsewhere").is_empty(),
        "nobody follows a redirect"
    );
}

#[tokio::test]
async fn nobody_there() {
    let server = KeyServer::start().await.unwrap();
    let url = server.url(KEYS);
    drop(server);
    let error = fetcher_of(&url, TIMEOUT)
        .fetch(NOW, true)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "connect");
    assert!(!error.to_string().contains("keys"), "no URL in {error}");
}

#[tokio::test]
async fn what_holds_is_not_sent_again() {
    let body = set().to_string();
    let other = json!({"keys": []}).to_string();
    let cases = [
        (("ETag", "\"one\""), "if-none-match"),
        (
            ("Last-Modified", "Fri, 02 Jan 2026 00:00:00 GMT"),
            "if-modified-since",
        ),
    ];
    for ((name, value), condition) in cases {
        let server = KeyServer::start().await.unwrap();
        let mut fetcher = fetcher_of(&server.url(KEYS), TIMEOUT);
        server.serve(KEYS, Reply::new(200, &[(name, value)], body.as_bytes()));
        assert_eq!(word(&fetcher.fetch(NOW, true).await), ("keys", 1));
        server.serve(KEYS, Reply::status(304));
        assert_eq!(word(&fetcher.fetch(NOW, false).await), ("unchanged", 0));
        assert_eq!(server.requests(KEYS)[1].header(condition), Some(value));
        // The tag survives an answer that cannot be used.
        server.serve(KEYS, Reply::status(500));
        assert_eq!(word(&fetcher.fetch(NOW, false).await), ("status", 0));
        assert_eq!(server.requests(KEYS)[2].header(condition), Some(value));
        // Without keys "unchanged" is no answer, so the question is not put.
        server.serve(KEYS, Reply::new(200, &[(name, value)], body.as_bytes()));
        assert_eq!(word(&fetcher.fetch(NOW, true).await), ("keys", 1));
        assert_eq!(server.requests(KEYS)[3].header(condition), None);
        server.serve(KEYS, Reply::new(200, &[], other.as_bytes()));
        assert_eq!(word(&fetcher.fetch(NOW, false).await), ("keys", 0));
        assert_eq!(
            word(&fetcher.fetch(NOW, false).await),
            ("unchanged", 0),
            "the same bytes"
        );
        assert_eq!(
            server.requests(KEYS)[5].header(condition),
            None,
            "the tag was of another set"
        );
    }
}

const OPENID: &str = "/realm/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server/realm";

fn discoverer(issuer: &str) -> Fetcher {
    let metadata = Metadata::of(issuer, &Guard::new().allow_loopback()).unwrap();
    Fetcher::new(
        web(TIMEOUT),
        Location::Discovery(metadata),
        vec![Algorithm::ES256],
    )
}

#[tokio::test]
async fn an_issuer_says_where_its_keys_are() {
    for (path, missing) in [(OPENID, None), (OAUTH, Some(404)), (OAUTH, Some(403))] {
        for end in ["/realm", "/realm/"] {
            let server = KeyServer::start().await.unwrap();
            let issuer = server.url(end);
            let document = json!({"issuer": issuer, "jwks_uri": server.url(KEYS), "other": 1});
            if let Some(status) = missing {
                server.serve(OPENID, Reply::status(status));
            }
            server.serve(path, Reply::json(&document));
            server.serve(KEYS, Reply::json(&set()));
            let mut fetcher = discoverer(&issuer);
            assert_eq!(
                word(&fetcher.fetch(NOW, true).await),
                ("keys", 1),
                "{path} {end}"
            );
            assert_eq!(word(&fetcher.fetch(NOW, false).await), ("unchanged", 0));
            assert_eq!(server.requests(path).len(), 1, "the place is remembered");
            let later = NOW.after(METADATA_TTL);
            assert_eq!(word(&fetcher.fetch(later, false).await), ("unchanged", 0));
            assert_eq!(server.requests(path).len(), 2, "but not for ever");
        }
    }
}

#[tokio::test]
async fn keys_that_moved_are_found() {
    let server = KeyServer::start().await.unwrap();
    let issuer = server.url("/realm");
    let at = |path| Reply::json(&json!({"issuer": issuer, "jwks_uri": server.url(path)}));
    server.serve(OPENID, at(KEYS));
    server.serve(KEYS, Reply::json(&set()));
    let mut fetcher = discoverer(&issuer);
    assert_eq!(word(&fetcher.fetch(NOW, true).await), ("keys", 1));
    server.serve(OPENID, at("/new"));
    server.serve("/new", Reply::json(&set()));
    server.serve(KEYS, Reply::status(404));
    assert_eq!(word(&fetcher.fetch(NOW, false).await), ("status", 0));
    assert_eq!(word(&fetcher.fetch(NOW, false).await), ("keys", 1));
}

#[tokio::test]
async fn metadata_that_cannot_be_used() {
    let server = KeyServer::start().await.unwrap();
    let (issuer, keys) = (server.url("/realm"), server.url(KEYS));
    let discovery = FetchError::Discovery;
    let at = |issuer: &str, keys: &str| Reply::json(&json!({"issuer": issuer, "jwks_uri": keys}));
    let cases = [
        (
            at(&format!("{issuer}/"), &keys),
            discovery(DiscoveryError::OtherIssuer),
        ),
        (
            at(&issuer.to_uppercase(), &keys),
            discovery(DiscoveryError::OtherIssuer),
        ),
        (
            at("https://other.example", &keys),
            discovery(DiscoveryError::OtherIssuer),
        ),
        (at("", &keys), discovery(DiscoveryError::OtherIssuer)),
        (at(&issuer, "keys"), discovery(DiscoveryError::KeysUrl)),
        (
            at(&issuer, "http://keys.example/"),
            FetchError::Refused(Refused::Scheme),
        ),
        (
            at(&issuer, "file:///etc/passwd"),
            FetchError::Refused(Refused::NoHost),
        ),
        (
            Reply::json(&json!({"issuer": issuer})),
            discovery(DiscoveryError::Malformed),
        ),
        (
            Reply::json(&json!({"jwks_uri": keys})),
            discovery(DiscoveryError::Malformed),
        ),
        (
            Reply::json(&json!({"issuer": [issuer], "jwks_uri": keys})),
            discovery(DiscoveryError::Malformed),
        ),
        (
            Reply::new(200, &[], b"<html>"),
            discovery(DiscoveryError::Malformed),
        ),
        (
            Reply::new(200, &[], &vec![b' '; KeySet::MAX_BYTES + 1]),
            FetchError::TooLarge,
        ),
        (Reply::status(404), discovery(DiscoveryError::Status(404))),
        (Reply::status(500), discovery(DiscoveryError::Status(500))),
        (
            Reply::new(302, &[("Location", "/x")], b""),
            FetchError::Redirect(302),
        ),
    ];
    server.serve(KEYS, Reply::json(&set()));
    for (reply, expected) in cases {
        let shown = format!("{expected:?}");
        server.serve(OPENID, reply);
        let error = discoverer(&issuer).fetch(NOW, true).await.unwrap_err();
        assert_eq!(error, expected, "{shown}");
    }
    assert!(server.requests(KEYS).is_empty());
}

#[test]
fn issuers_that_can_have_no_metadata() {
    let guard = Guard::new();
    let refused = |reason| Err(DiscoveryError::Refused(reason));
    let cases = [
        ("https://idp.example", Ok(())),
        ("https://idp.example/realm", Ok(())),
        ("agentup", Err(DiscoveryError::NotAUrl)),
        ("mailto:a@b.example", Err(DiscoveryError::NotAUrl)),
        ("https://idp.example/?a=b", Err(DiscoveryError::NotAUrl)),
        ("https://idp.example/#a", Err(DiscoveryError::NotAUrl)),
        ("http://idp.example", refused(Refused::Scheme)),
        ("https://user@idp.example", refused(Refused::Credentials)),
    ];
    for (issuer, expected) in cases {
        assert_eq!(
            Metadata::of(issuer, &guard).map(|_| ()),
            expected,
            "{issuer}"
        );
    }
}
