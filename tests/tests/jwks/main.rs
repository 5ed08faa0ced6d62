//! Keys from elsewhere, end to end: rotated, removed, late, lost, broken, and asked for in floods.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails its test"
)]

mod rotation;

use std::{sync::Arc, time::Instant};

use agentup_auth::{
    Algorithm,
    issue::{self, SigningKey},
    remote::key_server::{KeyServer, Reply},
    test_support,
};
use agentup_tests::{Answer, Folder, PATIENCE, Server, run, tokens};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use serde_json::{Map, Value, json};

const KEYS: &str = "/keys";
const OTHER: &str = "https://other.example";

/// One of the two key pairs of the tests.
fn pair(number: usize) -> SigningKey {
    let pem = match number {
        1 => test_support::private_pem(Algorithm::ES256),
        _ => test_support::other_private_pem(Algorithm::ES256),
    };
    SigningKey::from_pem(Algorithm::ES256, pem.unwrap().as_bytes()).unwrap()
}

fn jwk(kid: &str, number: usize) -> Value {
    Value::Object(pair(number).public_jwk(Some(kid)).unwrap())
}

fn set(keys: &[Value]) -> Reply {
    Reply::json(&json!({"keys": keys}))
}

/// A good token for the echo, signed with a pair under a name.
fn token(kid: &str, number: usize) -> String {
    token_of(tokens::ISSUER, kid, number)
}

fn token_of(issuer: &str, kid: &str, number: usize) -> String {
    let header: Map<String, Value> = [("kid".to_owned(), kid.into())].into_iter().collect();
    let mut claims = tokens::claims("alice", "");
    claims.insert("iss".to_owned(), issuer.into());
    issue::sign(&header, &claims, &pair(number)).unwrap()
}

/// An agent whose bearer section has these lines.
fn agent(bearer: &str) -> String {
    format!("security:\n  bearer:\n{bearer}\nskills:\n  - skill_id: public_echo\n")
}

/// An agent of the usual issuer, whose keys are told by these lines.
fn usual(keys: &str) -> String {
    let (issuer, audience) = (tokens::ISSUER, tokens::AUDIENCE);
    agent(&format!(
        "    algorithm: ES256\n    issuer: {issuer}\n    audience: {audience}\n{keys}"
    ))
}

fn fetching(keys: &KeyServer, more: &str) -> String {
    usual(&format!("    jwks_url: {}\n{more}", keys.url(KEYS)))
}

async fn echo(server: &Server, token: &str) -> Answer {
    server.ask("public_echo", token, "hi").await
}

/// The status of an echo, and what a refusal says.
async fn verdict(server: &Server, token: &str) -> (u16, Value) {
    let answer = echo(server, token).await;
    (answer.status, answer.at("/error/message"))
}

fn good() -> (u16, Value) {
    (200, Value::Null)
}

fn unknown() -> (u16, Value) {
    (401, "Token key is unknown".into())
}

fn unavailable() -> (u16, Value) {
    (503, "Token keys are not available".into())
}

/// Asks for the readiness until it is as it should be.
async fn readiness(server: &Server, is_right: impl Fn(&Answer) -> bool) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = server.get("/readyz").await;
        if is_right(&answer) {
            return answer;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "{answer:?}\n{}",
            server.log().text()
        );
    }
}

async fn ready(server: &Server) {
    let answer = readiness(server, |answer| answer.status == 200).await;
    assert_eq!(answer.json(), json!({"status": "ready"}));
}

/// A key server with these keys, and an agent that has fetched them.
async fn running(keys: &[Value], more: &str) -> (KeyServer, Server) {
    let key_server = KeyServer::start().await.unwrap();
    key_server.serve(KEYS, set(keys));
    let server = Server::start(&fetching(&key_server, more), "");
    ready(&server).await;
    (key_server, server)
}

