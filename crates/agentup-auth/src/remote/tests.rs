//! The keys of a verifier, kept fresh from a real server.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use futures_util::future::join_all;
use reqwest::Url;
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::{
    guard::Guard,
    key_server::{KeyServer, Reply},
    *,
};
use crate::{
    KeySet, Policy, TrustedIssuer, VerifyError, bearer_token,
    issue::{self, SigningKey},
    test_support,
};

const KEYS: &str = "/keys";
const ALGORITHM: Algorithm = Algorithm::ES256;

/// A verifier whose keys come from a server, and what was told of them.
struct Setting {
    server: KeyServer,
    verifier: Arc<Verifier>,
    told: watch::Sender<Vec<String>>,
    /// Hours that the clock is ahead.
    hours: Arc<AtomicU64>,
    world: World,
}

impl Setting {
    async fn new() -> Self {
        let (told, start) = (watch::Sender::new(Vec::new()), Instant::now());
        let (log, hours) = (told.clone(), Arc::<AtomicU64>::default());
        let ahead = Arc::clone(&hours);
        let world = World {
            web: Arc::new(Web::new(Guard::new().allow_loopback(), TIMEOUT)),
            now: Arc::new(move || {
                let hours = Duration::from_hours(ahead.load(Ordering::Relaxed));
                Moment::new(start.elapsed()).after(hours)
            }),
            observer: Arc::new(move |issuer, event| {
                let position = issuer.positions[0];
                log.send_modify(|told| told.push(format!("{position} {}", name(event))));
            }),
        };
        let issuer = |name: &str| TrustedIssuer {
            issuer: Some(name.to_owned()),
            audiences: vec![test_support::AUDIENCE.to_owned()],
            keys: KeySet::unavailable(),
        };
        let issuers = vec![
            issuer(test_support::ISSUER),
            issuer("https://other.example"),
        ];
        Self {
            server: KeyServer::start().await.unwrap(),
            verifier: Arc::new(Verifier::new(issuers, Policy::default())),
            told,
            hours,
            world,
        }
    }

    fn issuer(&self, position: usize, path: &str, timing: Timing) -> RemoteIssuer {
        let url = Url::parse(&self.server.url(path)).unwrap();
        let location = Location::KeySet(url);
        RemoteIssuer {
            positions: vec![position],
            location,
            algorithms: vec![ALGORITHM],
            known: Vec::new(),
            fetched: None,
            timing,
        }
    }

    async fn start(&self, timing: Timing) -> RemoteKeys {
        let issuers = vec![self.issuer(0, KEYS, timing)];
        let keys = RemoteKeys::start(&self.verifier, issuers, &self.world, None);
        keys.settled().await;
        keys
    }

    fn verify(&self, token: &str) -> Result<(), VerifyError> {
        let header = format!("Bearer {token}");
        let token = bearer_token([header.as_bytes()].into_iter())
            .unwrap()
            .unwrap();
        self.verifier.verify(token, test_support::NOW).map(|_| ())
    }

    fn told(&self) -> Vec<String> {
        self.told.borrow().clone()
    }

    /// Waits until it has been told.
    async fn hears(&self, event: &str) {
        let mut told = self.told.subscribe();
        let heard = told.wait_for(|told| told.iter().any(|told| told == event));
        let result = tokio::time::timeout(Duration::from_secs(20), heard).await;
        assert!(result.is_ok(), "`{event}` was not told");
    }
}

fn name(event: &Event<'_>) -> String {
    match event {
        Event::Loaded {
            keys,
            skipped,
            exposed,
        } => {
            format!(
                "loaded {keys} skipped {} exposed {}",
                skipped.len(),
                exposed.len()
            )
        }
        Event::Confirmed => "confirmed".to_owned(),
        Event::Failed { error, age, .. } => format!("failed {} {}", error.code(), age.is_some()),
        Event::Discarded => "discarded".to_owned(),
    }
}

fn signing_key(other: bool) -> SigningKey {
    let pem = if other {
        test_support::other_private_pem(ALGORITHM)
    } else {
        test_support::private_pem(ALGORITHM)
    };
    SigningKey::from_pem(ALGORITHM, pem.unwrap().as_bytes()).unwrap()
}

fn jwk(kid: &str, other: bool) -> Value {
    Value::Object(signing_key(other).public_jwk(Some(kid)).unwrap())
}

fn set(keys: &[Value]) -> Reply {
    Reply::json(&json!({"keys": keys}))
}

fn token(kid: &str, issuer: &str, other: bool) -> String {
    let header: Map<String, Value> = [("kid".to_owned(), kid.into())].into_iter().collect();
    let mut claims = test_support::claims();
    claims.insert("iss".to_owned(), issuer.into());
    issue::sign(&header, &claims, &signing_key(other)).unwrap()
}

