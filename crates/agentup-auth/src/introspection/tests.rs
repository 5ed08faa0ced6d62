//! Answers about a token: a good one, then each refusal one change away, and how long each holds.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Client, ClientAuthentication, IntrospectedToken, Introspection, IntrospectionError,
    IntrospectionRules, Known, SubjectMember,
};
use crate::{BearerToken, CertificateThumbprint, Principal, ScopeGraph, UnixSeconds};

const NOW: u64 = 1_800_000_000;
const TOKEN: &str = "opaque-token";

fn rules() -> IntrospectionRules {
    IntrospectionRules {
        authority: "https://auth.example/introspect".to_owned(),
        issuer: Some("https://auth.example".to_owned()),
        audiences: vec!["agent".to_owned(), "https://agent.example/".to_owned()],
        client_ids: vec!["app".to_owned()],
        ..IntrospectionRules::default()
    }
}

fn answer() -> Value {
    json!({
        "active": true, "iss": "https://auth.example", "aud": ["other", "agent"], "sub": "alice",
        "username": "alice@example.com", "client_id": "app", "scope": "basic premium",
        "exp": NOW + 600, "nbf": NOW - 600, "iat": NOW - 600, "token_type": "Bearer",
    })
}

fn with(changes: &Value) -> String {
    let mut answer = answer();
    for (name, change) in changes.as_object().expect("changes") {
        if change == "absent" {
            answer.as_object_mut().expect("an object").remove(name);
        } else {
            answer[name] = change.clone();
        }
    }
    answer.to_string()
}

fn ask(introspection: &Introspection, now: u64) -> Known {
    introspection
        .ask(BearerToken::new(TOKEN), UnixSeconds::new(now))
        .expect("a token")
}

fn settle(
    introspection: &Introspection,
    answer: &str,
    now: u64,
) -> Result<IntrospectedToken, IntrospectionError> {
    let Known::No(name) = ask(introspection, now) else {
        panic!("nothing is known yet")
    };
    let active = introspection.settle(name, answer.as_bytes(), UnixSeconds::new(now))?;
    active.confirm(None)
}

fn refusal(rules: IntrospectionRules, answer: &str) -> Option<IntrospectionError> {
    settle(&Introspection::new(rules), answer, NOW).err()
}

#[test]
fn an_active_token_is_accepted() {
    let token = settle(&Introspection::new(rules()), &with(&json!({})), NOW).expect("active");
    assert_eq!(token.issuer(), "https://auth.example");
    assert_eq!(token.subject(), "alice");
    assert_eq!(token.scopes().join_or(" ", ""), "basic premium");
    assert_eq!(token.expires_at(), Some(UnixSeconds::new(NOW + 600)));
    assert_eq!(token.members()["username"], "alice@example.com");
    assert_eq!(format!("{token:?}"), "IntrospectedToken { .. }");
    let principal = Principal::from_introspection(token, &ScopeGraph::standard());
    assert_eq!(principal.id().subject(), "alice");
    assert!(principal.has_scope("premium") && !principal.has_scope("admin"));
    assert_eq!(principal.claims().expect("claims")["client_id"], "app");
    assert!(principal.verified().is_none());
}

#[test]
fn what_a_server_may_leave_out_is_not_missed() {
    let lax = IntrospectionRules {
        issuer: None,
        audiences: Vec::new(),
        client_ids: Vec::new(),
        ..rules()
    };
    let least = r#"{"active":true,"sub":"alice"}"#;
    let token = settle(&Introspection::new(lax.clone()), least, NOW).expect("active");
    assert_eq!(token.issuer(), "https://auth.example/introspect");
    assert!(token.scopes().is_empty());
    for changes in [
        json!({"iss": "https://elsewhere.example", "aud": "elsewhere"}),
        json!({"scope": null, "username": "", "exp": null, "token_type": null}),
        json!({"scope": ["basic"], "aud": "agent", "token_type": "access_token"}),
        json!({"exp": 1_800_000_000.5, "more": {"deep": [1]}}),
    ] {
        assert_eq!(refusal(lax.clone(), &with(&changes)), None, "{changes}");
    }
}

