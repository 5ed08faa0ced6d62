//! API keys: in a header, of both kinds, in a file that changes.

use std::time::Instant;

use agentup_tests::{Answer, PATIENCE};

use super::{KEY, KEY_HASH, ask, ask_at, challenges, declared, fault, folder, hello, server};

const SLOW: &str = "slow-correct-horse";
const SLOW_HASH: &str = "$argon2id$v=19$m=7168,t=1,p=1$c2FsdC1vZi10ZXN0cw$\
                         Ta0MoOcoqudan6LS3IKtw/L2p2vBLoOc38AuvzFVO0w";
const EXPIRED: &str = "expired-key-0123456789abc";
const EXPIRED_HASH: &str = "c75c27185dc8bfbe60a1689229ea319c4273a2f3548f02f7842ea2f6cbec4477";
const LATER: &str = "later-key-00123456789abcd";
const LATER_HASH: &str = "bcde1d2b7b588e497b042b0abbe0546b0424f8b55c82c61243de39ac0f3ddc01";

fn security(more: &str) -> String {
    format!(
        "type: api_key, api_key: {{ keys: [{{ name: service, hash: {KEY_HASH}, scopes: [basic] }}, \
         {{ name: person, hash: \"{SLOW_HASH}\", prefix: slow, scopes: [premium] }}, \
         {{ name: past, hash: {EXPIRED_HASH}, expires: 2020-01-01T00:00:00Z }}]{more} }}"
    )
}

/// The effect of `security.type`, `security.api_key.keys[].name`, `security.api_key.keys[].hash`
/// and `security.api_key.keys[].prefix`.
#[tokio::test]
async fn a_key_is_a_credential_of_its_own() {
    let server = server(&security(""));
    assert_eq!(declared(&server).await, ["api_key"]);
    for (key, name) in [(KEY, "service"), (SLOW, "person"), (SLOW, "person")] {
        let answer = Answer::to(hello(&server).header("X-API-Key", key)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.reply(), format!("Echo: hi (from user {name})"));
    }
}

/// The effect of `security.api_key.keys[].scopes`.
#[tokio::test]
async fn a_key_reaches_as_far_as_its_scopes() {
    let server = server(&security(""));
    let premium = |key| Answer::to(ask(&server, "premium_analyzer").header("X-API-Key", key));
    let denied = premium(KEY).await;
    assert_eq!(denied.status, 403, "{denied:?}");
    assert!(fault(&denied).contains("error=\"insufficient_scope\""));
    assert!(fault(&denied).contains("scope=\"premium\""));
    assert_eq!(premium(SLOW).await.status, 200);
}

#[tokio::test]
async fn without_a_key_the_challenge_names_the_header() {
    let server = server(&security(""));
    let answer = Answer::to(hello(&server)).await;
    assert_eq!(answer.status, 401);
    let [challenge] = &challenges(&answer)[..] else {
        panic!("one challenge: {answer:?}")
    };
    assert!(challenge.starts_with("ApiKey realm=\"agentup\", header=\"x-api-key\""));
    assert!(!challenge.contains("error"));
    assert!(
        answer
            .text_at("/error/message")
            .contains("`x-api-key: <key>`")
    );
}

/// The effect of `security.api_key.keys[].expires`.
#[tokio::test]
async fn other_keys_are_refused() {
    let server = server(&security(""));
    for (key, told) in [
        ("fast-key-0123456789abcdeg", "API key is not accepted"),
        ("slow-wrong-horse", "API key is not accepted"),
        ("short", "API key is not accepted"),
        ("two words of a key", "API key is not accepted"),
        (KEY_HASH, "API key is not accepted"),
        (EXPIRED, "API key has expired"),
    ] {
        let answer = Answer::to(hello(&server).header("X-API-Key", key)).await;
        assert_eq!(answer.status, 401, "{key}");
        assert!(fault(&answer).contains(told), "{key}: {answer:?}");
        assert!(fault(&answer).starts_with("ApiKey "), "{key}");
    }
    let stopped = server.stop();
    for key in ["fast-key-0123456789abcdeg", "slow-wrong-horse", KEY_HASH] {
        assert!(!stopped.log.contains(key), "{}", stopped.log);
    }
}

#[tokio::test]
async fn two_keys_are_no_key() {
    let server = server(&security(""));
    let two = hello(&server)
        .header("X-API-Key", KEY)
        .header("X-API-Key", KEY);
    let answer = Answer::to(two).await;
    assert_eq!(answer.status, 400);
    assert!(fault(&answer).contains("error=\"invalid_request\""));
    let with_token = hello(&server).header("X-API-Key", KEY).bearer_auth("token");
    assert_eq!(Answer::to(with_token).await.status, 400);
    let token_alone = Answer::to(hello(&server).bearer_auth("token")).await;
    assert_eq!(token_alone.status, 401);
}

/// The effect of `security.api_key.allow_query`.
#[tokio::test]
async fn a_query_has_a_key_only_where_that_is_allowed() {
    let query = format!("/?api_key={KEY}");
    let strict = server(&security(""));
    let in_query = ask_at(&strict, "public_echo", &query);
    assert_eq!(Answer::to(in_query).await.status, 401);
    let lax = server(&security(", allow_query: true, header: X-Agent-Key"));
    assert_eq!(declared(&lax).await, ["api_key", "api_key_query"]);
    let in_query = || ask_at(&lax, "public_echo", &query);
    assert_eq!(Answer::to(in_query()).await.status, 200);
    let header = hello(&lax).header("X-Agent-Key", KEY);
    assert_eq!(Answer::to(header).await.status, 200);
    let both = in_query().header("X-Agent-Key", KEY);
    assert_eq!(Answer::to(both).await.status, 400);
    let other = hello(&lax).header("X-API-Key", KEY);
    assert_eq!(Answer::to(other).await.status, 401);
    assert!(!lax.stop().log.contains(KEY));
}

/// The effect of `security.api_key.keys_file`.
#[tokio::test]
async fn a_file_of_keys_is_followed() {
    let folder = folder("type: api_key, api_key: { keys_file: keys.yaml }");
    folder.write(
        "keys.yaml",
        &format!("- {{ name: first, hash: {KEY_HASH} }}\n"),
    );
    let server = agentup_tests::Server::start_in(folder);
    let status = async |key| {
        Answer::to(hello(&server).header("X-API-Key", key))
            .await
            .status
    };
    assert_eq!((status(KEY).await, status(LATER).await), (200, 401));
    let later = format!("- {{ name: second, hash: {LATER_HASH} }}\n");
    server.folder().write("keys.yaml", &later);
    let begun = Instant::now();
    while status(LATER).await != 200 {
        assert!(begun.elapsed() < PATIENCE, "the file is read again");
    }
    assert_eq!(status(KEY).await, 401);
    // A file that cannot be used changes nothing.
    server.folder().write("keys.yaml", "- { name: third }\n");
    let log = server
        .log()
        .wait_for("file not taken over, the old one holds");
    assert!(log.contains("hash: is missing"), "{log}");
    assert_eq!((status(KEY).await, status(LATER).await), (401, 200));
}
