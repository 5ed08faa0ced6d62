//! The development issuer over HTTP: documents, tokens, rotation, and what it refuses.

use agentup_auth::{
    Algorithm, BearerToken, KeySet, Policy, TrustedIssuer, UnixSeconds, Verifier, VerifyError,
};
use agentup_env::clock;
use serde_json::{Value, json};

use crate::{
    issuer_process::{Answer, Issuer},
    pem_keys,
    run::{decoded, sandbox, words},
};

const FORM: &str = "grant_type=client_credentials";

/// The answer of the verifier to a token, with the keys that the issuer publishes.
fn verify(issuer: &Issuer, token: &str) -> Result<(), VerifyError> {
    let text = issuer.get("/jwks.json").body;
    let algorithms: Vec<_> = Algorithm::ALL
        .into_iter()
        .filter(|algorithm| !algorithm.is_symmetric())
        .collect();
    let loaded = KeySet::from_jwks(text.as_bytes(), &algorithms).unwrap();
    assert_eq!((loaded.skipped, loaded.exposed), (vec![], vec![]));
    let trusted = TrustedIssuer {
        issuer: Some(issuer.url.clone()),
        audiences: vec!["agentup-jwt-test".to_owned()],
        keys: loaded.keys,
    };
    Verifier::new(vec![trusted], Policy::default())
        .verify(BearerToken::new(token), UnixSeconds::new(clock::unix_now()))
        .map(drop)
}

fn claims(answer: &Answer) -> Value {
    decoded(&answer.token()).1
}

#[test]
fn the_metadata_says_where_everything_is() {
    let issuer = Issuer::start(&["--algorithm", "ES256"]);
    for place in ["openid-configuration", "oauth-authorization-server"] {
        let answer = issuer.get(&format!("/.well-known/{place}"));
        assert_eq!(answer.status, 200);
        let document = answer.json();
        assert_eq!(document["issuer"], issuer.url);
        assert_eq!(document["jwks_uri"], format!("{}/jwks.json", issuer.url));
        assert_eq!(document["token_endpoint"], format!("{}/token", issuer.url));
        assert_eq!(
            document["id_token_signing_alg_values_supported"],
            json!(["ES256"])
        );
    }
    let elsewhere = Issuer::start(&[
        "--alg",
        "ES256",
        "--issuer",
        "https://issuer.example",
        "--url",
        "http://issuer:9000/",
    ]);
    let document = elsewhere.get("/.well-known/openid-configuration").json();
    assert_eq!(document["issuer"], "https://issuer.example");
    assert_eq!(document["jwks_uri"], "http://issuer:9000/jwks.json");
}

#[test]
fn tokens_of_every_algorithm_verify_with_the_published_keys() {
    for algorithm in ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"] {
        let issuer = Issuer::start(&["--algorithm", algorithm]);
        let token = issuer.form(FORM).token();
        assert_eq!(decoded(&token).0["alg"], algorithm);
        assert_eq!(verify(&issuer, &token), Ok(()), "{algorithm}");
    }
}

#[test]
fn the_answer_is_that_of_the_standard() {
    let issuer = Issuer::start(&["--algorithm", "EdDSA"]);
    let answer = issuer.form(&format!(
        "{FORM}&scope=premium+basic&sub=alice&expires_in=60&x=y"
    ));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    let mut body = answer.json();
    body.as_object_mut().unwrap().shift_remove("access_token");
    let expected = json!({"token_type": "Bearer", "expires_in": 60, "scope": "premium basic"});
    assert_eq!(body, expected);

    let (header, claims) = decoded(&answer.token());
    assert_eq!(header["typ"], "at+jwt");
    let names: Vec<_> = claims
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "iss",
        "sub",
        "aud",
        "client_id",
        "iat",
        "nbf",
        "exp",
        "jti",
        "scope",
    ];
    assert_eq!(names, expected);
    assert_eq!(claims["sub"], "alice");
    let time = |name: &str| claims[name].as_u64().unwrap();
    assert_eq!(time("exp") - time("iat"), 60);
}