/// The effect of `security.bearer.jwks_url` and `security.bearer.algorithm`.
#[tokio::test]
async fn a_rotated_key_is_accepted_at_once_and_the_old_one_refused() {
    let (keys, server) = running(&[jwk("old", 1)], "").await;
    assert_eq!(verdict(&server, &token("old", 1)).await, good());
    keys.serve(KEYS, set(&[jwk("new", 2)]));
    assert_eq!(
        verdict(&server, &token("old", 1)).await,
        good(),
        "nobody knows yet"
    );
    assert_eq!(
        verdict(&server, &token("new", 2)).await,
        good(),
        "within one request"
    );
    assert_eq!(
        verdict(&server, &token("old", 1)).await,
        unknown(),
        "though it was remembered"
    );
    assert_eq!(keys.requests(KEYS).len(), 2);
}

/// The effect of `security.bearer.jwks_cache_ttl`.
#[tokio::test]
async fn a_removed_key_stops_by_itself() {
    let (keys, server) = running(&[jwk("one", 1), jwk("two", 2)], "    jwks_cache_ttl: 1\n").await;
    assert_eq!(verdict(&server, &token("one", 1)).await, good());
    keys.serve(KEYS, set(&[jwk("two", 2)]));
    let begun = Instant::now();
    while verdict(&server, &token("one", 1)).await == good() {
        assert!(begun.elapsed() < PATIENCE);
    }
    assert_eq!(verdict(&server, &token("one", 1)).await, unknown());
    assert_eq!(verdict(&server, &token("two", 2)).await, good());
}

#[tokio::test]
async fn nobody_is_let_in_or_blamed_while_there_are_no_keys() {
    let keys = KeyServer::start().await.unwrap();
    keys.serve(KEYS, Reply::hang_up());
    let server = Server::start(&fetching(&keys, ""), "");
    let told = |answer: &Answer| !answer.at("/issuers/0/last_error").is_null();
    let answer = readiness(&server, told).await;
    assert_eq!(answer.status, 503);
    let issuer = json!({"issuer": tokens::ISSUER, "keys": "missing", "last_error": "broken"});
    assert_eq!(
        answer.json(),
        json!({"status": "waiting for keys", "issuers": [issuer]})
    );
    assert_eq!(server.get("/healthz").await.status, 200);
    assert_eq!(server.get("/.well-known/agent-card.json").await.status, 200);
    let refused = echo(&server, &token("one", 1)).await;
    assert_eq!(
        (refused.status, refused.at("/error/message")),
        unavailable()
    );
    let pause: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&pause), "{pause}");
    assert_eq!(refused.header("www-authenticate"), None);
    keys.serve(KEYS, set(&[jwk("one", 1)]));
    ready(&server).await;
    assert_eq!(verdict(&server, &token("one", 1)).await, good());
}

/// The effect of `security.bearer.jwks_max_stale`.
#[tokio::test]
async fn keys_outlive_their_server_for_a_while() {
    let keys = "    jwks_cache_ttl: 1\n    jwks_max_stale: 4\n";
    let (keys, server) = running(&[jwk("one", 1)], keys).await;
    keys.serve(KEYS, Reply::status(500));
    // Keys are stale by their age alone; why they are is known once the next fetch has failed.
    let is_stale = |answer: &Answer| {
        answer.at("/issuers/0/keys") == "stale" && !answer.at("/issuers/0/last_error").is_null()
    };
    let stale = readiness(&server, is_stale).await;
    assert_eq!((stale.status, stale.at("/status")), (200, "ready".into()));
    assert_eq!(stale.at("/issuers/0/last_error"), "status");
    assert!(stale.at("/issuers/0/age_seconds").is_u64());
    assert_eq!(verdict(&server, &token("one", 1)).await, good());
    let gone = readiness(&server, |answer| answer.status == 503).await;
    assert_eq!(gone.at("/issuers/0/keys"), "missing");
    assert_eq!(verdict(&server, &token("one", 1)).await, unavailable());
    let _ = server.log().wait_for("the keys are too old to be trusted");
    keys.serve(KEYS, set(&[jwk("one", 1)]));
    ready(&server).await;
    assert_eq!(verdict(&server, &token("one", 1)).await, good());
    let audit = server.stop().audit;
    for event in ["keys.changed", "keys.fetch_failed", "keys.discarded"] {
        assert!(audit.contains(event), "{event} is not in:\n{audit}");
    }
}

