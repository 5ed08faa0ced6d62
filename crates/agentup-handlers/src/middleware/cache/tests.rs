//! What an answer is kept under, and how much of them.

use agentup_auth::{CertificateThumbprint, Principal, Requirement};
use agentup_protocol::Role;
use serde_json::json;

use super::*;
use crate::testing::{message, principal};

const SETTINGS: CacheSettings = CacheSettings {
    ttl: Duration::from_mins(1),
    max_size: 100,
    max_bytes: 1 << 20,
};

fn permit(principal: &Arc<Principal>, skill: &str) -> Permit {
    Permit::request(principal, &skill.into(), &Requirement::none()).unwrap()
}

fn key(claims: Value, skill: &str, message: &Message) -> CacheKey {
    CacheKey::of(&permit(&principal(claims), skill), None, message).unwrap()
}

fn answer(text: &str) -> Answer {
    Answer {
        updates: Vec::new(),
        parts: vec![Part::text(text)],
    }
}

/// Whatever can make a difference to an answer makes another key.
#[test]
fn everything_that_an_answer_may_depend_on_is_in_the_key() {
    let usual = json!({"scope": "basic", "department": "sales"});
    let mut keys = vec![key(usual.clone(), "s", &message("hi"))];
    for claims in [
        json!({"sub": "bob", "scope": "basic", "department": "sales"}),
        json!({"iss": "j", "scope": "basic", "department": "sales"}),
        json!({"scope": "basic premium", "department": "sales"}),
        json!({"department": "sales"}),
        json!({"scope": "basic", "department": "research"}),
        json!({"scope": "basic"}),
    ] {
        keys.push(key(claims, "s", &message("hi")));
    }
    keys.push(key(usual.clone(), "other", &message("hi")));
    keys.push(
        CacheKey::of(
            &permit(&Arc::new(Principal::anonymous()), "s"),
            None,
            &message("hi"),
        )
        .unwrap(),
    );
    for der in ["one certificate", "another one"] {
        let thumbprint = CertificateThumbprint::of(der.as_bytes());
        let certificate = ClientCertificate::new(thumbprint, "CN=c".to_owned(), Vec::new());
        let permit = permit(&principal(usual.clone()), "s");
        keys.push(CacheKey::of(&permit, Some(&certificate), &message("hi")).unwrap());
    }
    for change in [
        |message: &mut Message| message.parts = vec![Part::text("ho")],
        |message: &mut Message| message.parts.push(Part::text("")),
        |message: &mut Message| message.parts = vec![Part::data(json!("hi"))],
        |message: &mut Message| message.parts = vec![Part::file("f", "text/plain", "hi")],
        |message: &mut Message| message.parts[0].filename = Some("f".into()),
        |message: &mut Message| {
            message.metadata = json!({"a": 1}).as_object().cloned().map(Box::new);
        },
        |message: &mut Message| message.extensions = vec!["urn:x".into()],
        |message: &mut Message| message.reference_task_ids = vec!["t".into()],
        |message: &mut Message| message.role = Role::Agent,
    ] {
        let mut changed = message("hi");
        change(&mut changed);
        keys.push(key(usual.clone(), "s", &changed));
    }
    for (index, one) in keys.iter().enumerate() {
        assert!(
            !keys[..index].contains(one),
            "key {index} is one of those before it"
        );
    }
}

#[test]
fn what_is_about_the_token_or_the_ids_is_not() {
    let usual = key(json!({"scope": "a b"}), "s", &message("hi"));
    for claims in [
        json!({"scope": "b a"}),
        json!({"scope": "a b", "jti": "x", "iat": 1_899_999_000, "nbf": 1_899_999_000}),
        json!({"exp": 1_900_000_100, "scope": "a b"}),
    ] {
        // The order of scopes is told to skills, but says nothing of what may be done.
        let same = claims["scope"] == "a b";
        assert_eq!(
            key(claims.clone(), "s", &message("hi")) == usual,
            same,
            "{claims}"
        );
    }
    let mut again = message("hi");
    again.message_id = "another".into();
    again.task_id = Some("t".into());
    again.context_id = Some("c".into());
    assert_eq!(key(json!({"scope": "a b"}), "s", &again), usual);
}

#[test]
fn an_answer_serves_for_its_time() {
    let cache = AnswerCache::new(SETTINGS);
    let key = key(json!({}), "s", &message("hi"));
    let at = Duration::from_secs;
    assert!(cache.find(&key, at(10)).is_none());
    cache.keep(key, answer("hello"), at(10));
    assert_eq!(*cache.find(&key, at(69)).unwrap(), answer("hello"));
    assert!(cache.find(&key, at(70)).is_none());
    assert!(
        cache.find(&key, at(11)).is_none(),
        "what was found stale is gone"
    );
}

#[test]
fn what_is_too_large_is_not_kept_and_the_whole_is_bounded() {
    let cache = AnswerCache::new(SETTINGS);
    let now = Duration::ZERO;
    let key = |number: usize| key(json!({}), "s", &message(&number.to_string()));
    let most = cache.most_of_one();
    cache.keep(key(0), answer(&"x".repeat(most)), now);
    assert!(cache.find(&key(0), now).is_none());
    let mut told = answer("");
    told.updates.push(Update::Text {
        artifact_id: "a".into(),
        text: "x".repeat(most),
        last: true,
    });
    cache.keep(key(0), told, now);
    assert!(
        cache.find(&key(0), now).is_none(),
        "what was told on the way counts"
    );
    for number in 0..300 {
        cache.keep(key(number), answer("small"), now);
    }
    assert!(cache.answers.len() <= 100, "{}", cache.answers.len());
    for number in 0..300 {
        cache.keep(key(number), answer(&"x".repeat(40_000)), now);
    }
    assert!(cache.answers.weight() <= 1 << 20);
    assert!(cache.answers.len() <= 26, "{}", cache.answers.len());
}