fn ours(kid: &str) -> String {
    token(kid, test_support::ISSUER, false)
}

/// With pauses that a test can wait for.
fn quick() -> Timing {
    let pause = Duration::from_millis(1);
    Timing {
        first_retry: pause,
        last_retry: pause,
        ..Timing::default()
    }
}

#[tokio::test]
async fn keys_are_there_before_they_are_asked_for() {
    let setting = Setting::new().await;
    setting
        .server
        .serve(KEYS, set(&[jwk("one", false), json!({"kty": "XYZ"})]));
    assert_eq!(
        setting.verify(&ours("one")),
        Err(VerifyError::KeysUnavailable)
    );
    let keys = setting.start(Timing::default()).await;
    assert_eq!(setting.verify(&ours("one")), Ok(()));
    assert_eq!(setting.told(), ["0 loaded 1 skipped 1 exposed 0"]);
    let status = &keys.status()[0];
    assert_eq!(
        (status.keys, status.last_error, status.is_stale),
        (Some(1), None, false)
    );
    assert_eq!(
        status.fetches,
        Fetches {
            loaded: 1,
            ..Fetches::default()
        }
    );
    assert!(keys.next_fetch_in(0).unwrap() > Duration::from_secs(200));
}

#[tokio::test]
async fn a_new_key_is_found_within_one_question_and_an_old_one_stops() {
    let setting = Setting::new().await;
    setting.server.serve(KEYS, set(&[jwk("old", false)]));
    let keys = setting.start(Timing::default()).await;
    assert_eq!(setting.verify(&ours("old")), Ok(()));
    setting.server.serve(KEYS, set(&[jwk("new", true)]));
    let fresh = token("new", test_support::ISSUER, true);
    assert_eq!(setting.verify(&fresh), Err(VerifyError::UnknownKid));
    assert_eq!(
        keys.on_unknown_kid(0, Some("new")).await,
        Outcome::VerifyAgain
    );
    assert_eq!(setting.verify(&fresh), Ok(()));
    assert_eq!(
        setting.verify(&ours("old")),
        Err(VerifyError::UnknownKid),
        "also if remembered"
    );
    assert_eq!(
        keys.on_unknown_kid(0, Some("old")).await,
        Outcome::Unknown,
        "the cool-down"
    );
    assert_eq!(setting.server.requests(KEYS).len(), 2);
}

#[tokio::test]
async fn a_thousand_strangers_share_one_fetch() {
    let setting = Setting::new().await;
    setting.server.serve(KEYS, set(&[jwk("one", false)]));
    let keys = setting.start(Timing::default()).await;
    setting.server.hold();
    let names: Vec<_> = (0..1000).map(|number| format!("kid-{number}")).collect();
    let asking = join_all(names.iter().map(|kid| keys.on_unknown_kid(0, Some(kid))));
    let serving = async {
        setting.server.wait_for(KEYS, 2).await;
        assert_eq!(
            setting.verify(&ours("one")),
            Ok(()),
            "good tokens do not wait"
        );
        setting.server.release();
    };
    let (outcomes, ()) = tokio::join!(asking, serving);
    let count = |wanted: Outcome| {
        outcomes
            .iter()
            .filter(|outcome| **outcome == wanted)
            .count()
    };
    assert_eq!(count(Outcome::VerifyAgain), 64, "as many wait as may");
    assert_eq!(count(Outcome::Later(Duration::from_secs(1))), 936);
    for kid in &names {
        assert_eq!(keys.on_unknown_kid(0, Some(kid)).await, Outcome::Unknown);
    }
    assert_eq!(setting.server.requests(KEYS).len(), 2);
    assert_eq!(setting.told().len(), 2);
    assert_eq!(setting.verify(&ours("one")), Ok(()));
}

#[tokio::test]
async fn nobody_waits_longer_than_patience() {
    let setting = Setting::new().await;
    setting.server.serve(KEYS, set(&[jwk("one", false)]));
    let timing = Timing {
        patience: Duration::from_millis(1),
        ..Timing::default()
    };
    let keys = setting.start(timing).await;
    setting.server.hold();
    let outcome = keys.on_unknown_kid(0, Some("two")).await;
    assert_eq!(outcome, Outcome::Later(Duration::from_secs(1)));
}

