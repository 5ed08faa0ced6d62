//! Credentials that get nobody in: what each is answered, and that nothing happens because of it.

use agentup_auth::{Algorithm, issue};
use agentup_tests::{
    Answer, Server,
    tokens::{self, sign_texts, sign_with, token, token_but},
};
use serde_json::json;

const USER: &str = "mallory";
const FORMAT: &str = "Invalid JWT token format";
const SIGNATURE: &str = "JWT signature verification failed";
const MISSING: &str = "Token is missing a required claim";

/// A body that would be carried out if the caller were let in.
const BODY: &str = r#"{"jsonrpc":"2.0","id":"7","method":"message/send","params":{"skillId":"public_echo","message":{"role":"user","messageId":"m","parts":[{"kind":"text","text":"hi"}]}}}"#;

/// Sends the body with these `Authorization` headers; looks at all that every refusal has in common.
async fn refused(server: &Server, credentials: &[String]) -> Answer {
    let mut request = server.post(BODY);
    for credential in credentials {
        request = request.header("Authorization", credential);
    }
    let answer = Answer::to(request).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert_eq!(
        (&body["jsonrpc"], &body["id"]),
        (&json!("2.0"), &json!(null)),
        "{body}"
    );
    assert_eq!(body["error"]["code"], answer.status, "{body}");
    assert!(body.get("result").is_none(), "{body}");
    let challenge = answer.challenge();
    assert!(challenge.get("realm").is_some(), "{challenge:?}");
    let metadata = format!("{}/.well-known/oauth-protected-resource", server.url());
    assert_eq!(challenge.get("resource_metadata"), Some(metadata.as_str()));
    answer
}

/// The answer to one bad token: 401, `invalid_token`, and the kind of fault in these words.
async fn check(server: &Server, name: &str, credential: &str, words: &str) {
    let answer = refused(server, &[credential.to_owned()]).await;
    assert_eq!(answer.status, 401, "{name}: {answer:?}");
    assert_eq!(answer.at("/error/message"), words, "{name}");
    assert_eq!(answer.at("/error/status"), "UNAUTHENTICATED", "{name}");
    let challenge = answer.challenge();
    assert_eq!(challenge.get("error"), Some("invalid_token"), "{name}");
    assert_eq!(challenge.get("error_description"), Some(words), "{name}");
    let names: Vec<_> = challenge
        .parameters
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        names,
        ["realm", "error", "error_description", "resource_metadata"],
        "{name}"
    );
}

/// The good case: the same request with a good token is carried out.
async fn check_good(server: &Server) {
    let answer = Answer::to(server.post(BODY).bearer_auth(token("alice", ""))).await;
    assert_eq!(answer.reply(), "Echo: hi (from user alice)");
    let answer = Answer::to(
        server
            .post(BODY)
            .header("authorization", format!("bearer {}", token("bob", ""))),
    )
    .await;
    assert_eq!(
        answer.reply(),
        "Echo: hi (from user bob)",
        "the case of the scheme does not count"
    );
}

/// Nothing was done for whoever sent the bad tokens.
async fn check_nothing_happened(server: Server) {
    let tasks = server
        .call_v10(&token(USER, ""), "ListTasks", json!({}))
        .await;
    assert_eq!(tasks.at("/result/totalSize"), 0, "{tasks:?}");
    let log = server.stop().log;
    assert!(!log.contains(&format!("User {USER} accessing")), "{log}");
}

#[tokio::test]
async fn no_credential_gets_a_bare_challenge() {
    let server = Server::quick_start();
    check_good(&server).await;
    let answer = refused(&server, &[]).await;
    assert_eq!(answer.status, 401);
    let challenge = answer.challenge();
    let names: Vec<_> = challenge
        .parameters
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        names,
        ["realm", "resource_metadata"],
        "RFC 6750 §3.1: no error code"
    );
}

