//! Keys that an issuer publishes: used, missing, and not to be had.

use agentup_auth::{
    Algorithm,
    issue::{self, SigningKey},
    remote::key_server::{KeyServer, Reply},
};
use serde_json::{Map, Value, json};

use crate::{
    answer::{Answer, VALID, answer, refused, sandbox},
    pem_keys,
    tokens::{self, NOW, SECRET},
};

const KEYS: &str = "/jwks.json";
const METADATA: &str = "/.well-known/openid-configuration";

/// A key of the issuer: its public half, and a token of it with the usual claims.
struct Signed {
    jwk: Map<String, Value>,
    token: String,
}

fn signed(kid: &str, iss: &str) -> Signed {
    let pem = pem_keys::p256().private;
    let key = SigningKey::from_pem(Algorithm::ES256, pem.as_bytes()).unwrap();
    let mut claims = tokens::object(&tokens::usual_claims());
    claims.insert("iss".to_owned(), iss.into());
    let header = tokens::object(&json!({ "kid": kid }));
    Signed {
        jwk: key.public_jwk(Some(kid)).unwrap(),
        token: issue::sign(&header, &claims, &key).unwrap(),
    }
}

/// A server with the issuer's keys and metadata.
async fn issuer(keys: &[&Map<String, Value>]) -> KeyServer {
    let server = KeyServer::start().await.unwrap();
    server.serve(KEYS, Reply::json(&json!({ "keys": keys })));
    let metadata = json!({ "issuer": server.url(""), "jwks_uri": server.url(KEYS) });
    server.serve(METADATA, Reply::json(&metadata));
    server
}

