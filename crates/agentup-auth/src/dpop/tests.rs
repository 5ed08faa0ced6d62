//! A token that is bound to a key, and proofs: a good one, then each refusal one change away.

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{DpopError, DpopRules, DpopVerifier, ProvenRequest, Target};
use crate::{
    Algorithm, BearerToken, CertificateThumbprint, HmacSecret, KeySet, Policy, TrustedIssuer,
    UnixSeconds, VerificationKey, VerifiedClaims, Verifier, VerifyError,
    base64url::{decode, encode},
    keys::ProofKey,
};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const ISSUER: &str = "https://issuer.example";
const NOW: u64 = 1_800_000_000;
const HERE: &str = "https://agent.example/";

fn pair(pem: &str) -> EcdsaKeyPair {
    let der = pem::parse(pem).expect("a key");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.contents()).expect("a key")
}

fn client() -> EcdsaKeyPair {
    pair(include_str!("../test_support/p256.pem"))
}

fn stranger() -> EcdsaKeyPair {
    pair(include_str!("../test_support/p256_other.pem"))
}

fn jwk(pair: &EcdsaKeyPair) -> Value {
    let point = pair.public_key().as_ref();
    json!({"kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..])})
}

fn thumbprint(pair: &EcdsaKeyPair) -> String {
    let key = ProofKey::read(&jwk(pair).to_string(), Algorithm::ES256).expect("a key");
    format!("{:?}", key.thumbprint())
}

fn verifier(policy: Policy) -> Verifier {
    let secret = HmacSecret::new(SECRET).expect("a secret");
    let key = VerificationKey::hmac(Algorithm::HS256, &secret, None).expect("a key");
    let issuer = TrustedIssuer {
        issuer: Some(ISSUER.to_owned()),
        audiences: vec!["agent".to_owned()],
        keys: KeySet::new(vec![key]).expect("a set"),
    };
    Verifier::new(vec![issuer], policy)
}

/// An access token with this `cnf`; null has none.
fn token(cnf: &Value) -> String {
    let mut claims = json!({
        "iss": ISSUER, "aud": "agent", "sub": "alice", "exp": NOW + 600, "scope": "basic",
    });
    if !cnf.is_null() {
        claims["cnf"] = cnf.clone();
    }
    let header = encode(br#"{"alg":"HS256"}"#);
    let input = format!("{header}.{}", encode(claims.to_string().as_bytes()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    format!(
        "{input}.{}",
        encode(hmac::sign(&key, input.as_bytes()).as_ref())
    )
}

fn bound() -> String {
    token(&json!({"jkt": thumbprint(&client())}))
}

fn header(pair: &EcdsaKeyPair) -> Value {
    json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk(pair)})
}

fn claims() -> Value {
    json!({
        "jti": "proof-1", "htm": "POST", "htu": HERE, "iat": NOW,
        "ath": encode(digest(&SHA256, bound().as_bytes()).as_ref()),
    })
}

fn signed(header: &str, claims: &str, pair: &EcdsaKeyPair) -> String {
    let input = format!(
        "{}.{}",
        encode(header.as_bytes()),
        encode(claims.as_bytes())
    );
    let signature = pair
        .sign(&SystemRandom::new(), input.as_bytes())
        .expect("a signature");
    format!("{input}.{}", encode(signature.as_ref()))
}

fn proof(header: &Value, claims: &Value) -> String {
    signed(&header.to_string(), &claims.to_string(), &client())
}

fn good_proof() -> String {
    proof(&header(&client()), &claims())
}

fn with(mut value: Value, changes: &Value) -> Value {
    for (name, change) in changes.as_object().expect("changes") {
        if change.is_null() {
            value.as_object_mut().expect("an object").remove(name);
        } else {
            value[name] = change.clone();
        }
    }
    value
}

fn dpop(rules: DpopRules) -> DpopVerifier {
    DpopVerifier::new(rules).expect("randomness")
}

/// Confirms the bound token with these proofs at this time.
fn confirm_at(dpop: &DpopVerifier, proofs: &[&str], now: u64) -> Result<VerifiedClaims, DpopError> {
    let target = Target::parse(HERE).expect("an address");
    let request = ProvenRequest {
        method: "POST",
        target: &target,
    };
    let now = UnixSeconds::new(now);
    let bound = bound();
    let token = verifier(Policy::default())
        .verify_bound(BearerToken::new(&bound), None, now)
        .expect("a good token");
    dpop.confirm(
        token,
        proofs.iter().map(|proof| proof.as_bytes()),
        request,
        now,
    )
}

fn refusal(proof: &str) -> Option<DpopError> {
    confirm_at(&dpop(DpopRules::default()), &[proof], NOW).err()
}

#[test]
fn a_good_proof_confirms_its_token() {
    let claims = confirm_at(&dpop(DpopRules::default()), &[&good_proof()], NOW);
    assert_eq!(claims.expect("a good proof").subject(), "alice");
}

#[test]
fn what_a_proof_may_say_besides_is_accepted() {
    for (changed_header, changed_claims) in [
        (json!({"typ": "application/dpop+jwt"}), json!({})),
        (json!({"typ": "DPoP+JWT"}), json!({})),
        (
            json!({"kid": "mine", "more": [1]}),
            json!({"exp": 1, "more": {"a": 1}}),
        ),
        (
            json!({}),
            json!({"htu": "HTTPS://AGENT.example:443/?query#fragment"}),
        ),
        (json!({}), json!({"iat": f64::from(1_800_000_000) - 0.5})),
        (json!({}), json!({"nonce": "nobody asked"})),
    ] {
        let proof = proof(
            &with(header(&client()), &changed_header),
            &with(claims(), &changed_claims),
        );
        assert_eq!(refusal(&proof), None, "{changed_header} {changed_claims}");
    }
}

#[test]
fn a_header_one_change_away_is_refused() {
    let mut private = jwk(&client());
    private["d"] = "AQAB".into();
    let mut other_curve = jwk(&client());
    other_curve["crv"] = "P-384".into();
    let mut for_encryption = jwk(&client());
    for_encryption["use"] = "enc".into();
    let oct = json!({"kty": "oct", "k": encode(SECRET)});
    for (change, expected) in [
        (json!({"typ": null}), DpopError::WrongType),
        (json!({"typ": "JWT"}), DpopError::WrongType),
        (json!({"typ": "at+jwt"}), DpopError::WrongType),
        (json!({"typ": 1}), DpopError::WrongType),
        (json!({"alg": null}), DpopError::MalformedHeader),
        (json!({"alg": 1}), DpopError::MalformedHeader),
        (json!({"alg": "none"}), DpopError::AlgorithmNotAllowed),
        (json!({"alg": "HS256"}), DpopError::AlgorithmNotAllowed),
        (json!({"alg": "ES512"}), DpopError::AlgorithmNotAllowed),
        (json!({"alg": "ES384"}), DpopError::UnusableKey),
        (json!({"jwk": null}), DpopError::MalformedHeader),
        (json!({"jwk": "text"}), DpopError::MalformedHeader),
        (json!({"jwk": {}}), DpopError::UnusableKey),
        (json!({"jwk": private}), DpopError::UnusableKey),
        (json!({"jwk": other_curve}), DpopError::UnusableKey),
        (json!({"jwk": for_encryption}), DpopError::UnusableKey),
        (json!({"jwk": oct}), DpopError::UnusableKey),
        (json!({"jwk": jwk(&stranger())}), DpopError::WrongKey),
        (
            json!({"crit": ["b64"], "b64": false}),
            DpopError::UnsupportedHeader,
        ),
        (json!({"crit": []}), DpopError::UnsupportedHeader),
        (
            json!({"jku": "https://keys.example"}),
            DpopError::UnsupportedHeader,
        ),
        (json!({"x5c": []}), DpopError::UnsupportedHeader),
        (json!({"zip": "DEF"}), DpopError::UnsupportedHeader),
    ] {
        let proof = proof(&with(header(&client()), &change), &claims());
        assert_eq!(refusal(&proof), Some(expected), "{change}");
    }
}

#[test]
fn claims_one_change_away_are_refused() {
    let long = "x".repeat(256);
    for (change, expected) in [
        (json!({"jti": null}), DpopError::InvalidClaim("jti")),
        (json!({"jti": ""}), DpopError::InvalidClaim("jti")),
        (json!({"jti": 1}), DpopError::InvalidClaim("jti")),
        (json!({"jti": long}), DpopError::InvalidClaim("jti")),
        (json!({"htm": null}), DpopError::InvalidClaim("htm")),
        (json!({"htm": "GET"}), DpopError::WrongMethod),
        (json!({"htm": "post"}), DpopError::WrongMethod),
        (json!({"htu": null}), DpopError::InvalidClaim("htu")),
        (json!({"htu": "https://evil.example/"}), DpopError::WrongUri),
        (
            json!({"htu": "https://agent.example/other"}),
            DpopError::WrongUri,
        ),
        (json!({"htu": "http://agent.example/"}), DpopError::WrongUri),
        (json!({"htu": "/"}), DpopError::WrongUri),
        (json!({"iat": null}), DpopError::InvalidClaim("iat")),
        (json!({"iat": "1800000000"}), DpopError::InvalidClaim("iat")),
        (json!({"iat": -1}), DpopError::InvalidClaim("iat")),
        (json!({"iat": NOW * 1000}), DpopError::InvalidClaim("iat")),
        (json!({"iat": NOW + 31}), DpopError::IssuedInFuture),
        (json!({"iat": NOW - 91}), DpopError::TooOld),
        (json!({"ath": null}), DpopError::InvalidClaim("ath")),
        (json!({"ath": encode(&[0; 32])}), DpopError::WrongToken),
        (json!({"ath": bound()}), DpopError::InvalidClaim("ath")),
        (json!({"nonce": 1}), DpopError::InvalidClaim("nonce")),
    ] {
        let proof = proof(&header(&client()), &with(claims(), &change));
        assert_eq!(refusal(&proof), Some(expected), "{change}");
    }
}

#[test]
fn the_age_of_a_proof_has_two_ends() {
    for iat in [NOW + 30, NOW - 90] {
        let proof = proof(&header(&client()), &with(claims(), &json!({"iat": iat})));
        assert_eq!(refusal(&proof), None, "{iat}");
    }
}

#[test]
fn forms_one_change_away_are_refused() {
    let good = good_proof();
    let (input, signature) = good.rsplit_once('.').expect("three parts");
    let (head, _) = input.split_once('.').expect("three parts");
    let mut bytes = decode(signature.as_bytes()).expect("base64url");
    bytes[0] ^= 1;
    let big = format!("{input}.{}", "A".repeat(5000));
    let twice = header(&client())
        .to_string()
        .replacen('{', r#"{"alg":"none","#, 1);
    let twice_inside =
        header(&client())
            .to_string()
            .replacen(r#""kty""#, r#""kty":"oct","kty""#, 1);
    let by_stranger = signed(
        &header(&client()).to_string(),
        &claims().to_string(),
        &stranger(),
    );
    let list = signed(&header(&client()).to_string(), "[]", &client());
    for (text, expected) in [
        (String::new(), DpopError::Malformed),
        ("a.b".to_owned(), DpopError::Malformed),
        (format!("{good}.AAAA"), DpopError::Malformed),
        (format!("{good}="), DpopError::Malformed),
        (format!(" {good}"), DpopError::Malformed),
        (format!("{head}.{signature}"), DpopError::Malformed),
        (big, DpopError::TooLarge),
        (
            format!("{}.e30.AAAA", encode(b"[]")),
            DpopError::MalformedHeader,
        ),
        (
            format!("{}.e30.AAAA", encode(twice.as_bytes())),
            DpopError::MalformedHeader,
        ),
        (
            format!("{}.e30.AAAA", encode(twice_inside.as_bytes())),
            DpopError::MalformedHeader,
        ),
        (format!("{input}."), DpopError::BadSignature),
        (
            format!("{input}.{}", encode(&bytes)),
            DpopError::BadSignature,
        ),
        (
            format!("{input}.{}", encode(&[0; 64])),
            DpopError::BadSignature,
        ),
        (by_stranger, DpopError::BadSignature),
        (list, DpopError::MalformedClaims),
    ] {
        assert_eq!(refusal(&text), Some(expected), "{text}");
    }
}

#[test]
fn there_is_one_proof_and_it_is_used_once() {
    let dpop = dpop(DpopRules::default());
    let good = good_proof();
    assert_eq!(
        confirm_at(&dpop, &[], NOW).err(),
        Some(DpopError::MissingProof)
    );
    assert_eq!(
        confirm_at(&dpop, &[&good, &good], NOW).err(),
        Some(DpopError::TwoProofs)
    );
    assert_eq!(confirm_at(&dpop, &[&good], NOW).err(), None);
    assert_eq!(
        confirm_at(&dpop, &[&good], NOW).err(),
        Some(DpopError::Replayed)
    );
    let again = proof(
        &header(&client()),
        &with(claims(), &json!({"iat": NOW + 1})),
    );
    assert_eq!(
        confirm_at(&dpop, &[&again], NOW).err(),
        Some(DpopError::Replayed),
        "the same jti"
    );
    let next = proof(
        &header(&client()),
        &with(claims(), &json!({"jti": "proof-2"})),
    );
    assert_eq!(confirm_at(&dpop, &[&next], NOW).err(), None);
}

#[test]
fn a_refused_proof_takes_no_place() {
    let dpop = dpop(DpopRules::default());
    let wrong = proof(&header(&client()), &with(claims(), &json!({"htm": "GET"})));
    assert_eq!(
        confirm_at(&dpop, &[&wrong], NOW).err(),
        Some(DpopError::WrongMethod)
    );
    assert_eq!(confirm_at(&dpop, &[&good_proof()], NOW).err(), None);
}

#[test]
fn a_full_memory_is_no_fault_of_the_callers() {
    let dpop = dpop(DpopRules {
        remembered_proofs: 1,
        ..DpopRules::default()
    });
    let full = (0..100).find_map(|number| {
        let proof = proof(
            &header(&client()),
            &with(claims(), &json!({"jti": number.to_string()})),
        );
        confirm_at(&dpop, &[&proof], NOW).err()
    });
    let error = full.expect("one too many");
    assert_eq!(error, DpopError::MemoryFull);
    assert!(!error.is_callers_fault());
}

#[test]
fn nonces_are_ours_and_recent() {
    let dpop = dpop(DpopRules {
        nonce: true,
        ..DpopRules::default()
    });
    let at = |now: u64, nonce: &Value, jti: &str| {
        let changes = json!({"iat": now, "nonce": nonce, "jti": jti});
        let proof = proof(&header(&client()), &with(claims(), &changes));
        confirm_at(&dpop, &[&proof], now).err()
    };
    let nonce = Value::from(dpop.nonce(UnixSeconds::new(NOW)).expect("a nonce"));
    assert_eq!(at(NOW, &nonce, "1"), None);
    assert_eq!(
        at(NOW + 300, &nonce, "2"),
        None,
        "given out before the last change"
    );
    assert_eq!(at(NOW + 600, &nonce, "3"), Some(DpopError::NonceRequired));
    assert_eq!(at(NOW, &Value::Null, "4"), Some(DpopError::NonceRequired));
    assert_eq!(
        at(NOW, &"guess".into(), "5"),
        Some(DpopError::NonceRequired)
    );
    let others = DpopVerifier::new(DpopRules {
        nonce: true,
        ..DpopRules::default()
    });
    let others = others.expect("randomness").nonce(UnixSeconds::new(NOW));
    assert_eq!(at(NOW, &others.into(), "6"), Some(DpopError::NonceRequired));
}

#[test]
fn secrets_never_sign_proofs() {
    let rules = DpopRules {
        algorithms: vec![Algorithm::HS256, Algorithm::ES256],
        ..DpopRules::default()
    };
    assert_eq!(dpop(rules).algorithms(), [Algorithm::ES256]);
}

#[test]
fn a_bound_token_is_refused_by_itself_and_an_unbound_one_with_a_proof() {
    let jkt = thumbprint(&client());
    let cached = Policy {
        cached_tokens: 10,
        ..Policy::default()
    };
    for policy in [Policy::default(), cached] {
        let verifier = verifier(policy);
        let now = UnixSeconds::new(NOW);
        let both = |cnf: &Value| {
            let text = token(cnf);
            let token = BearerToken::new(&text);
            // In turns, so that neither leaves something behind for the other.
            let alone = verifier.verify(token, now).err();
            let proven = verifier.verify_bound(token, None, now).err();
            assert_eq!(verifier.verify(token, now).err(), alone, "{cnf}");
            assert_eq!(
                verifier.verify_bound(token, None, now).err(),
                proven,
                "{cnf}"
            );
            (alone, proven)
        };
        let required = Some(VerifyError::ProofRequired);
        assert_eq!(both(&Value::Null), (None, Some(VerifyError::NotBound)));
        assert_eq!(both(&json!({"jkt": jkt})), (required, None));
        for cnf in [
            json!({}),
            json!([]),
            json!("text"),
            json!({"jkt": null}),
            json!({"jkt": "short"}),
            json!({"jkt": format!("{jkt}=")}),
            json!({"jkt": [jkt]}),
            json!({"x5t#S256": jkt}),
            json!({"jkt": jkt, "x5t#S256": jkt}),
            json!({"jwk": jwk(&client())}),
        ] {
            assert_eq!(both(&cnf), (required, required), "{cnf}");
        }
    }
}

/// RFC 8705 §3, alone and together with a key.
#[test]
fn a_token_that_is_bound_to_a_certificate_needs_that_very_certificate() {
    use VerifyError::{NotBound, OtherCertificate, ProofRequired};
    let [owner, other] = [b"certificate", b"another one"].map(|der| CertificateThumbprint::of(der));
    let (jkt, x5t) = (thumbprint(&client()), owner.to_string());
    let now = UnixSeconds::new(NOW);
    let cached = Policy {
        cached_tokens: 10,
        ..Policy::default()
    };
    for policy in [Policy::default(), cached] {
        let verifier = verifier(policy);
        // What the token is worth alone and with a proof, to its owner, to another, to anybody.
        let worth = |cnf: &Value| {
            let text = token(cnf);
            let token = BearerToken::new(&text);
            let shown = [Some(&owner), Some(&other), None];
            let alone = || shown.map(|it| verifier.verify_beside(token, it, now).err());
            let proven = || shown.map(|it| verifier.verify_bound(token, it, now).err());
            let first = (alone(), proven());
            assert_eq!((alone(), proven()), first, "remembered, {cnf}");
            first
        };
        assert_eq!(
            worth(&json!({"x5t#S256": x5t})),
            (
                [None, Some(OtherCertificate), Some(ProofRequired)],
                [Some(NotBound), Some(OtherCertificate), Some(ProofRequired)],
            )
        );
        assert_eq!(
            worth(&json!({"x5t#S256": x5t, "jkt": jkt})),
            (
                [
                    Some(ProofRequired),
                    Some(OtherCertificate),
                    Some(ProofRequired)
                ],
                [None, Some(OtherCertificate), Some(ProofRequired)],
            )
        );
        // A certificate is no obstacle for what is not bound to one.
        assert_eq!(worth(&Value::Null), ([None; 3], [Some(NotBound); 3]));
        assert_eq!(
            worth(&json!({"jkt": jkt})),
            ([Some(ProofRequired); 3], [None; 3])
        );
        let strange = ([Some(ProofRequired); 3], [Some(ProofRequired); 3]);
        for cnf in [
            json!({"x5t#S256": format!("{x5t}=")}),
            json!({"x5t#S256": [x5t]}),
            json!({"x5t#S256": null}),
            json!({"x5t#S256": x5t, "x5t": "AAAA"}),
            json!({"x5t#S256": x5t, "jkt": "short"}),
        ] {
            assert_eq!(worth(&cnf), strange, "{cnf}");
        }
    }
}

#[test]
fn nothing_of_token_or_proof_is_shown() {
    let text = bound();
    let token = verifier(Policy::default())
        .verify_bound(BearerToken::new(&text), None, UnixSeconds::new(NOW))
        .expect("a good token");
    assert_eq!(format!("{token:?}"), "BoundToken { .. }");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_changed_proof_is_no_proof(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let good = good_proof();
        let mut bytes = good.clone().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        let dpop = dpop(DpopRules::default());
        let bound = bound();
        let now = UnixSeconds::new(NOW);
        let token = verifier(Policy::default())
            .verify_bound(BearerToken::new(&bound), None, now)
            .expect("a good token");
        let target = Target::parse(HERE).expect("an address");
        let request = ProvenRequest { method: "POST", target: &target };
        prop_assert!(dpop.confirm(token, [bytes.as_slice()], request, now).is_err());
    }
}
