//! Who a principal is, by what stands behind it.

use aws_lc_rs::hmac;
use serde_json::json;

use super::{Principal, PrincipalId};
use crate::{
    Algorithm, BearerToken, HmacSecret, KeySet, Policy, Scope, ScopeGraph, TrustedIssuer,
    UnixSeconds, VerificationKey, VerifiedClaims, Verifier, base64url::encode,
};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

fn verified() -> VerifiedClaims {
    let claims = json!({ "iss": "issuer", "sub": "alice", "exp": 60, "scope": "premium" });
    let payload = encode(claims.to_string().as_bytes());
    let input = format!("{}.{payload}", encode(br#"{"alg":"HS256"}"#));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    let signature = encode(hmac::sign(&key, input.as_bytes()).as_ref());
    let secret = HmacSecret::new(SECRET).expect("a secret");
    let key = VerificationKey::hmac(Algorithm::HS256, &secret, None).expect("a key");
    let issuer = TrustedIssuer {
        issuer: Some("issuer".to_owned()),
        audiences: Vec::new(),
        keys: KeySet::new(vec![key]).expect("a set"),
    };
    let verifier = Verifier::new(vec![issuer], Policy::default());
    let token = format!("{input}.{signature}");
    let claims = verifier.verify(BearerToken::new(&token), UnixSeconds::new(0));
    claims.expect("a good token")
}

fn of_token() -> Principal {
    Principal::from_claims(verified(), &ScopeGraph::standard())
}

#[test]
fn a_token_that_comes_again_is_judged_by_the_hierarchy_in_force() {
    let claims = verified();
    let (standard, flat) = (ScopeGraph::standard(), ScopeGraph::default());
    for (graph, holds_basic) in [(&standard, true), (&flat, false), (&standard, true)] {
        let principal = Principal::from_claims(claims.clone(), graph);
        assert!(principal.has_scope("premium"));
        assert_eq!(principal.has_scope("basic"), holds_basic);
    }
}

#[test]
fn a_token_stands_behind_its_principal() {
    let principal = of_token();
    assert_eq!(principal.id().issuer(), "issuer");
    assert_eq!(principal.id().subject(), "alice");
    assert!(principal.is_authenticated());
    assert_eq!(principal.granted().join_or(" ", ""), "premium");
    for (name, holds) in [("premium", true), ("basic", true), ("admin", false)] {
        let scope = Scope::parse(name).expect("a scope");
        assert_eq!(principal.holds(&scope), holds, "{name}");
        assert_eq!(principal.has_scope(name), holds, "{name}");
    }
    let verified = principal.verified().expect("a verified token");
    assert_eq!(verified.expires_at(), UnixSeconds::new(60));
    assert_eq!(principal.claims().expect("claims")["scope"], "premium");
}

#[test]
fn where_the_issuer_ends_is_part_of_a_name() {
    let names = [
        ("ab", "c"),
        ("a", "bc"),
        ("", "abc"),
        ("abc", ""),
        ("a", "b"),
    ];
    for (at, (issuer, subject)) in names.into_iter().enumerate() {
        let id = PrincipalId::new(issuer, subject);
        assert_eq!((id.issuer(), id.subject()), (issuer, subject));
        let same = |(issuer, subject)| PrincipalId::new(issuer, subject) == id;
        assert_eq!(names.into_iter().position(same), Some(at));
        assert_eq!(names.into_iter().filter(|it| same(*it)).count(), 1);
    }
    let id = PrincipalId::new("issuer", "alice");
    let told = r#"PrincipalId { issuer: "issuer", subject: "alice" }"#;
    assert_eq!(format!("{id:?}"), told);
}

#[test]
fn nothing_stands_behind_the_anonymous_principal() {
    let anonymous = Principal::anonymous();
    assert_eq!(anonymous.id().issuer(), "");
    assert_eq!(anonymous.id().subject(), "anonymous");
    assert!(!anonymous.is_authenticated());
    assert!(anonymous.granted().is_empty());
    assert!(anonymous.has_scope("admin"));
    assert!(anonymous.verified().is_none());
    assert!(anonymous.claims().is_none());
}