#[test]
fn answers_one_change_away_are_refused() {
    use IntrospectionError as E;
    for (change, expected) in [
        (json!({"active": false}), E::Inactive),
        (json!({"active": "absent"}), E::Unusable),
        (json!({"active": null}), E::Unusable),
        (json!({"active": "true"}), E::Unusable),
        (json!({"active": 1}), E::Unusable),
        (json!({"cnf": {"jkt": "x"}}), E::ProofRequired),
        (json!({"cnf": null}), E::ProofRequired),
        (json!({"token_type": "DPoP"}), E::ProofRequired),
        (json!({"iss": "absent"}), E::MissingMember("iss")),
        (json!({"iss": "https://auth.example/"}), E::UntrustedIssuer),
        (json!({"iss": ["https://auth.example"]}), E::Unusable),
        (json!({"aud": "absent"}), E::MissingMember("aud")),
        (json!({"aud": "Agent"}), E::WrongAudience),
        (json!({"aud": []}), E::WrongAudience),
        (json!({"aud": ["agent", 1]}), E::Unusable),
        (json!({"aud": {"agent": true}}), E::Unusable),
        (
            json!({"client_id": "absent"}),
            E::MissingMember("client_id"),
        ),
        (json!({"client_id": "other"}), E::WrongClient),
        (json!({"sub": "absent"}), E::MissingMember("sub")),
        (json!({"sub": ""}), E::MissingMember("sub")),
        (json!({"sub": 7}), E::Unusable),
        (json!({"sub": "line\nbreak"}), E::Unusable),
        (json!({"sub": "x".repeat(256)}), E::Unusable),
        (json!({"scope": 7}), E::Unusable),
        (json!({"scope": ["basic", 7]}), E::Unusable),
        (json!({"exp": NOW - 30}), E::Expired),
        (json!({"exp": "2030-01-01"}), E::Unusable),
        (json!({"exp": -1}), E::Unusable),
        (json!({"nbf": NOW + 31}), E::NotYetValid),
    ] {
        assert_eq!(refusal(rules(), &with(&change)), Some(expected), "{change}");
    }
}

#[test]
fn what_is_no_answer_is_no_fault_of_the_callers() {
    let good = with(&json!({}));
    let huge = format!("{}{good}", " ".repeat(Introspection::MAX_ANSWER_BYTES));
    let twice = good.replacen("\"active\":true", "\"active\":false,\"active\":true", 1);
    for text in [
        "",
        "active",
        "[]",
        "null",
        "true",
        "<html></html>",
        &huge,
        &twice,
        &good[1..],
    ] {
        let error = refusal(rules(), text).expect("refused");
        assert_eq!(error, IntrospectionError::Unusable, "{text:.40}");
        assert!(!error.is_callers_fault());
    }
}

#[test]
fn the_subject_is_the_member_that_was_chosen() {
    for (subject, name) in [
        (SubjectMember::Sub, "alice"),
        (SubjectMember::Username, "alice@example.com"),
        (SubjectMember::ClientId, "app"),
    ] {
        let introspection = Introspection::new(IntrospectionRules { subject, ..rules() });
        let token = settle(&introspection, &with(&json!({})), NOW).expect("active");
        assert_eq!(token.subject(), name);
    }
    // No other member takes the place of one that is missing.
    let rules = IntrospectionRules {
        subject: SubjectMember::Username,
        ..rules()
    };
    let missing = refusal(rules, &with(&json!({"username": "absent"})));
    assert_eq!(missing, Some(IntrospectionError::MissingMember("username")));
}

/// RFC 8705 §3.2: whoever brings it first, the next one may be another client.
#[test]
fn a_token_that_is_bound_to_a_certificate_is_confirmed_each_time() {
    use IntrospectionError::{OtherCertificate, ProofRequired};
    let [owner, other] = [b"certificate", b"another one"].map(|der| CertificateThumbprint::of(der));
    let x5t = owner.to_string();
    let introspection = Introspection::new(rules());
    let bound = with(&json!({"cnf": {"x5t#S256": x5t}}));
    assert_eq!(
        settle(&introspection, &bound, NOW).err(),
        Some(ProofRequired)
    );
    for (shown, expected) in [
        (Some(&owner), None),
        (Some(&other), Some(OtherCertificate)),
        (None, Some(ProofRequired)),
        (Some(&owner), None),
    ] {
        let Known::Answer(Ok(active)) = ask(&introspection, NOW) else {
            panic!("it is remembered")
        };
        assert_eq!(format!("{active:?}"), "ActiveToken { .. }");
        assert_eq!(active.confirm(shown).err(), expected);
    }
    // No proof of a key is taken for such a token, so a certificate is not enough.
    for cnf in [json!({"x5t#S256": x5t, "jkt": x5t}), json!({"jkt": x5t})] {
        let introspection = Introspection::new(rules());
        let _ = settle(&introspection, &with(&json!({"cnf": cnf})), NOW);
        let Known::Answer(Ok(active)) = ask(&introspection, NOW) else {
            panic!("it is remembered")
        };
        assert_eq!(active.confirm(Some(&owner)).err(), Some(ProofRequired));
    }
}

