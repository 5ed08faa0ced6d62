//! Keys of both kinds: the right one, then each refusal one change away.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

use proptest::prelude::*;

use super::{
    API_KEY_ISSUER, ApiKeyEntry, ApiKeyError, ApiKeys, KeyEntryError, KeyHash, KeyHashError,
    LookUp, PresentedKey,
};
use crate::{Principal, Scope, ScopeGraph, UnixSeconds};

const NOW: u64 = 1_800_000_000;
const FAST: &str = "fast-key-0123456789abcdef";
const SLOW: &str = "slow-correct-horse";

fn sha256(key: &str) -> Vec<u8> {
    digest(&SHA256, key.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string grows");
        text
    })
}

fn argon2id(key: &str) -> String {
    let params = Params::new(7168, 1, 1, Some(32)).expect("parameters");
    let mut hash = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(key.as_bytes(), b"salt-of-tests", &mut hash)
        .expect("a hash");
    let salt = STANDARD_NO_PAD.encode(b"salt-of-tests");
    format!(
        "$argon2id$v=19$m=7168,t=1,p=1${salt}${}",
        STANDARD_NO_PAD.encode(hash)
    )
}

fn fast(name: &str) -> ApiKeyEntry {
    ApiKeyEntry {
        name: name.to_owned(),
        hash: KeyHash::parse(&hex(&sha256(FAST))).expect("a hash"),
        prefix: None,
        scopes: Scope::parse("basic").into_iter().collect(),
        expires_at: Some(UnixSeconds::new(NOW + 60)),
    }
}

fn slow(name: &str) -> ApiKeyEntry {
    ApiKeyEntry {
        hash: KeyHash::parse(&argon2id(SLOW)).expect("a hash"),
        prefix: Some("slow-".to_owned()),
        ..fast(name)
    }
}

fn keys() -> Arc<ApiKeys> {
    Arc::new(ApiKeys::new(vec![fast("service"), slow("person")]).expect("keys"))
}

/// The name of the key that was presented, and whether it took a costly check to say.
fn present(keys: &Arc<ApiKeys>, key: &str, now: u64) -> (Result<Arc<str>, ApiKeyError>, bool) {
    let now = UnixSeconds::new(now);
    let key = match PresentedKey::only([key.as_bytes()]) {
        Ok(key) => key.expect("a key"),
        Err(error) => return (Err(error), false),
    };
    match keys.look_up(key, now) {
        Err(error) => (Err(error), false),
        Ok(LookUp::Verified(key)) => (Ok(Arc::clone(key.name())), false),
        Ok(LookUp::Costly(check)) => (check.run(now).map(|key| Arc::clone(key.name())), true),
    }
}

#[test]
fn a_key_is_known_by_its_hash() {
    assert_eq!(present(&keys(), FAST, NOW), (Ok("service".into()), false));
    assert_eq!(present(&keys(), SLOW, NOW), (Ok("person".into()), true));
}

#[test]
fn other_keys_are_refused() {
    let keys = keys();
    for key in [
        "fast-key-0123456789abcdeg",
        "fast-key-0123456789abcde",
        "fast-key-0123456789abcdef0",
        "Fast-key-0123456789abcdef",
        &hex(&sha256(FAST)),
        "slowcorrect-horse",
    ] {
        assert_eq!(
            present(&keys, key, NOW),
            (Err(ApiKeyError::Unknown), false),
            "{key}"
        );
    }
    let wrong = "slow-correct-horsf";
    assert_eq!(
        present(&keys, wrong, NOW),
        (Err(ApiKeyError::Unknown), true)
    );
}

#[test]
fn keys_that_no_client_sends_are_malformed() {
    let long = "x".repeat(513);
    for key in [
        "",
        "1234567",
        "key with a space",
        "key\twith a tab",
        "schlüssel",
        &long,
    ] {
        assert_eq!(
            present(&keys(), key, NOW).0,
            Err(ApiKeyError::Malformed),
            "{key}"
        );
    }
    let two = PresentedKey::only([FAST.as_bytes(), FAST.as_bytes()]);
    assert_eq!(two.err(), Some(ApiKeyError::TwoKeys));
    assert!(PresentedKey::only([]).expect("no fault").is_none());
}

#[test]
fn a_costly_check_is_made_once() {
    let keys = keys();
    for is_costly in [true, false, false] {
        assert_eq!(present(&keys, SLOW, NOW), (Ok("person".into()), is_costly));
        let wrong = present(&keys, "slow-wrong-horse", NOW);
        assert_eq!(wrong, (Err(ApiKeyError::Unknown), is_costly));
    }
}

#[test]
fn an_expired_key_is_refused_however_it_is_known() {
    let keys = keys();
    for key in [FAST, SLOW] {
        assert!(present(&keys, key, NOW + 59).0.is_ok(), "{key}");
        assert_eq!(
            present(&keys, key, NOW + 60).0,
            Err(ApiKeyError::Expired),
            "{key}"
        );
    }
}

#[test]
fn a_guessable_key_is_not_found_by_a_fast_hash() {
    let short = "short-0123456789-ab";
    let hash = KeyHash::parse(&hex(&sha256(short))).expect("a hash");
    let keys = Arc::new(
        ApiKeys::new(vec![ApiKeyEntry {
            hash,
            ..fast("short")
        }])
        .expect("keys"),
    );
    assert_eq!(present(&keys, short, NOW).0, Err(ApiKeyError::Unknown));
}