#[test]
fn a_bare_token_is_there_for_scripts() {
    let issuer = Issuer::start(&["--algorithm", "EdDSA"]);
    let lines = [
        "Content-Type: application/x-www-form-urlencoded",
        "Accept: application/jwt",
    ];
    let answer = issuer.request("POST", "/token", &lines, FORM.as_bytes());
    assert_eq!(answer.header("content-type"), Some("application/jwt"));
    assert_eq!(verify(&issuer, &answer.body), Ok(()));
}

#[test]
fn a_request_says_whom_the_token_is_about_and_for() {
    let issuer = Issuer::start(&["--algorithm", "EdDSA"]);
    let basic = "Authorization: Basic bXktY2xpZW50OnNlY3JldA==";
    let form_type = "Content-Type: application/x-www-form-urlencoded";
    let from_basic = issuer.request("POST", "/token", &[form_type, basic], FORM.as_bytes());
    assert_eq!(claims(&from_basic)["sub"], "my-client");
    for (answer, sub, client, aud) in [
        (
            issuer.form(FORM),
            "test-user-123",
            "test-user-123",
            json!("agentup-jwt-test"),
        ),
        (
            issuer.form(&format!(
                "{FORM}&client_id=c&client_secret=any&sub=u&audience=a"
            )),
            "u",
            "c",
            json!("a"),
        ),
        (
            issuer.form(&format!(
                "{FORM}&client_id=c&aud=a&resource=https%3A%2F%2Fb"
            )),
            "c",
            "c",
            json!(["a", "https://b"]),
        ),
        (
            issuer.json("{}"),
            "test-user-123",
            "test-user-123",
            json!("agentup-jwt-test"),
        ),
        (
            issuer.json(r#"{"sub": "Zoë", "client_id": "c", "aud": ["a", "b"], "other": 1}"#),
            "Zoë",
            "c",
            json!(["a", "b"]),
        ),
        (
            issuer.json(r#"{"sub": "u", "aud": "a", "grant_type": "client_credentials"}"#),
            "u",
            "u",
            json!("a"),
        ),
    ] {
        let claims = claims(&answer);
        assert_eq!(
            (&claims["sub"], &claims["client_id"], &claims["aud"]),
            (&json!(sub), &json!(client), &aud)
        );
    }
    for (scope, expected) in [
        (r#""basic premium""#, json!("basic premium")),
        (r#""basic,premium""#, json!("basic premium")),
        (r#"["basic", "users:read"]"#, json!("basic users:read")),
        (r#""""#, Value::Null),
    ] {
        let answer = issuer.json(&format!(r#"{{"scope": {scope}}}"#));
        assert_eq!(
            claims(&answer).get("scope").cloned().unwrap_or_default(),
            expected
        );
    }
}

#[test]
fn defaults_come_from_flags_and_environment() {
    let issuer = Issuer::start_with(
        &[
            "--alg",
            "EdDSA",
            "--expires-in",
            "2h",
            "--issuer",
            "https://i.example",
        ],
        &[(".env", "JWT_AUDIENCE=from-file\n")],
    );
    let answer = issuer.form(FORM);
    assert_eq!(answer.json()["expires_in"], 7200);
    let claims_of = claims(&answer);
    assert_eq!(
        (&claims_of["iss"], &claims_of["aud"]),
        (&json!("https://i.example"), &json!("from-file"))
    );
    let issuer = Issuer::start(&["--alg", "EdDSA", "--audience", "a", "--audience", "b"]);
    assert_eq!(claims(&issuer.form(FORM))["aud"], json!(["a", "b"]));
}

#[test]
fn a_private_key_of_a_file_signs_first() {
    let keys = pem_keys::p256();
    let files = [("key.pem", keys.private.as_str())];
    let flags = ["--private-key", "key.pem", "--kid", "mine"];
    let issuer = Issuer::start_with(&flags, &files);
    let token = issuer.form(FORM).token();
    assert_eq!(
        decoded(&token).0,
        json!({"alg": "ES256", "typ": "at+jwt", "kid": "mine"})
    );
    assert_eq!(verify(&issuer, &token), Ok(()));
    assert_eq!(issuer.post("/rotate").json()["keys"][1], "mine");
    assert_eq!(decoded(&issuer.form(FORM).token()).0["alg"], "ES256");
}

#[test]
fn the_key_set_can_be_cached() {
    let issuer = Issuer::start(&["--alg", "EdDSA", "--max-age", "5m"]);
    let first = issuer.get("/jwks.json");
    assert_eq!(
        first.header("content-type"),
        Some("application/jwk-set+json")
    );
    assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
    let etag = first.header("etag").unwrap();
    assert!(!first.body.contains(r#""d""#), "{first:?}");
    for (condition, status) in [
        (etag.to_owned(), 304),
        (format!("W/{etag}"), 304),
        (format!("\"other\", {etag}"), 304),
        ("*".to_owned(), 304),
        ("\"other\"".to_owned(), 200),
        (String::new(), 200),
    ] {
        let line = format!("If-None-Match: {condition}");
        let answer = issuer.request("GET", "/jwks.json", &[&line], b"");
        assert_eq!(answer.status, status, "{condition}");
        assert_eq!(answer.header("etag"), Some(etag));
        assert_eq!(answer.body.is_empty(), status == 304);
    }
    assert_eq!(issuer.post("/rotate").status, 200);
    let line = format!("If-None-Match: {etag}");
    let answer = issuer.request("GET", "/jwks.json", &[&line], b"");
    assert_eq!(answer.status, 200, "it is another set");
}

#[test]
fn old_keys_verify_until_they_are_retired() {
    let issuer = Issuer::start(&["--algorithm", "ES256"]);
    let old = issuer.form(FORM).token();
    let kid = |token: &str| decoded(token).0["kid"].clone();

    let rotated = issuer.post("/rotate").json();
    let new = issuer.form(FORM).token();
    assert_ne!(kid(&old), kid(&new));
    assert_eq!(
        rotated,
        json!({"kid": kid(&new), "keys": [kid(&new), kid(&old)]})
    );
    assert_eq!(
        (verify(&issuer, &old), verify(&issuer, &new)),
        (Ok(()), Ok(()))
    );

    let retired = issuer.post("/retire").json();
    assert_eq!(retired, json!({"kid": kid(&new), "keys": [kid(&new)]}));
    assert_eq!(verify(&issuer, &old), Err(VerifyError::UnknownKid));
    assert_eq!(verify(&issuer, &new), Ok(()));
}

#[test]
fn a_flood_of_rotations_ends_somewhere() {
    let issuer = Issuer::start(&["--algorithm", "EdDSA"]);
    let statuses: Vec<_> = (0..9).map(|_| issuer.post("/rotate").status).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 409, 409]);
    let full = issuer.post("/rotate").json();
    assert_eq!(full["error"], "too_many_keys");
    assert_eq!(issuer.post("/retire").status, 200);
    assert_eq!(issuer.post("/rotate").status, 200);
}

#[test]
fn requests_that_make_no_sense_are_refused_in_the_words_of_the_standard() {
    let issuer = Issuer::start(&["--algorithm", "EdDSA"]);
    let long = "a".repeat(256);
    let scopes = "s ".repeat(201);
    let deep = "[".repeat(10_000);
    let form = |more: &str| issuer.form(&format!("{FORM}&{more}"));
    for (answer, error) in [
        (issuer.form(""), "invalid_request"),
        (issuer.form("scope=basic"), "invalid_request"),
        (
            issuer.form("grant_type=password&username=a&password=b"),
            "unsupported_grant_type",
        ),
        (form(FORM), "invalid_request"),
        (form("scope=a&scope=b"), "invalid_request"),
        (form("sub=a&sub=b"), "invalid_request"),
        (form("expires_in=1&expires_in=2"), "invalid_request"),
        (form("expires_in=soon"), "invalid_request"),
        (form("expires_in=-1"), "invalid_request"),
        (form("expires_in=99999999999999999999"), "invalid_request"),
        (form("expires_in=3153600001"), "invalid_request"),
        (form("sub="), "invalid_request"),
        (form("sub=a%00b"), "invalid_request"),
        (form("sub=a%0D%0Ab"), "invalid_request"),
        (form(&format!("sub={long}")), "invalid_request"),
        (form(&format!("aud={long}")), "invalid_request"),
        (form("scope=a%22b"), "invalid_scope"),
        (form("scope=a%09b"), "invalid_scope"),
        (form("scope=caf%C3%A9"), "invalid_scope"),
        (form(&format!("scope={scopes}")), "invalid_scope"),
        (issuer.json(""), "invalid_request"),
        (issuer.json("[]"), "invalid_request"),
        (issuer.json("{}{}"), "invalid_request"),
        (
            issuer.json(r#"{"sub": "a", "sub": "b"}"#),
            "invalid_request",
        ),
        (issuer.json(r#"{"sub": 7}"#), "invalid_request"),
        (issuer.json(r#"{"expires_in": "60"}"#), "invalid_request"),
        (issuer.json(r#"{"expires_in": -1}"#), "invalid_request"),
        (issuer.json(r#"{"expires_in": 1e99}"#), "invalid_request"),
        (issuer.json(r#"{"scope": {"a": 1}}"#), "invalid_request"),
        (issuer.json(r#"{"scope": "a\nb"}"#), "invalid_scope"),
        (
            issuer.json(r#"{"grant_type": "password"}"#),
            "unsupported_grant_type",
        ),
        (issuer.json(&deep), "invalid_request"),
        (issuer.json("{\"sub\": \"\u{1b}[2J\"}"), "invalid_request"),
        (
            issuer.request("POST", "/token", &[], b"{}"),
            "invalid_request",
        ),
        (
            issuer.request("POST", "/token", &["Content-Type: text/plain"], b"{}"),
            "invalid_request",
        ),
        (
            issuer.request(
                "POST",
                "/token",
                &["Content-Type: application/json"],
                b"\xff",
            ),
            "invalid_request",
        ),
    ] {
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(answer.json()["error"], error, "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(
            !answer.body.contains("aaaa") && !answer.body.contains('\u{1b}'),
            "{answer:?}"
        );
    }
    let large = format!("{FORM}&x={}", "a".repeat(20_000));
    assert_eq!(issuer.form(&large).status, 413);
    assert_eq!(issuer.get("/token").status, 405);
    assert_eq!(issuer.get("/rotate").status, 405);
    assert_eq!(issuer.get("/nowhere").status, 404);
    assert_eq!(issuer.get("/../jwks.json").status, 404);
    assert_eq!(issuer.send(b"hello\r\n\r\n").status, 400);
    // After all of this it is still there.
    assert_eq!(verify(&issuer, &issuer.form(FORM).token()), Ok(()));
}

#[test]
fn pages_of_others_get_nothing() {
    let issuer = Issuer::start(&["--algorithm", "EdDSA"]);
    let kid = issuer.post("/retire").json()["kid"].clone();
    let form_type = "Content-Type: application/x-www-form-urlencoded";
    for line in [
        "Host: evil.example",
        "Host: 127.0.0.1.evil.example",
        "Host: ",
        "Origin: https://evil.example",
        "Origin: null",
    ] {
        for path in ["/token", "/rotate", "/retire"] {
            let answer = issuer.request("POST", path, &[line, form_type], FORM.as_bytes());
            assert_eq!(answer.status, 403, "{line} {path}: {answer:?}");
            assert_eq!(answer.json()["error"], "access_denied");
        }
        assert_eq!(
            issuer.request("GET", "/jwks.json", &[line], b"").status,
            403
        );
    }
    let absolute =
        b"POST http://evil.example/rotate HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(issuer.send(absolute).status, 403);
    assert_eq!(issuer.post("/retire").json()["kid"], kid, "no key was made");
    for line in [
        "Host: localhost:9000",
        "Host: [::1]",
        "Origin: http://localhost:3000",
    ] {
        let answer = issuer.request("POST", "/token", &[line, form_type], FORM.as_bytes());
        assert_eq!(answer.status, 200, "{line}: {answer:?}");
    }
}

#[test]
fn other_machines_are_let_in_only_when_told_to() {
    let open = Issuer::start(&["--alg", "EdDSA", "--host", "0.0.0.0", "--insecure-public"]);
    assert!(open.url.starts_with("http://127.0.0.1:"), "{}", open.url);
    assert_eq!(
        open.request("GET", "/jwks.json", &["Host: issuer:9000"], b"")
            .status,
        200
    );
    for (line, said) in [
        ("--host 0.0.0.0", "others reach 0.0.0.0"),
        ("--host ::", "others reach ::"),
        ("--host 192.0.2.1", "others reach 192.0.2.1"),
        ("--host everywhere", "invalid value 'everywhere'"),
        ("--port 65536", "invalid value '65536'"),
        ("--alg HS256", "HS256 signs with a secret"),
        ("--alg none", "not a supported signature algorithm"),
        ("--kid x", "--private-key"),
        ("--url ftp://issuer", "expected http:// or https://"),
        ("--url http://issuer/?x", "expected http:// or https://"),
        (
            "--private-key key.pem --alg HS256",
            "HS256 signs with a secret",
        ),
    ] {
        let sandbox = sandbox().file("key.pem", pem_keys::ed25519().private);
        let outcome = sandbox.run(words(&format!("issuer {line}")));
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (2, ""),
            "{line}: {outcome:?}"
        );
        assert!(outcome.stderr.contains(said), "{line}: {}", outcome.stderr);
    }
}

#[test]
fn an_issuer_that_cannot_start_is_status_1() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let taken = format!("--port {}", listener.local_addr().unwrap().port());
    for (line, said) in [
        (taken.as_str(), "cannot listen on 127.0.0.1:"),
        ("--private-key nowhere", "cannot read file nowhere"),
        ("--private-key public.pem", "a public key cannot sign"),
        (
            "--private-key key.pem --alg RS256",
            "not a private key for RS256",
        ),
        ("--env-file nowhere", "nowhere"),
        (
            "--host 127.0.0.1 --private-key secret.json",
            "file secret.json",
        ),
    ] {
        let keys = pem_keys::ed25519();
        let sandbox = sandbox()
            .file("key.pem", keys.private)
            .file("public.pem", keys.public)
            .file("secret.json", r#"{"kty": "oct"}"#);
        let outcome = sandbox.run(words(&format!("issuer {line}")));
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (1, ""),
            "{line}: {outcome:?}"
        );
        assert!(outcome.stderr.contains(said), "{line}: {}", outcome.stderr);
    }
}

#[cfg(unix)]
#[test]
fn it_ends_well_when_it_is_asked_to() {
    use std::{io::Read as _, net::TcpStream, process::Command};

    for signal in ["INT", "TERM"] {
        let mut issuer = Issuer::start(&["--algorithm", "EdDSA"]);
        // Neither an idle connection nor half a request keeps it.
        let _idle = TcpStream::connect(issuer.authority()).unwrap();
        let mut half = TcpStream::connect(issuer.authority()).unwrap();
        std::io::Write::write_all(&mut half, b"POST /token HTTP/1.1\r\n").unwrap();
        let kill = Command::new("kill")
            .args(["-s", signal, &issuer.child.id().to_string()])
            .status()
            .unwrap();
        assert!(kill.success());
        assert_eq!(issuer.child.wait().unwrap().code(), Some(0), "{signal}");
        let mut notes = String::new();
        issuer
            .child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut notes)
            .unwrap();
        assert!(notes.starts_with("DEVELOPMENT ONLY: "), "{notes}");
        assert!(!notes.contains("error"), "{notes}");
    }
}