#[tokio::test]
async fn a_slow_server_makes_only_those_wait_who_need_it() {
    let (keys, server) = running(&[jwk("one", 1)], "").await;
    keys.hold();
    let stranger = token("two", 2);
    let waiting = async {
        let answer = echo(&server, &stranger).await;
        keys.release();
        answer
    };
    let serving = async {
        keys.wait_for(KEYS, 2).await;
        for _ in 0..20 {
            assert_eq!(verdict(&server, &token("one", 1)).await, good());
        }
    };
    let (answer, ()) = tokio::join!(waiting, serving);
    assert_eq!((answer.status, answer.at("/error/message")), unavailable());
    assert_eq!(answer.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn what_is_no_key_set_is_not_taken_for_one() {
    let endless = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b' '; 5 << 20]].concat();
    let keys = KeyServer::start().await.unwrap();
    let elsewhere = keys.url("/elsewhere");
    keys.serve("/elsewhere", set(&[jwk("one", 1)]));
    let cases = [
        (
            Reply::new(200, &[], b"<html>Log in</html>"),
            "not_a_key_set",
        ),
        (Reply::new(200, &[], &vec![b' '; 5 << 20]), "too_large"),
        (Reply::raw(endless), "too_large"),
        (
            Reply::new(302, &[("Location", &elsewhere)], b""),
            "redirect",
        ),
        (Reply::status(404), "status"),
        (Reply::json(&json!({"keys": {"one": 1}})), "not_a_key_set"),
    ];
    for (number, (reply, code)) in cases.into_iter().enumerate() {
        let path = format!("/{number}");
        keys.serve(&path, reply);
        let server = Server::start(&usual(&format!("    jwks_url: {}\n", keys.url(&path))), "");
        let told = |answer: &Answer| answer.at("/issuers/0/last_error") == code;
        assert_eq!(readiness(&server, told).await.status, 503, "{code}");
        assert_eq!(verdict(&server, &token("one", 1)).await, unavailable());
    }
    assert!(keys.requests("/elsewhere").is_empty());
}

#[tokio::test]
async fn one_odd_key_spoils_nothing() {
    let odd = [
        json!({"kty": "XYZ", "kid": "evil\u{1b}[2J"}),
        json!("no key"),
        jwk("one", 2),
        json!({"kty": "oct", "kid": "secret", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}),
    ];
    let keys: Vec<_> = [jwk("one", 1)].into_iter().chain(odd).collect();
    let (_keys, server) = running(&keys, "").await;
    assert_eq!(verdict(&server, &token("one", 1)).await, good());
    let second = verdict(&server, &token("one", 2)).await;
    assert_eq!(
        second,
        (401, "JWT signature verification failed".into()),
        "the first of a name counts"
    );
    let log = server.log().wait_for_times("a key is left out", 4);
    assert!(!log.contains('\u{1b}'), "{log}");
}

#[tokio::test]
async fn a_set_without_a_usable_key_is_no_set_to_be_ready_with() {
    let keys = KeyServer::start().await.unwrap();
    keys.serve(KEYS, set(&[]));
    let server = Server::start(&fetching(&keys, ""), "");
    let told = |answer: &Answer| answer.at("/issuers/0/keys") == "none that can be used";
    assert_eq!(readiness(&server, told).await.status, 503);
    assert_eq!(verdict(&server, &token("one", 1)).await, unknown());
}