#[test]
fn an_answer_holds_for_its_time() {
    let known = |answer: &str, now: u64| {
        let introspection = Introspection::new(rules());
        let _ = settle(&introspection, answer, NOW);
        match ask(&introspection, now) {
            Known::Answer(Ok(_)) => "good",
            Known::Answer(Err(_)) => "bad",
            Known::No(_) => "unknown",
        }
    };
    let good = with(&json!({}));
    assert_eq!(known(&good, NOW + 59), "good");
    assert_eq!(known(&good, NOW + 60), "unknown");
    let short = with(&json!({"exp": NOW}));
    assert_eq!(known(&short, NOW + 29), "good");
    assert_eq!(known(&short, NOW + 30), "unknown");
    let inactive = with(&json!({"active": false}));
    assert_eq!(known(&inactive, NOW + 9), "bad");
    assert_eq!(known(&inactive, NOW + 10), "unknown");
    assert_eq!(known("garbage", NOW), "unknown");
}

#[test]
fn without_a_memory_nothing_is_known() {
    let introspection = Introspection::new(IntrospectionRules {
        cached_tokens: 0,
        ..rules()
    });
    assert!(settle(&introspection, &with(&json!({})), NOW).is_ok());
    assert!(matches!(ask(&introspection, NOW), Known::No(_)));
}

#[test]
fn another_token_is_another_question() {
    let introspection = Introspection::new(rules());
    assert!(settle(&introspection, &with(&json!({})), NOW).is_ok());
    let other = introspection.ask(BearerToken::new("opaque-tokem"), UnixSeconds::new(NOW));
    assert!(matches!(other, Ok(Known::No(_))));
    let long = "x".repeat(8193);
    let long = introspection.ask(BearerToken::new(&long), UnixSeconds::new(NOW));
    assert_eq!(long.err(), Some(IntrospectionError::TooLarge));
}

#[test]
fn the_memory_is_bounded_and_bad_tokens_displace_no_good_one() {
    let rules = IntrospectionRules {
        cached_tokens: 100,
        ..rules()
    };
    let introspection = Introspection::new(rules);
    assert!(settle(&introspection, &with(&json!({})), NOW).is_ok());
    let now = UnixSeconds::new(NOW);
    for number in 0..10_000 {
        let text = format!("bad-{number}");
        if let Ok(Known::No(name)) = introspection.ask(BearerToken::new(&text), now) {
            let _ = introspection.settle(name, br#"{"active":false}"#, now);
        }
    }
    assert!(matches!(ask(&introspection, NOW), Known::Answer(Ok(_))));
    assert!(
        introspection
            .bad
            .as_ref()
            .is_some_and(|cache| cache.len() <= 100)
    );
}

#[test]
fn the_question_is_a_form() {
    let client = |authentication| {
        Client::new(
            "agent:1".to_owned(),
            "s e/cret%".to_owned().into(),
            authentication,
        )
    };
    let token = BearerToken::new("a+b/c=&x");
    let basic = client(ClientAuthentication::Basic).form(token);
    assert_eq!(
        *basic.body,
        "token=a%2Bb%2Fc%3D%26x&token_type_hint=access_token"
    );
    // RFC 6749 §2.3.1: each part encoded as in a form, then joined by a colon.
    let expected = format!("Basic {}", STANDARD.encode("agent%3A1:s+e%2Fcret%25"));
    assert_eq!(
        basic.authorization.as_ref().map(|value| value.as_str()),
        Some(expected.as_str())
    );
    let grant = client(ClientAuthentication::Basic).grant("a b");
    assert_eq!(*grant.body, "grant_type=client_credentials&scope=a+b");
    assert_eq!(*grant.authorization.unwrap(), expected);
    let grant = client(ClientAuthentication::Basic).grant("");
    assert_eq!(*grant.body, "grant_type=client_credentials");
    let post = client(ClientAuthentication::Post).form(token);
    assert!(post.authorization.is_none());
    let fields: HashMap<_, _> = post
        .body
        .split('&')
        .filter_map(|it| it.split_once('='))
        .collect();
    assert_eq!(fields["client_id"], "agent%3A1");
    assert_eq!(fields["client_secret"], "s+e%2Fcret%25");
    assert_eq!(format!("{post:?}"), "Form { .. }");
    assert!(!format!("{:?}", client(ClientAuthentication::Post)).contains("e/cret"));
}

proptest! {
    #[test]
    fn nothing_but_a_plain_yes_is_taken_for_one(text in ".{0,60}", member in "[a-z\"]{0,9}") {
        for answer in [text.clone(), format!("{{\"active\":{text}}}"), format!("{{\"{member}\":true}}")] {
            let judged = settle(&Introspection::new(IntrospectionRules::default()), &answer, NOW);
            prop_assert!(judged.is_err(), "{}", answer);
        }
    }
}