#[test]
fn a_principal_is_the_name_of_the_key() {
    let keys = keys();
    let key = PresentedKey::only([FAST.as_bytes()])
        .expect("a key")
        .expect("a key");
    let Ok(LookUp::Verified(key)) = keys.look_up(key, UnixSeconds::new(NOW)) else {
        panic!("the key is known");
    };
    let principal = Principal::from_api_key(&key, &ScopeGraph::standard());
    assert_eq!(principal.id().issuer(), API_KEY_ISSUER);
    assert_eq!(principal.id().subject(), "service");
    assert!(principal.is_authenticated());
    assert!(principal.has_scope("basic") && principal.has_scope("public"));
    assert!(!principal.has_scope("premium"));
    assert!(principal.claims().is_none());
}

#[test]
fn hashes_are_read_in_their_usual_spellings() {
    let digest = sha256(FAST);
    for text in [
        hex(&digest),
        hex(&digest).to_uppercase(),
        format!("sha256:{}", hex(&digest)),
        STANDARD.encode(&digest),
        STANDARD_NO_PAD.encode(&digest),
        format!("sha256:{}", URL_SAFE_NO_PAD.encode(&digest)),
    ] {
        let hash = KeyHash::parse(&text).expect(&text);
        let keys = Arc::new(ApiKeys::new(vec![ApiKeyEntry { hash, ..fast("a") }]).expect("keys"));
        assert!(present(&keys, FAST, NOW).0.is_ok(), "{text}");
    }
}

#[test]
fn what_is_no_good_hash_is_refused() {
    let good = argon2id(SLOW);
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    for (text, expected) in [
        (String::new(), KeyHashError::NotAHash),
        (FAST.to_owned(), KeyHashError::NotAHash),
        (hex(&[7; 31]), KeyHashError::NotAHash),
        (hex(&[7; 33]), KeyHashError::NotAHash),
        ("g".repeat(64), KeyHashError::NotAHash),
        (STANDARD.encode([7; 20]), KeyHashError::NotAHash),
        (
            "$2b$12$abcdefghijklmnopqrstuv".to_owned(),
            KeyHashError::OtherKind,
        ),
        (with("argon2id", "argon2i"), KeyHashError::OtherKind),
        (with("v=19", "v=16"), KeyHashError::Malformed),
        (with("v=19$", ""), KeyHashError::Malformed),
        (with("m=7168", "m=+7168"), KeyHashError::Malformed),
        (with("m=7168", "m=07168"), KeyHashError::Malformed),
        (with("t=1", "t=0"), KeyHashError::Malformed),
        (with(",p=1", ",p=1,keyid=a"), KeyHashError::Malformed),
        (format!("{good}$more"), KeyHashError::Malformed),
        (with("m=7168", "m=7167"), KeyHashError::Weak),
        (with("c2FsdC1vZi10ZXN0cw", "c2FsdA"), KeyHashError::Weak),
        (with("m=7168", "m=4000000"), KeyHashError::Expensive),
        (with("t=1", "t=1000"), KeyHashError::Expensive),
        (with("p=1", "p=64"), KeyHashError::Expensive),
    ] {
        assert_eq!(KeyHash::parse(&text).err(), Some(expected), "{text}");
    }
}

#[test]
fn entries_that_cannot_be_told_apart_are_refused() {
    let refused =
        |second: ApiKeyEntry| ApiKeys::new(vec![fast("service"), slow("person"), second]).err();
    let other = || KeyHash::parse(&hex(&[7; 32])).expect("a hash");
    let prefixed = |prefix: Option<&str>| ApiKeyEntry {
        prefix: prefix.map(str::to_owned),
        ..slow("other")
    };
    for (entry, expected) in [
        (
            ApiKeyEntry {
                hash: other(),
                ..fast("service")
            },
            KeyEntryError::DuplicateName,
        ),
        (
            ApiKeyEntry {
                hash: other(),
                ..fast("")
            },
            KeyEntryError::Name,
        ),
        (
            ApiKeyEntry {
                hash: other(),
                ..fast("line\nbreak")
            },
            KeyEntryError::Name,
        ),
        (fast("other"), KeyEntryError::DuplicateKey),
        (
            ApiKeyEntry {
                hash: other(),
                prefix: Some("fast".to_owned()),
                ..fast("other")
            },
            KeyEntryError::UselessPrefix,
        ),
        (prefixed(None), KeyEntryError::MissingPrefix),
        (prefixed(Some("sl")), KeyEntryError::Prefix),
        (prefixed(Some("two words")), KeyEntryError::Prefix),
        (prefixed(Some("slow-")), KeyEntryError::AmbiguousPrefix),
        (prefixed(Some("slow")), KeyEntryError::AmbiguousPrefix),
        (prefixed(Some("slow-er")), KeyEntryError::AmbiguousPrefix),
    ] {
        assert_eq!(refused(entry), Some((2, expected)));
    }
    assert_eq!(refused(prefixed(Some("slew-"))), None);
}

#[test]
fn nothing_of_a_key_is_shown() {
    let shown = format!("{:?} {:?}", keys(), slow("person"));
    assert!(
        !shown.contains('$') && shown.contains("KeyHash(Argon2id)"),
        "{shown}"
    );
    let key = PresentedKey::only([FAST.as_bytes()])
        .expect("a key")
        .expect("a key");
    assert_eq!(format!("{key:?}"), "PresentedKey(25 bytes)");
}

proptest! {
    #[test]
    fn no_other_key_is_taken_for_one(key in "[!-~]{0,40}") {
        prop_assume!(key != FAST && key != SLOW && !key.starts_with("slow-"));
        prop_assert!(present(&keys(), &key, NOW).0.is_err());
    }

    #[test]
    fn no_text_breaks_the_reading_of_hashes(text in ".{0,80}") {
        let _ = KeyHash::parse(&text);
        let _ = KeyHash::parse(&format!("$argon2id${text}"));
    }
}