/// The effect of `security.bearer.jwks_cool_down`.
#[tokio::test]
async fn ten_thousand_strangers_cost_one_fetch() {
    let (keys, server) = running(&[jwk("one", 1)], "    jwks_cool_down: 1h\n").await;
    // Only the header differs, so one signature does for all: no key is there to look at it.
    let signed = token("stranger", 2);
    let rest = signed.split_once('.').unwrap().1;
    let strangers: Vec<_> = (0..10_000)
        .map(|number| {
            let other = token_header(&format!("stranger-{number}"));
            format!("{other}.{rest}")
        })
        .collect();
    let client = Arc::new((*server).clone());
    let flood = strangers.chunks(625).map(|tokens| {
        let client = Arc::clone(&client);
        async move {
            let mut statuses = [0_usize; 2];
            for token in tokens {
                match client.ask("public_echo", token, "hi").await.status {
                    401 => statuses[0] = statuses[0].saturating_add(1),
                    503 => statuses[1] = statuses[1].saturating_add(1),
                    status => panic!("{status}"),
                }
            }
            statuses
        }
    });
    let friend = token("one", 1);
    let friends = async {
        for _ in 0..100 {
            assert_eq!(verdict(&server, &friend).await, good());
        }
    };
    let (statuses, ()) = tokio::join!(join_all(flood), friends);
    let [unknown, later] = statuses
        .iter()
        .fold([0; 2], |[a, b], [c, d]| [a + c, b + d]);
    assert_eq!(unknown + later, 10_000);
    assert!(unknown > 9_900, "{unknown} were refused, {later} put off");
    assert_eq!(
        keys.requests(KEYS).len(),
        2,
        "one at the start, one for all of them"
    );
}

fn token_header(kid: &str) -> String {
    let header = json!({"typ": "JWT", "alg": "ES256", "kid": kid});
    URL_SAFE_NO_PAD.encode(header.to_string())
}

/// The effect of `security.bearer.oidc_discovery`.
#[tokio::test]
async fn the_issuer_says_where_its_keys_are() {
    let keys = KeyServer::start().await.unwrap();
    let issuer = keys.url("/realm");
    let (bearer, path) = (
        format!(
            "    algorithm: ES256\n    issuer: {issuer}\n    audience: {}\n    oidc_discovery: true\n",
            tokens::AUDIENCE
        ),
        "/realm/.well-known/openid-configuration",
    );
    keys.serve(
        path,
        Reply::json(&json!({"issuer": format!("{issuer}/"), "jwks_uri": keys.url(KEYS)})),
    );
    keys.serve(KEYS, set(&[jwk("one", 1)]));
    let server = Server::start(&agent(&bearer), "");
    let told = |answer: &Answer| answer.at("/issuers/0/last_error") == "discovery";
    assert_eq!(
        readiness(&server, told).await.status,
        503,
        "another issuer by one letter"
    );
    assert!(keys.requests(KEYS).is_empty());
    keys.serve(
        path,
        Reply::json(&json!({"issuer": issuer, "jwks_uri": keys.url(KEYS)})),
    );
    ready(&server).await;
    assert_eq!(verdict(&server, &token_of(&issuer, "one", 1)).await, good());
}

#[tokio::test]
async fn keys_of_two_issuers_are_never_pooled() {
    let keys = KeyServer::start().await.unwrap();
    keys.serve(KEYS, set(&[jwk("same", 1)]));
    keys.serve("/other", set(&[jwk("same", 2)]));
    let entry = |issuer: &str, path: &str| {
        format!(
            "      - {{ issuer: {issuer}, audience: {}, algorithm: ES256, jwks_url: \"{}\" }}\n",
            tokens::AUDIENCE,
            keys.url(path)
        )
    };
    let entries = [entry(tokens::ISSUER, KEYS), entry(OTHER, "/other")].concat();
    let server = Server::start(&agent(&format!("    issuers:\n{entries}")), "");
    ready(&server).await;
    assert_eq!(verdict(&server, &token("same", 1)).await, good());
    assert_eq!(verdict(&server, &token_of(OTHER, "same", 2)).await, good());
    let wrong = (401, "JWT signature verification failed".into());
    assert_eq!(verdict(&server, &token("same", 2)).await, wrong);
    assert_eq!(verdict(&server, &token_of(OTHER, "same", 1)).await, wrong);
    let stranger = token_of("https://third.example", "same", 1);
    assert_eq!(
        verdict(&server, &stranger).await,
        (401, "Token issuer is not trusted".into())
    );
    assert_eq!(
        verdict(&server, &token_of(OTHER, "new", 2)).await,
        unknown()
    );
    let asked = [KEYS, "/other"].map(|path| keys.requests(path).len());
    assert_eq!(asked, [1, 2], "only the one that it is about");
}