fn unavailable() -> Answer {
    refused("keys_unavailable")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_key_of_that_name_verifies() {
    let (one, other) = (signed("one", "test-issuer"), signed("other", "test-issuer"));
    let server = issuer(&[&other.jwk, &one.jwk]).await;
    let url = server.url(KEYS);
    let answer_to = |flags: &[&str]| answer(&sandbox(), &[&["--jwks-url", &url], flags].concat());
    assert_eq!(answer_to(&[&one.token]), VALID);
    assert_eq!(answer_to(&[&other.token]), VALID);
    assert_eq!(answer_to(&[&one.token, "--alg", "ES256"]), VALID);
    assert_eq!(answer_to(&[&one.token, "--issuer", "test-issuer"]), VALID);
    assert_eq!(
        answer_to(&[&one.token, "--issuer", "x"]),
        refused("untrusted_issuer")
    );
    assert_eq!(
        answer_to(&[&one.token, "--alg", "RS256"]),
        refused("algorithm_not_allowed")
    );
    let spoiled = issue::with_broken_signature(&one.token);
    assert_eq!(answer_to(&[&spoiled]), refused("bad_signature"));
    let foreign = tokens::with_claims(&tokens::usual_claims());
    assert_eq!(answer_to(&[&foreign]), refused("algorithm_not_allowed"));

    server.serve(KEYS, Reply::json(&json!({ "keys": [other.jwk] })));
    assert_eq!(answer_to(&[&one.token]), refused("unknown_kid"));
    let outcome = sandbox().run(["--jwks-url", &url, "--now", NOW, &one.token]);
    let said = format!("no key of the key set at {url} has the token's kid (one)");
    assert!(outcome.stderr.contains(&said), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_issuer_says_where_its_keys_are() {
    let server = issuer(&[]).await;
    let name = server.url("");
    let key = signed("one", &name);
    server.serve(KEYS, Reply::json(&json!({ "keys": [key.jwk] })));
    let flags = ["--discover", "--issuer", &name, &key.token];
    assert_eq!(answer(&sandbox(), &flags), VALID);
    let agent = sandbox().set("JWT_ISSUER", &name);
    assert_eq!(
        answer(
            &agent,
            &[
                "--discover",
                "--env",
                "--audience",
                "agentup-jwt-test",
                &key.token
            ]
        ),
        VALID
    );

    let moved = server.url("/elsewhere.json");
    for (metadata, expected) in [
        (json!({"issuer": name, "jwks_uri": server.url(KEYS)}), VALID),
        (
            json!({"issuer": format!("{name}/"), "jwks_uri": server.url(KEYS)}),
            unavailable(),
        ),
        (json!({"issuer": name, "jwks_uri": moved}), unavailable()),
        (
            json!({"issuer": name, "jwks_uri": "http://issuer.example/"}),
            unavailable(),
        ),
        (
            json!({"issuer": name, "jwks_uri": "file:///etc/passwd"}),
            unavailable(),
        ),
        (json!({"issuer": name}), unavailable()),
        (json!([]), unavailable()),
    ] {
        server.serve(METADATA, Reply::json(&metadata));
        assert_eq!(answer(&sandbox(), &flags), expected, "{metadata}");
    }
    server.serve(METADATA, Reply::status(404));
    assert_eq!(answer(&sandbox(), &flags), unavailable());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_had_are_an_answer_of_their_own() {
    let key = signed("one", "test-issuer");
    let server = issuer(&[&key.jwk]).await;
    let url = server.url("/jwks.json?key=hunter2");
    let path = "/jwks.json?key=hunter2";
    let elsewhere = [("Location", "/elsewhere")];
    for (reply, said) in [
        (Reply::status(404), "the answer has the status 404"),
        (Reply::status(500), "the answer has the status 500"),
        (
            Reply::new(302, &elsewhere, b""),
            "is a redirect (302), which is not followed",
        ),
        (Reply::new(200, &[], b"<html>"), "not a JWK set"),
        (
            Reply::new(200, &[], &vec![b' '; 300_000]),
            "more than 262144 bytes",
        ),
        (Reply::hang_up(), "cannot be had"),
        (Reply::raw(b"hello".to_vec()), "cannot be had"),
        (
            Reply::raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec()),
            "did not arrive whole",
        ),
    ] {
        server.serve(path, reply);
        let outcome = sandbox().run(["--now", NOW, "--jwks-url", &url, &key.token]);
        assert_eq!(outcome.status, 1, "{said}: {outcome:?}");
        assert!(
            outcome
                .stdout
                .contains("❌ Token validation failed: Token keys are not available\n")
        );
        assert!(
            outcome.stdout.contains("test-issuer"),
            "the token is explained"
        );
        assert!(outcome.stderr.contains(said), "{said}: {outcome:?}");
        assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
        assert_eq!(
            answer(&sandbox(), &["--jwks-url", &url, &key.token]),
            unavailable()
        );
    }
    let malformed = answer(&sandbox(), &["--jwks-url", &url, "a.b"]);
    assert_eq!(malformed, refused("malformed"), "no key would help");
    drop(server);
    assert_eq!(
        answer(&sandbox(), &["--jwks-url", &url, &key.token]),
        unavailable()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_secret_is_never_used() {
    let server = issuer(&[]).await;
    let secret =
        json!({"kty": "oct", "k": "YS1zZWNyZXQtb2YtYXQtbGVhc3QtdGhpcnR5LXR3by1ieXRlcy0wMTIz"});
    server.serve(KEYS, Reply::json(&json!({ "keys": [secret] })));
    let token = tokens::signed(
        &json!({}),
        &tokens::usual_claims(),
        Algorithm::HS256,
        "a-secret-of-at-least-thirty-two-bytes-0123",
    );
    let url = server.url(KEYS);
    let outcome = sandbox().run(["--now", NOW, "--jwks-url", &url, &token]);
    assert_eq!(outcome.status, 1, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("key 1 of the set was left out: a symmetric key"),
        "{outcome:?}"
    );
    assert_eq!(
        answer(&sandbox(), &["--jwks-url", &url, &token]),
        refused("algorithm_not_allowed")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_that_nobody_asked_for() {
    let server = issuer(&[]).await;
    let url = server.url(KEYS);
    // What the token points to counts for nothing.
    let header = json!({ "jku": url, "kid": "one" });
    let claims = json!({"iss": server.url(""), "sub": "u", "exp": 1_767_229_200});
    let token = tokens::signed(&header, &claims, Algorithm::HS256, SECRET);
    assert_eq!(
        answer(&sandbox(), &[&token, SECRET]),
        refused("embedded_key")
    );
    let outcome = sandbox().run([&token, "--jwks-url", &url, "--no-verify"]);
    assert_eq!(outcome.status, 3, "{outcome:?}");
    assert!(server.requests(KEYS).is_empty() && server.requests(METADATA).is_empty());
}
