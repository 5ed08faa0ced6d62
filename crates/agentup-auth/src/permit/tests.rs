//! Who gets a permit: scopes and claims, each refusal one change away from a permit.

use std::{fmt::Write as _, sync::Arc};

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::{ClaimCondition, Denied, Permit, Requirement, ScopeRule};
use crate::{
    Algorithm, BearerToken, HmacSecret, KeySet, Policy, Principal, Scope, ScopeGraph, ScopeSet,
    TrustedIssuer, UnixSeconds, VerificationKey, Verifier,
    api_key::{ApiKeyEntry, ApiKeys, KeyHash, LookUp, PresentedKey},
    base64url::encode,
};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const NOW: u64 = 1_800_000_000;

fn scopes(names: &[&str]) -> Vec<Scope> {
    let scope = |name: &&str| Scope::parse(name).expect("a scope");
    names.iter().map(scope).collect()
}

/// The principal of a token with these claims beside the required ones.
fn principal(claims: &Value) -> Arc<Principal> {
    let mut all = json!({"iss": "i", "sub": "alice", "exp": NOW + 60});
    for (name, value) in claims.as_object().expect("an object") {
        all[name] = value.clone();
    }
    let input = format!(
        "{}.{}",
        encode(br#"{"alg":"HS256"}"#),
        encode(all.to_string().as_bytes())
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    let signature = encode(hmac::sign(&key, input.as_bytes()).as_ref());
    let secret = HmacSecret::new(SECRET).expect("a secret");
    let key = VerificationKey::hmac(Algorithm::HS256, &secret, None).expect("a key");
    let issuer = TrustedIssuer {
        issuer: Some("i".into()),
        audiences: Vec::new(),
        keys: KeySet::new(vec![key]).expect("a set"),
    };
    let verifier = Verifier::new(vec![issuer], Policy::default());
    let token = format!("{input}.{signature}");
    let claims = verifier.verify(BearerToken::new(&token), UnixSeconds::new(NOW));
    let claims = claims.expect("a good token");
    Arc::new(Principal::from_claims(claims, &ScopeGraph::standard()))
}

/// The principal of an API key with the scope `admin`.
fn api_key() -> Arc<Principal> {
    const KEY: &str = "key-0123456789abcdef";
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, KEY.as_bytes());
    let hex = digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string grows");
        hex
    });
    let entry = ApiKeyEntry {
        name: "robot".to_owned(),
        hash: KeyHash::parse(&hex).expect("a hash"),
        prefix: None,
        scopes: scopes(&["admin"]).into_iter().collect(),
        expires_at: None,
    };
    let keys = ApiKeys::new(vec![entry]).expect("keys");
    let presented = PresentedKey::only([KEY.as_bytes()]).expect("one key");
    let found = Arc::new(keys).look_up(presented.expect("a key"), UnixSeconds::new(NOW));
    let Ok(LookUp::Verified(verified)) = found else {
        panic!("{found:?}")
    };
    Arc::new(Principal::from_api_key(&verified, &ScopeGraph::standard()))
}

fn request(principal: &Arc<Principal>, requirement: &Requirement) -> Result<Permit, Denied> {
    Permit::request(principal, &"skill".into(), requirement)
}

fn claim(name: &str, values: &[&str]) -> ClaimCondition {
    at(&[name], values)
}

fn at(path: &[&str], values: &[&str]) -> ClaimCondition {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    ClaimCondition::new(owned(path), owned(values))
}

#[test]
fn a_permit_names_who_and_what() {
    let alice = principal(&json!({}));
    let permit = request(&alice, &Requirement::none()).expect("a permit");
    assert!(Arc::ptr_eq(permit.principal(), &alice));
    assert_eq!(&**permit.skill(), "skill");
}

#[test]
fn all_of_asks_for_each_and_tells_those_that_are_missing() {
    let asked = Requirement::all_of(scopes(&["x", "basic", "y"]));
    assert_eq!(asked.scopes(), scopes(&["x", "basic", "y"]));
    let denied = request(&principal(&json!({"scope": "premium"})), &asked).expect_err("a denial");
    assert_eq!(denied.missing, scopes(&["x", "y"]));
    assert_eq!(denied.scope().as_deref(), Some("x y"));
    assert_eq!(denied.granted, scopes(&["premium"]).into_iter().collect());
    assert_eq!(&*denied.skill, "skill");
    assert!(denied.unmet.is_empty());
    // What the hierarchy includes counts; what the token has in excess does not matter.
    for (scope, allowed) in [
        ("x y basic", true),
        ("y premium x other", true),
        ("x y", false),
        ("x basic", false),
        ("", false),
    ] {
        let principal = principal(&json!({"scope": scope}));
        assert_eq!(request(&principal, &asked).is_ok(), allowed, "{scope:?}");
    }
}

#[test]
fn any_of_asks_for_one_and_tells_the_choice() {
    let asked = Requirement::any_of(scopes(&["x", "premium"]));
    assert_eq!(asked.scopes(), scopes(&["x", "premium"]));
    for (scope, allowed) in [
        ("x", true),
        ("premium", true),
        ("admin", true),
        ("basic", false),
    ] {
        let principal = principal(&json!({"scope": scope}));
        assert_eq!(request(&principal, &asked).is_ok(), allowed, "{scope:?}");
    }
    let denied = request(&principal(&json!({})), &asked).expect_err("a denial");
    assert_eq!(denied.missing, scopes(&["x", "premium"]));
    assert_eq!(denied.granted, ScopeSet::default());
}