/// The effect of `security.bearer.jwks_file`.
#[tokio::test]
async fn a_file_of_keys_is_followed() {
    let text = |keys: &[Value]| json!({"keys": keys}).to_string();
    let folder = Folder::new(&usual("    jwks_file: keys.json\n"), "");
    folder.write("keys.json", &text(&[jwk("old", 1)]));
    let server = Server::start_in(folder);
    ready(&server).await;
    assert_eq!(verdict(&server, &token("old", 1)).await, good());
    server.folder().write("keys.json", &text(&[jwk("new", 2)]));
    assert_eq!(verdict(&server, &token("new", 2)).await, good());
    assert_eq!(verdict(&server, &token("old", 1)).await, unknown());
}

// The log is waited for on a thread, and the key server answers on another.
#[tokio::test(flavor = "multi_thread")]
async fn a_reload_leaves_no_gap_and_ends_what_it_replaces() {
    let (keys, server) = running(&[jwk("one", 1)], "    jwks_cache_ttl: 1\n").await;
    // The same place: its keys serve on, though it does not answer.
    keys.serve(KEYS, Reply::status(500));
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration reloaded");
    assert_eq!(verdict(&server, &token("one", 1)).await, good());
    // Another place: asked before the old one is left, which is asked no more.
    let other = KeyServer::start().await.unwrap();
    other.serve(KEYS, set(&[jwk("two", 2)]));
    server
        .folder()
        .replace_config(&fetching(&other, "    jwks_cache_ttl: 1\n"));
    server.ask_to_reload();
    let _ = server.log().wait_for_times("configuration reloaded", 2);
    assert_eq!(verdict(&server, &token("two", 2)).await, good());
    assert_eq!(verdict(&server, &token("one", 1)).await, unknown());
    let asked = keys.requests(KEYS).len();
    let fetched = other.requests(KEYS).len();
    other.wait_for(KEYS, fetched.saturating_add(3)).await;
    assert_eq!(keys.requests(KEYS).len(), asked);
}

// As above, for a program.
#[tokio::test(flavor = "multi_thread")]
async fn looking_at_a_configuration_fetches_nothing() {
    let keys = KeyServer::start().await.unwrap();
    let folder = Folder::new(&fetching(&keys, ""), "");
    for command in ["check", "card", "skills"] {
        let outcome = run("agentup-server", folder.path(), [command]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
    }
    assert!(keys.requests(KEYS).is_empty());
}

/// The effect of `security.bearer.jwks_allow_hosts`.
#[tokio::test]
async fn in_production_keys_come_from_this_machine_only_if_it_is_named() {
    let keys = KeyServer::start().await.unwrap();
    keys.serve(KEYS, set(&[jwk("one", 1)]));
    let production = |more: &str| format!("environment: production\n{}", fetching(&keys, more));
    let refused = Folder::new(&production(""), "");
    let outcome = run("agentup-server", refused.path(), ["check"]);
    assert_eq!(outcome.code, Some(78), "{outcome:?}");
    assert!(outcome.stderr.contains("jwks_allow_hosts"), "{outcome:?}");
    let server = Server::start(&production("    jwks_allow_hosts: [127.0.0.1]\n"), "");
    ready(&server).await;
    assert_eq!(verdict(&server, &token("one", 1)).await, good());
}