#[tokio::test]
async fn two_credentials_are_a_malformed_request() {
    let server = Server::quick_start();
    check_good(&server).await;
    let good = format!("Bearer {}", token(USER, ""));
    for credentials in [
        vec![good.clone(), good.clone()],
        vec![good.clone(), "Bearer x".to_owned()],
        vec!["Basic dTpw".to_owned(), good.clone()],
        vec![format!("{good}, {good}")],
    ] {
        let answer = refused(&server, &credentials).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(answer.challenge().get("error"), Some("invalid_request"));
        assert_eq!(
            answer.at("/error/message"),
            "Request has more than one credential"
        );
    }
    check_nothing_happened(server).await;
}

#[tokio::test]
async fn what_is_no_bearer_credential_is_refused() {
    let server = Server::quick_start();
    check_good(&server).await;
    let good = token(USER, "");
    for (name, credential) in [
        // The document's two common mistakes.
        ("Bearer missing", good.clone()),
        ("an equals sign", format!("Bearer={good}")),
        ("no space", format!("Bearer{good}")),
        ("a tab", format!("Bearer\t{good}")),
        ("a colon", format!("Bearer: {good}")),
        ("quotes", format!("Bearer \"{good}\"")),
        ("another scheme", format!("Token {good}")),
        ("Basic", "Basic dXNlcjpwYXNz".to_owned()),
        ("no token", "Bearer".to_owned()),
        ("no token after the space", "Bearer ".to_owned()),
        ("Bearer twice", format!("Bearer Bearer {good}")),
    ] {
        check(&server, name, &credential, FORMAT).await;
    }
    check_nothing_happened(server).await;
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let server = Server::quick_start();
    check_good(&server).await;
    let good = token(USER, "");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let claims = serde_json::Value::Object(tokens::claims(USER, "")).to_string();
    let hs256 = r#"{"alg":"HS256","typ":"JWT"}"#;
    let twice = claims.replacen('{', r#"{"sub":"admin","#, 1);
    for (name, token) in [
        ("one part", "abc".to_owned()),
        ("two parts", signed.to_owned()),
        ("four parts", format!("{good}.{signature}")),
        (
            "five parts",
            format!("{header}.{payload}.{signature}.{payload}.{signature}"),
        ),
        ("padding", format!("{header}=.{payload}.{signature}")),
        ("an empty payload", sign_texts(hs256, "")),
        ("a payload that is a list", sign_texts(hs256, "[]")),
        ("a payload that is a text", sign_texts(hs256, r#""claims""#)),
        ("a payload that is null", sign_texts(hs256, "null")),
        (
            "a payload in a list",
            sign_texts(hs256, &format!("[{claims}]")),
        ),
        (
            "a payload that goes on",
            sign_texts(hs256, &format!("{claims}{claims}")),
        ),
        ("a payload that is no JSON", sign_texts(hs256, "sub=admin")),
        ("a claim twice", sign_texts(hs256, &twice)),
        ("a header that is no JSON", sign_texts("HS256", &claims)),
        (
            "a header without alg",
            sign_texts(r#"{"typ":"JWT"}"#, &claims),
        ),
        (
            "alg twice",
            sign_texts(r#"{"alg":"HS256","alg":"HS256"}"#, &claims),
        ),
        (
            "an embedded key",
            sign_texts(r#"{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}"#, &claims),
        ),
        (
            "a key to fetch",
            sign_texts(r#"{"alg":"HS256","jku":"http://127.0.0.1:9/"}"#, &claims),
        ),
        (
            "a critical member",
            sign_texts(r#"{"alg":"HS256","crit":["exp"]}"#, &claims),
        ),
        (
            "20 kB of claims",
            token_but(USER, "", json!({"pad": "x".repeat(20_000)})),
        ),
        ("20 kB of nothing", "x".repeat(20_000)),
        ("20 kB of dots", ".".repeat(20_000)),
        (
            "exp as a text",
            token_but(USER, "", json!({"exp": "9999999999"})),
        ),
        (
            "exp in milliseconds",
            token_but(USER, "", json!({"exp": tokens::now() * 1000})),
        ),
        (
            "a scope that is a number",
            token_but(USER, "", json!({"scope": 7})),
        ),
        (
            "a subject that is a number",
            token_but(USER, "", json!({"sub": 7})),
        ),
    ] {
        check(&server, name, &format!("Bearer {token}"), FORMAT).await;
    }
    check_nothing_happened(server).await;
}

#[tokio::test]
async fn a_signature_that_is_not_the_issuers_is_refused() {
    let server = Server::quick_start();
    check_good(&server).await;
    let claims = tokens::claims(USER, "admin");
    let good = tokens::sign(&claims);
    let payload = serde_json::Value::Object(claims.clone()).to_string();
    let another = sign_with(
        Algorithm::HS256,
        "another-secret-that-is-long-enough-too",
        &claims,
    );
    let (_, foreign) = another.rsplit_once('.').unwrap();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let basic = token(USER, "basic");
    let (basic_signed, _) = basic.rsplit_once('.').unwrap();
    let mut cases = vec![
        ("a changed signature", issue::with_broken_signature(&good)),
        ("another secret", another.clone()),
        ("another token's signature", format!("{signed}.{foreign}")),
        ("changed claims", format!("{basic_signed}.{signature}")),
        (
            "a shortened signature",
            format!("{signed}.{}", &signature[..40]),
        ),
        ("no signature", format!("{signed}.")),
        (
            "HS512 where HS256 is configured",
            sign_with(Algorithm::HS512, tokens::SECRET, &claims),
        ),
        (
            "HS384 where HS256 is configured",
            sign_with(Algorithm::HS384, tokens::SECRET, &claims),
        ),
    ];
    for alg in [
        "none", "None", "NONE", "nOnE", " none", "none ", "hs256", "HS256 ", "", "RS256", "ES256",
    ] {
        let header = json!({"alg": alg, "typ": "JWT"}).to_string();
        let token = sign_texts(&header, &payload);
        let (unsigned, _) = token.rsplit_once('.').unwrap();
        cases.push(("alg with a signature", token.clone()));
        cases.push(("alg without a signature", format!("{unsigned}.")));
    }
    for (name, token) in cases {
        check(
            &server,
            &format!("{name}: {token}"),
            &format!("Bearer {token}"),
            SIGNATURE,
        )
        .await;
    }
    check_nothing_happened(server).await;
}

#[tokio::test]
async fn claims_that_are_not_for_this_agent_now_are_refused() {
    let server = Server::quick_start();
    check_good(&server).await;
    let now = tokens::now();
    for (name, changes, words) in [
        ("expired", json!({"exp": now - 31}), "Token has expired"),
        ("expired long ago", json!({"exp": 1}), "Token has expired"),
        (
            "not yet valid",
            json!({"nbf": now + 600}),
            "Token is not yet valid",
        ),
        (
            "issued in the future",
            json!({"iat": now + 600}),
            "Token is not yet valid",
        ),
        (
            "another issuer",
            json!({"iss": "evil"}),
            "Token issuer is not trusted",
        ),
        (
            "an issuer that begins alike",
            json!({"iss": "test-issuer/"}),
            "Token issuer is not trusted",
        ),
        (
            "another audience",
            json!({"aud": "other"}),
            "Token audience does not match",
        ),
        (
            "other audiences",
            json!({"aud": ["a", "b"]}),
            "Token audience does not match",
        ),
        ("no issuer", json!({"iss": null}), MISSING),
        ("no audience", json!({"aud": null}), MISSING),
        ("no exp", json!({"exp": null}), MISSING),
        ("no subject", json!({"sub": null}), MISSING),
        (
            "proof of possession",
            json!({"cnf": {"jkt": "x"}}),
            "Token type is not accepted",
        ),
        (
            "an ID token",
            json!({"nonce": "n"}),
            "Token type is not accepted",
        ),
    ] {
        let token = token_but(USER, "admin", changes);
        check(&server, name, &format!("Bearer {token}"), words).await;
    }
    let header = r#"{"alg":"HS256","typ":"logout+jwt"}"#;
    let claims = serde_json::Value::Object(tokens::claims(USER, "")).to_string();
    let logout = sign_texts(header, &claims);
    check(
        &server,
        "a logout token",
        &format!("Bearer {logout}"),
        "Token type is not accepted",
    )
    .await;
    check_nothing_happened(server).await;
}

/// What a strict server must not refuse.
#[tokio::test]
async fn unusual_tokens_that_are_good_are_accepted() {
    let server = Server::quick_start();
    let now = tokens::now();
    for changes in [
        json!({"aud": ["other", tokens::AUDIENCE]}),
        json!({"exp": 0.5 + f64::from(u32::try_from(now).unwrap()) + 600.0}),
        json!({"exp": now - 5}),
        json!({"nbf": now + 5}),
        json!({"iat": null, "nbf": null}),
        json!({"unknown": {"deep": [1, {"er": null}]}}),
    ] {
        let answer = Answer::to(server.post(BODY).bearer_auth(token_but(
            "alice",
            "",
            changes.clone(),
        )))
        .await;
        assert_eq!(answer.status, 200, "{changes}: {answer:?}");
    }
    let claims = serde_json::Value::Object(tokens::claims("alice", "")).to_string();
    for header in [
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"HS256","typ":"at+jwt"}"#,
        r#"{"alg":"HS256","typ":"application/AT+JWT"}"#,
        r#"{"\u0061lg":"\u0048S256","typ":"jwt"}"#,
        r#"{"alg":"HS256","kid":"a secret has no name","x":1}"#,
    ] {
        let answer = Answer::to(server.post(BODY).bearer_auth(sign_texts(header, &claims))).await;
        assert_eq!(answer.status, 200, "{header}: {answer:?}");
    }
}

/// Tokens belong into the header alone (RFC 6750 §2.2, §2.3 are not supported, on purpose).
#[tokio::test]
async fn a_token_elsewhere_does_not_count() {
    let server = Server::quick_start();
    let token = token(USER, "");
    let json = "application/json";
    for request in [
        server
            .request("POST", &format!("/?access_token={token}"))
            .header("content-type", json)
            .body(BODY),
        server.post(format!(r#"{{"access_token":"{token}",{}"#, &BODY[1..])),
        server
            .post(BODY)
            .header("cookie", format!("access_token={token}")),
        server.post(BODY).header("x-access-token", &token),
        server
            .post(BODY)
            .header("proxy-authorization", format!("Bearer {token}")),
    ] {
        let answer = Answer::to(request).await;
        assert_eq!(answer.status, 401, "{answer:?}");
        assert_eq!(answer.challenge().get("error"), None);
    }
    check_nothing_happened(server).await;
}

/// The code in the log is for whoever runs the agent; the caller hears less.
#[tokio::test]
async fn each_refusal_stands_in_the_log_with_its_code() {
    let server = Server::quick_start();
    let late = tokens::expired(USER, "");
    for (credential, code) in [
        (format!("Bearer {late}"), "expired"),
        (
            format!("Bearer {}", issue::with_broken_signature(&late)),
            "bad_signature",
        ),
        (
            format!("Bearer {}", token_but(USER, "", json!({"iss": "evil"}))),
            "untrusted_issuer",
        ),
        ("Bearer x".to_owned(), "malformed"),
        ("Basic x".to_owned(), "not_bearer"),
    ] {
        refused(&server, &[credential]).await;
        let _ = server.log().wait_for(code);
    }
    refused(&server, &[]).await;
    let _ = server.log().wait_for("no_credential");
}