#[test]
fn an_empty_choice_is_met_by_nobody_and_an_empty_list_by_everybody() {
    let admin = principal(&json!({"scope": "admin"}));
    assert!(request(&admin, &Requirement::any_of(Vec::new())).is_err());
    assert!(!Requirement::any_of(Vec::new()).is_open());
    assert!(request(&admin, &Requirement::all_of(Vec::new())).is_ok());
    assert!(Requirement::none().is_open());
    assert_eq!(*Requirement::none().rule(), ScopeRule::AllOf(Vec::new()));
}

#[test]
fn a_claim_has_one_of_the_values() {
    let asked = claim("department", &["engineering", "42", "true"]);
    assert_eq!(asked.name(), "department");
    assert_eq!(asked.values(), ["engineering", "42", "true"]);
    for (value, met) in [
        (json!("engineering"), true),
        (json!(42), true),
        (json!(true), true),
        (json!("true"), true),
        (json!(["sales", "engineering"]), true),
        (json!(["sales", 42]), true),
        (json!("Engineering"), false),
        (json!("engineering "), false),
        (json!("sales engineering"), false),
        (json!(false), false),
        (json!(4), false),
        (json!(42.5), false),
        (json!(""), false),
        (json!(null), false),
        (json!([]), false),
        (json!(["sales"]), false),
        (json!([["engineering"]]), false),
        (json!({"engineering": true}), false),
    ] {
        let requirement = Requirement::none().with_claims(vec![asked.clone()]);
        let caller = principal(&json!({"department": value}));
        assert_eq!(request(&caller, &requirement).is_ok(), met, "{value}");
        assert_eq!(caller.meets(&asked), met, "{value}");
    }
    let without = principal(&json!({"departments": "engineering"}));
    assert!(!without.meets(&asked), "another claim is no claim");
    assert!(principal(&json!({"department": false})).meets(&claim("department", &["false"])));
}

#[test]
fn a_claim_inside_of_another_is_found_by_the_way_to_it() {
    let asked = at(&["realm_access", "roles"], &["auditor"]);
    assert_eq!(asked.name(), "realm_access.roles");
    for (claims, met) in [
        (json!({"realm_access": {"roles": ["auditor"]}}), true),
        (json!({"realm_access": {"roles": "auditor"}}), true),
        (json!({"realm_access": {"roles": ["other"]}}), false),
        (json!({"realm_access": {"role": ["auditor"]}}), false),
        (json!({"realm_access": ["auditor"]}), false),
        (json!({"realm_access.roles": ["auditor"]}), false),
        (json!({"roles": ["auditor"]}), false),
    ] {
        assert_eq!(principal(&claims).meets(&asked), met, "{claims}");
    }
    assert!(!principal(&json!({})).meets(&at(&[], &["auditor"])));
}

#[test]
fn scopes_and_all_claims_must_be_there() {
    let asked = Requirement::all_of(scopes(&["basic"]))
        .with_claims(vec![claim("a", &["1"]), claim("b", &["2", "3"])]);
    assert!(!asked.is_open());
    assert_eq!(asked.claims().len(), 2);
    let denial = |claims: Value| request(&principal(&claims), &asked).err();
    assert_eq!(denial(json!({"scope": "basic", "a": 1, "b": 3})), None);
    for (claims, missing, unmet) in [
        (json!({"a": 1, "b": 3}), Some("basic"), &[][..]),
        (json!({"scope": "basic", "a": 1}), None, &["b"][..]),
        (
            json!({"scope": "basic", "a": 2, "b": 1}),
            None,
            &["a", "b"][..],
        ),
        (json!({"b": 2}), Some("basic"), &["a"][..]),
    ] {
        let denied = denial(claims.clone()).expect("a denial");
        assert_eq!(denied.scope().as_deref(), missing, "{claims}");
        assert_eq!(denied.unmet, unmet, "{claims}");
    }
    // Of a choice nothing is missing once one of it is there.
    let choice = Requirement::any_of(scopes(&["basic", "x"])).with_claims(vec![claim("a", &["1"])]);
    let denied = request(&principal(&json!({"scope": "basic"})), &choice).expect_err("a denial");
    assert_eq!(
        (denied.missing, denied.unmet),
        (Vec::new(), vec!["a".to_owned()])
    );
}

#[test]
fn a_condition_without_values_is_met_by_nobody() {
    for value in [json!(""), json!("x"), json!([]), json!([""])] {
        assert!(
            !principal(&json!({"a": value})).meets(&claim("a", &[])),
            "{value}"
        );
    }
}

#[test]
fn a_key_has_no_claims_and_an_open_agent_asks_for_none() {
    let asked = Requirement::none().with_claims(vec![claim("sub", &["robot", "anonymous"])]);
    let denied = request(&api_key(), &asked).expect_err("a denial");
    assert_eq!(denied.unmet, ["sub"]);
    assert!(request(&api_key(), &Requirement::all_of(scopes(&["premium"]))).is_ok());
    assert!(request(&Arc::new(Principal::anonymous()), &asked).is_ok());
}

/// What a denial says may reach the log: the names of claims, never a value.
#[test]
fn a_denial_does_not_tell_what_was_expected() {
    let asked = Requirement::none().with_claims(vec![claim("department", &["secret-project"])]);
    let denied = request(&principal(&json!({"department": "my-own"})), &asked);
    let denied = denied.expect_err("a denial");
    let told = format!("{denied} {denied:?}");
    assert!(told.contains("department"), "{told}");
    assert!(
        !told.contains("secret-project") && !told.contains("my-own"),
        "{told}"
    );
}
