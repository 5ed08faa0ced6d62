//! Keys that take the place of others while requests come in.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use agentup_auth::remote::key_server::KeyServer;
use agentup_tests::{Load, Server, hide};
use serde_json::Value;

use super::{KEYS, good, jwk, running, set, token, unknown, verdict};

/// How many clients ask all the time.
const CLIENTS: usize = 8;

/// How many answers each of them has before something else changes.
const SOME: usize = 5;

/// How often the key is another one.
const ROTATIONS: usize = 2;

/// A key of the rotations: there are two pairs, and each name is new.
fn key(number: usize) -> Value {
    jwk(&kid(number), pair_of(number))
}

/// A token of that key.
fn token_of(number: usize) -> String {
    token(&kid(number), pair_of(number))
}

fn kid(number: usize) -> String {
    format!("key-{number}")
}

const fn pair_of(number: usize) -> usize {
    1 + number % 2
}

/// Publishes these keys, and waits until the agent has fetched them.
fn publish(keys: &KeyServer, server: &Server, published: &[Value]) {
    const IN_USE: &str = "new keys are in use";
    let before = server.log().text().matches(IN_USE).count();
    keys.serve(KEYS, set(published));
    let _ = server.log().wait_for_times(IN_USE, before + 1);
}

/// Good requests of the agent, with tokens of the key that this number says: each third one is a new
/// token, and the others are remembered.
fn load(server: &Server, current: &Arc<AtomicUsize>) -> Load {
    let (current, asked) = (Arc::clone(current), AtomicUsize::new(0));
    let known: Vec<String> = (0..=ROTATIONS).map(token_of).collect();
    for token in &known {
        hide(token);
    }
    Load::start(server.authority(), CLIENTS, move |_| {
        let number = current.load(Ordering::Relaxed);
        match asked.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => token_of(number),
            _ => known[number].clone(),
        }
    })
}

/// As an issuer does it by the book: the new key is published beside the old one, tokens are signed
/// with it once everybody has it, and the old one goes when nobody needs it any more.
// The log is waited for on a thread, and the key server answers on another.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_under_load_without_a_refusal() {
    let (keys, server) = running(&[key(0)], "    jwks_cache_ttl: 1\n").await;
    let current = Arc::new(AtomicUsize::new(0));
    let load = load(&server, &current);
    load.goes_on(SOME).await;
    for number in 1..=ROTATIONS {
        let old = token_of(number - 1);
        publish(&keys, &server, &[key(number - 1), key(number)]);
        assert_eq!(verdict(&server, &old).await, good());
        load.goes_on(SOME).await;
        current.store(number, Ordering::Relaxed);
        load.goes_on(SOME).await;
        publish(&keys, &server, &[key(number)]);
        for old in [old, token_of(number - 1)] {
            assert_eq!(verdict(&server, &old).await, unknown(), "remembered or not");
        }
        load.goes_on(SOME).await;
    }
    let answered = load.end();
    let least = CLIENTS * SOME * (1 + 3 * ROTATIONS);
    assert!(answered >= least, "{answered}");
}

/// An issuer that signs with a key in the moment that it is published: whoever comes first has it
/// fetched, and those who come meanwhile wait for that.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_nobody_was_told_of_refuses_nobody() {
    let (keys, server) = running(&[key(0)], "").await;
    let current = Arc::new(AtomicUsize::new(0));
    let load = load(&server, &current);
    load.goes_on(SOME).await;
    keys.serve(KEYS, set(&[key(0), key(1)]));
    current.store(1, Ordering::Relaxed);
    load.goes_on(SOME).await;
    let _ = load.end();
    assert_eq!(keys.requests(KEYS).len(), 2, "one fetch for all of them");
}