#[tokio::test]
async fn a_token_without_kid_is_searched_too() {
    let setting = Setting::new().await;
    setting.server.serve(KEYS, set(&[]));
    let keys = setting.start(Timing::default()).await;
    assert_eq!(keys.status()[0].keys, Some(0));
    assert_eq!(keys.on_unknown_kid(0, None).await, Outcome::VerifyAgain);
    assert_eq!(keys.on_unknown_kid(0, None).await, Outcome::Unknown);
    assert_eq!(
        keys.on_unknown_kid(7, None).await,
        Outcome::Unknown,
        "no such issuer"
    );
}

#[tokio::test]
async fn a_server_that_is_down_at_first() {
    let setting = Setting::new().await;
    setting.server.serve(KEYS, Reply::hang_up());
    let keys = setting.start(quick()).await;
    assert_eq!(
        setting.verify(&ours("one")),
        Err(VerifyError::KeysUnavailable)
    );
    let status = &keys.status()[0];
    assert_eq!((status.keys, status.last_error), (None, Some("broken")));
    assert!(matches!(
        keys.on_unknown_kid(0, Some("one")).await,
        Outcome::Later(_)
    ));
    setting.server.wait_for(KEYS, 3).await;
    setting.server.serve(KEYS, set(&[jwk("one", false)]));
    setting.hears("0 loaded 1 skipped 0 exposed 0").await;
    assert_eq!(setting.verify(&ours("one")), Ok(()));
    assert_eq!(keys.status()[0].last_error, None);
}

#[tokio::test]
async fn a_server_that_goes_down() {
    let setting = Setting::new().await;
    setting.server.serve(KEYS, set(&[jwk("one", false)]));
    let timing = Timing {
        ttl: Duration::ZERO,
        ..quick()
    };
    let keys = setting.start(timing).await;
    setting.server.serve(KEYS, Reply::status(503));
    setting.server.wait_for(KEYS, 3).await;
    assert_eq!(setting.verify(&ours("one")), Ok(()), "stale keys serve");
    let status = &keys.status()[0];
    assert!(
        status.is_stale && status.last_error == Some("status"),
        "{status:?}"
    );
    setting.hours.store(23, Ordering::Relaxed);
    let asked = setting.server.requests(KEYS).len();
    setting.server.wait_for(KEYS, asked + 2).await;
    assert_eq!(setting.verify(&ours("one")), Ok(()), "for a day");
    setting.hours.store(24, Ordering::Relaxed);
    setting.hears("0 discarded").await;
    assert_eq!(
        setting.verify(&ours("one")),
        Err(VerifyError::KeysUnavailable)
    );
    assert_eq!(keys.status()[0].keys, None);
    assert!(setting.told().contains(&"0 failed status true".to_owned()));
}

#[tokio::test]
async fn keys_of_two_issuers_do_not_meet() {
    let setting = Setting::new().await;
    setting.server.serve(KEYS, set(&[jwk("same", false)]));
    setting.server.serve("/other", set(&[jwk("same", true)]));
    let issuers = vec![
        setting.issuer(0, KEYS, Timing::default()),
        setting.issuer(1, "/other", Timing::default()),
    ];
    let keys = RemoteKeys::start(&setting.verifier, issuers, &setting.world, None);
    keys.settled().await;
    let [one, two] = [test_support::ISSUER, "https://other.example"];
    assert_eq!(setting.verify(&token("same", one, false)), Ok(()));
    assert_eq!(setting.verify(&token("same", two, true)), Ok(()));
    assert_eq!(
        setting.verify(&token("same", one, true)),
        Err(VerifyError::BadSignature)
    );
    assert_eq!(
        setting.verify(&token("same", two, false)),
        Err(VerifyError::BadSignature)
    );
    assert_eq!(
        keys.on_unknown_kid(1, Some("new")).await,
        Outcome::VerifyAgain
    );
    assert_eq!(setting.server.requests(KEYS).len(), 1);
    assert_eq!(setting.server.requests("/other").len(), 2);
}

#[tokio::test]
async fn a_configuration_that_is_replaced_leaves_no_gap_and_no_task() {
    let setting = Setting::new().await;
    setting.server.serve(KEYS, set(&[jwk("one", false)]));
    let old = setting.start(Timing::default()).await;
    setting.server.hold();
    let next = Setting {
        server: setting.server,
        ..Setting::new().await
    };
    let issuers = vec![
        next.issuer(0, KEYS, Timing::default()),
        next.issuer(1, "/elsewhere", Timing::default()),
    ];
    let keys = RemoteKeys::start(&next.verifier, issuers, &next.world, Some(&old));
    drop(old);
    assert_eq!(
        next.verify(&ours("one")),
        Ok(()),
        "before anything was fetched"
    );
    let elsewhere = token("one", "https://other.example", false);
    assert_eq!(
        next.verify(&elsewhere),
        Err(VerifyError::KeysUnavailable),
        "not of that place"
    );
    next.server.wait_for(KEYS, 2).await;
    next.server.release();
    keys.settled().await;
    assert_eq!(
        Arc::strong_count(&setting.verifier),
        1,
        "the old tasks are gone"
    );
}

