//! The pace, the burst, and the memory of callers.

use agentup_auth::PrincipalId;
use serde_json::json;

use super::*;
use crate::testing::principal;

fn limiter(requests_per_minute: u32, burst_size: u32) -> RateLimiter<PrincipalId> {
    RateLimiter::new(RateLimit {
        requests_per_minute,
        burst_size,
    })
}

fn caller(name: &str) -> PrincipalId {
    principal(json!({"sub": name})).id().clone()
}

fn at(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn a_burst_is_allowed_and_then_the_pace() {
    let (limiter, alice) = (limiter(60, 3), caller("alice"));
    for _ in 0..3 {
        assert_eq!(limiter.count(&alice, at(500)), Ok(()));
    }
    let refused = |millis| {
        Err(Limited {
            retry_after: at(millis),
        })
    };
    assert_eq!(limiter.count(&alice, at(500)), refused(1000));
    assert_eq!(limiter.count(&alice, at(1499)), refused(1));
    // What is told is true, and a refusal costs nothing.
    assert_eq!(limiter.count(&alice, at(1500)), Ok(()));
    assert_eq!(limiter.count(&alice, at(1500)), refused(1000));
    // After a rest there is a burst again, and no more than that.
    for _ in 0..3 {
        assert_eq!(limiter.count(&alice, at(600_000)), Ok(()));
    }
    assert_eq!(limiter.count(&alice, at(600_000)), refused(1000));
}

#[test]
fn asking_whether_a_call_is_allowed_counts_nothing() {
    let (limiter, alice) = (limiter(60, 1), caller("alice"));
    for _ in 0..3 {
        assert_eq!(limiter.check(&alice, at(0)), Ok(()));
    }
    assert_eq!(limiter.count(&alice, at(0)), Ok(()));
    let refused = Err(Limited {
        retry_after: at(1000),
    });
    assert_eq!(limiter.check(&alice, at(0)), refused);
    assert_eq!(limiter.count(&alice, at(0)), refused);
    assert_eq!(limiter.check(&alice, at(1000)), Ok(()));
}

#[test]
fn each_caller_has_calls_of_its_own() {
    let limiter = limiter(1, 1);
    let other_issuer = principal(json!({"iss": "j"})).id().clone();
    for caller in [caller("alice"), caller("bob"), other_issuer] {
        assert_eq!(limiter.count(&caller, at(0)), Ok(()));
        let refused = Err(Limited {
            retry_after: at(60_000),
        });
        assert_eq!(limiter.count(&caller, at(0)), refused);
    }
}

#[test]
fn a_minute_never_has_more_than_its_calls_and_a_burst() {
    let (limiter, alice) = (limiter(600, 10), caller("alice"));
    let allowed = (0..60_000).filter(|millis| limiter.count(&alice, at(*millis)).is_ok());
    assert_eq!(allowed.count(), 600 + 10 - 1);
}

#[test]
fn callers_who_rest_are_forgotten_and_the_memory_is_bounded() {
    let mut due: HashMap<PrincipalId, Duration> = HashMap::new();
    let one = caller("caller");
    // Names without tokens, for thousands of tokens take long to sign.
    let names: Vec<_> = (0..8)
        .map(|number| caller(&format!("caller-{number}")))
        .collect();
    for (name, moment) in names
        .iter()
        .zip([9_000, 8_000, 7_000, 100, 6_000, 5_000, 200, 4_000])
    {
        due.insert(name.clone(), at(moment));
    }
    make_room(&mut due, at(1_000), 9);
    assert_eq!(due.len(), 8, "there is room");
    make_room(&mut due, at(1_000), 8);
    assert_eq!(due.len(), 6, "two are back at the pace");
    assert!(!due.contains_key(&names[3]) && !due.contains_key(&names[6]));
    make_room(&mut due, at(1_000), 6);
    assert_eq!(due.len(), 5, "the one who is least ahead makes room");
    assert!(!due.contains_key(&names[7]));
    // Whoever is remembered keeps its place among many.
    let limiter = limiter(1, 1);
    assert_eq!(limiter.count(&one, at(0)), Ok(()));
    for name in &names {
        assert_eq!(limiter.count(name, at(0)), Ok(()));
    }
    assert!(limiter.count(&one, at(0)).is_err());
    assert_eq!(limiter.len(), 9);
}
