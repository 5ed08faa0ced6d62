//! Each fault of a token, its code, and what is said about it.

use agentup_auth::{Algorithm, issue};
use serde_json::json;

use crate::{
    answer::{VALID, answer, answer_at, refused, sandbox, usual},
    tokens::{self, NOW, SECRET},
};

#[test]
fn each_fault_has_its_code() {
    for (changes, expected) in [
        (json!({}), VALID),
        (json!({"iat": null, "nbf": null, "scope": null}), VALID),
        (json!({"exp": 1_767_226_470}), refused("expired")),
        (json!({"exp": 1_767_226_471}), VALID),
        (json!({"exp": null}), refused("missing_claim")),
        (json!({"exp": "1767229200"}), refused("invalid_claim")),
        (json!({"sub": null}), refused("missing_claim")),
        (json!({"sub": 7}), refused("invalid_claim")),
        (json!({"nbf": 1_767_226_530}), VALID),
        (json!({"nbf": 1_767_226_531}), refused("not_yet_valid")),
        (json!({"iat": 1_767_226_531}), refused("issued_in_future")),
        (json!({"exp": 1_767_225_600 + 86_400}), VALID),
        (
            json!({"exp": 1_767_225_600 + 86_401}),
            refused("lifetime_too_long"),
        ),
        (json!({"scope": 7}), refused("invalid_claim")),
        (json!({"scp": "admin"}), refused("conflicting_scopes")),
        (json!({"cnf": {"jkt": "x"}}), refused("proof_required")),
        (json!({"nonce": "x"}), refused("wrong_type")),
    ] {
        assert_eq!(
            answer(&sandbox(), &[&tokens::but(&changes), SECRET]),
            expected,
            "{changes}"
        );
    }
}

#[test]
fn each_fault_of_a_header_has_its_code() {
    for (header, expected) in [
        (json!({"typ": "at+jwt"}), VALID),
        (json!({"kid": "2026-01"}), VALID),
        (json!({"alg": "none"}), refused("algorithm_not_allowed")),
        (json!({"alg": "RS256"}), refused("algorithm_not_allowed")),
        (json!({"alg": "HS512"}), refused("bad_signature")),
        (json!({"alg": 7}), refused("malformed_header")),
        (json!({"kid": 7}), refused("malformed_header")),
        (json!({"jwk": {}}), refused("embedded_key")),
        (json!({"crit": ["exp"]}), refused("critical_header")),
        (json!({"b64": false}), refused("unsupported_header")),
        (json!({"typ": "dpop+jwt"}), refused("wrong_type")),
        (json!({"x": "a".repeat(1000)}), refused("too_large")),
    ] {
        let token = tokens::signed(&header, &tokens::usual_claims(), Algorithm::HS256, SECRET);
        assert_eq!(answer(&sandbox(), &[&token, SECRET]), expected, "{header}");
    }
}

#[test]
fn every_refusal_says_what_to_do() {
    for (header, changes, said) in [
        (
            json!({"alg": "none"}),
            json!({}),
            "the token is not signed (alg none)",
        ),
        (
            json!({"alg": "RS256"}),
            json!({}),
            "alg RS256, which no secret verifies: give the public key with --key-file",
        ),
        (
            json!({"alg": "X\u{1b}"}),
            json!({}),
            r"alg X\u{1b}, which is not supported",
        ),
        (json!({}), json!({"sub": null}), "the claim sub is required"),
        (
            json!({}),
            json!({"exp": "x"}),
            "the claim exp has the wrong type",
        ),
        (
            json!({}),
            json!({"nbf": 1_767_229_000}),
            "compare the clock",
        ),
        (
            json!({}),
            json!({"exp": 1_797_229_000}),
            "lives longer than a day",
        ),
        (json!({"typ": "dpop+jwt"}), json!({}), "not an access token"),
        (json!({"jku": "x"}), json!({}), "brings a key of its own"),
        (
            json!({}),
            json!({"iss": "a\nb"}),
            r"the token's issuer (iss) is a\u{a}b: compare",
        ),
    ] {
        let mut claims = tokens::usual_claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let token = tokens::signed(&header, &claims, Algorithm::HS256, SECRET);
        let outcome = sandbox().run([&token, SECRET, "--now", NOW, "--issuer", "test-issuer"]);
        assert_eq!(outcome.status, 1, "{outcome:?}");
        let hint = outcome.stderr.strip_prefix("hint: ").unwrap();
        assert!(hint.contains(said), "{hint}");
    }
}

#[test]
fn leeway_and_now_can_be_chosen() {
    let token = usual();
    for (now, leeway, expected) in [
        ("1767229229", "30", VALID),
        ("1767229230", "30", refused("expired")),
        ("1767229230", "31s", VALID),
        ("1767229200", "0", refused("expired")),
        ("1767229199", "0", VALID),
        ("1767225599", "0", refused("not_yet_valid")),
        ("2026-01-01T00:59:00Z", "30", VALID),
        ("2026-01-01T02:59:00+02:00", "30", VALID),
        ("1767229400", "5m", VALID),
    ] {
        let answer = answer_at(now, &sandbox(), &[&token, SECRET, "--leeway", leeway]);
        assert_eq!(answer, expected, "{now} {leeway}");
    }
}

#[test]
fn signature_only_asks_for_nothing_else() {
    for (header, changes) in [
        (json!({}), json!({})),
        (json!({}), json!({"exp": 1})),
        (json!({}), json!({"sub": 7, "scope": {}})),
        (json!({"typ": "dpop+jwt"}), json!({"nonce": "x"})),
    ] {
        let mut claims = tokens::usual_claims();
        claims
            .as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        let token = tokens::signed(&header, &claims, Algorithm::HS256, SECRET);
        let flags = ["--signature-only", &token, SECRET];
        assert_eq!(answer(&sandbox(), &flags), VALID, "{header} {changes}");
        let spoiled = issue::with_broken_signature(&token);
        let flags = ["--signature-only", &spoiled, SECRET];
        assert_eq!(
            answer(&sandbox(), &flags),
            refused("bad_signature"),
            "{header} {changes}"
        );
    }
    let outcome = sandbox().run(["--signature-only", &usual(), SECRET]);
    assert!(
        outcome
            .stdout
            .contains("✅ Signature is valid (claims not checked)\n"),
        "{outcome:?}"
    );
    assert_eq!(outcome.stderr, "");
}