#[tokio::test]
async fn nothing_is_told_of_keys() {
    let setting = Setting::new().await;
    setting.server.serve(KEYS, set(&[jwk("the-kid", false)]));
    let keys = setting.start(Timing::default()).await;
    let shown = format!("{keys:?} {:?}", setting.world);
    assert!(
        shown.contains("keys: Some(1)") && !shown.contains("the-kid"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_known_key_serves_whatever_becomes_of_the_others() {
    let setting = Setting::new().await;
    setting.server.serve(KEYS, Reply::status(500));
    let known = json!({"keys": [jwk("known", false)]}).to_string();
    let known = KeySet::from_jwks(known.as_bytes(), &[ALGORITHM]).unwrap();
    let mut issuer = setting.issuer(0, KEYS, quick());
    issuer.known = known.keys.keys().to_vec();
    issuer.positions = vec![0, 1];
    let keys = RemoteKeys::start(&setting.verifier, vec![issuer], &setting.world, None);
    let fetched = token("fetched", test_support::ISSUER, true);
    keys.settled().await;
    assert_eq!(setting.verify(&ours("known")), Ok(()));
    let of_other = token("known", "https://other.example", false);
    assert_eq!(setting.verify(&of_other), Ok(()));
    assert_eq!(setting.verify(&fetched), Err(VerifyError::UnknownKid));
    let outcome = keys.on_unknown_kid(1, Some("fetched")).await;
    assert!(matches!(outcome, Outcome::Later(_)));
    setting
        .server
        .serve(KEYS, set(&[jwk("fetched", true), jwk("known", true)]));
    setting.hears("0 loaded 2 skipped 0 exposed 0").await;
    assert_eq!(setting.verify(&fetched), Ok(()));
    assert_eq!(
        setting.verify(&ours("known")),
        Err(VerifyError::BadSignature),
        "the issuer knows better"
    );
}

#[tokio::test]
async fn a_file_is_followed() {
    let setting = Setting::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    // At once, as whoever replaces a key set should.
    let write = |keys: Value| {
        let new = folder.path().join("new");
        std::fs::write(&new, keys.to_string()).unwrap();
        std::fs::rename(new, &path).unwrap();
    };
    write(json!({"keys": [jwk("old", false)]}));
    let mut issuer = setting.issuer(
        0,
        KEYS,
        Timing {
            ttl: Duration::ZERO,
            ..quick()
        },
    );
    issuer.location = Location::File(path.clone());
    let keys = RemoteKeys::start(&setting.verifier, vec![issuer], &setting.world, None);
    keys.settled().await;
    assert_eq!(setting.verify(&ours("old")), Ok(()));
    write(json!({"keys": [jwk("new", true), jwk("old", false)]}));
    setting.hears("0 loaded 2 skipped 0 exposed 0").await;
    assert_eq!(
        setting.verify(&token("new", test_support::ISSUER, true)),
        Ok(())
    );
    std::fs::remove_file(&path).unwrap();
    setting.hears("0 failed file true").await;
    assert_eq!(
        setting.verify(&ours("old")),
        Ok(()),
        "as with a server that is down"
    );
    write(json!({"keys": "none"}));
    setting.hears("0 failed not_a_key_set true").await;
    write(json!({"keys": ["x".repeat(KeySet::MAX_BYTES)]}));
    setting.hears("0 failed too_large true").await;
    write(json!({"keys": [jwk("new", true), {"kty": "XYZ"}]}));
    setting.hears("0 loaded 1 skipped 1 exposed 0").await;
    assert_eq!(setting.verify(&ours("old")), Err(VerifyError::UnknownKid));
}

#[tokio::test]
async fn keys_that_were_read_before_serve_from_the_start() {
    let setting = Setting::new().await;
    setting.server.hold();
    let text = json!({"keys": [jwk("one", false)]}).to_string();
    let read = KeySet::from_jwks(text.as_bytes(), &[ALGORITHM]).unwrap();
    let mut issuer = setting.issuer(0, KEYS, Timing::default());
    issuer.fetched = Some(read.keys);
    let keys = RemoteKeys::start(&setting.verifier, vec![issuer], &setting.world, None);
    keys.settled().await;
    assert_eq!(setting.verify(&ours("one")), Ok(()));
    assert_eq!(keys.status()[0].keys, Some(1));
    assert!(keys.next_fetch_in(0).unwrap() > Duration::from_secs(200));
}
