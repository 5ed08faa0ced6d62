//! Keys: every fault is found when they are loaded, and a bad one spoils nothing.

use serde_json::{Value, json};

use super::{HmacSecret, KeyError, KeySet, UnnamedKeys, VerificationKey};
use crate::{Algorithm, base64url, verify::VerifyError};

const RSA: &str = include_str!("tests/rsa.pem");
const P256: &str = include_str!("tests/p256.pem");
const ED25519: &str = include_str!("tests/ed25519.pem");

/// The modulus of the RSA key of RFC 7515 §A.2.
const MODULUS: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

fn rsa() -> Value {
    json!({ "kty": "RSA", "kid": "r", "n": MODULUS, "e": "AQAB" })
}

/// The P-256 key of RFC 7515 §A.3.
fn p256() -> Value {
    json!({
        "kty": "EC", "kid": "p", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })
}

/// The Ed25519 key of RFC 8037 §A.2.
fn ed25519() -> Value {
    json!({
        "kty": "OKP", "kid": "e", "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    })
}

fn with(jwk: Value, members: Value) -> Value {
    let (Value::Object(mut jwk), Value::Object(members)) = (jwk, members) else {
        panic!("both are objects");
    };
    for (name, value) in members {
        // A missing member is written as the text "absent".
        if value == "absent" {
            jwk.remove(&name)
        } else {
            jwk.insert(name, value)
        };
    }
    Value::Object(jwk)
}

const PUBLIC: [Algorithm; 10] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::EdDSA,
];

/// The algorithms of the keys that a set of this one makes, or why it makes none.
fn load(jwk: &Value) -> Result<Vec<Algorithm>, KeyError> {
    let set = json!({ "keys": [jwk] }).to_string();
    let loaded = KeySet::from_jwks(set.as_bytes(), &PUBLIC).expect("a set");
    match loaded.skipped.as_slice() {
        [] => Ok(loaded
            .keys
            .keys()
            .iter()
            .map(VerificationKey::algorithm)
            .collect()),
        [skipped] => Err(skipped.reason),
        _ => panic!("one key, one report"),
    }
}

#[test]
fn good_keys_serve_the_algorithms_that_fit() {
    assert_eq!(load(&rsa()), Ok(PUBLIC[..6].to_vec()));
    assert_eq!(load(&p256()), Ok(vec![Algorithm::ES256]));
    assert_eq!(load(&ed25519()), Ok(vec![Algorithm::EdDSA]));
    for (members, algorithms) in [
        (json!({ "alg": "PS256" }), vec![Algorithm::PS256]),
        (
            json!({ "use": "sig", "alg": "RS256" }),
            vec![Algorithm::RS256],
        ),
        (
            json!({ "key_ops": ["verify"], "alg": "RS256" }),
            vec![Algorithm::RS256],
        ),
        (
            json!({ "x5c": ["MIIB"], "x-other": {}, "alg": "RS256" }),
            vec![Algorithm::RS256],
        ),
        (
            json!({ "kid": "absent", "alg": "RS256" }),
            vec![Algorithm::RS256],
        ),
        // RFC 7518 §6.3.1.1: some writers put a zero in front.
        (
            json!({ "n": format!("AAAA{MODULUS}"), "alg": "RS256" }),
            vec![Algorithm::RS256],
        ),
    ] {
        assert_eq!(
            load(&with(rsa(), members.clone())),
            Ok(algorithms),
            "{members}"
        );
    }
    assert_eq!(
        load(&with(ed25519(), json!({ "alg": "Ed25519" }))),
        Ok(vec![Algorithm::EdDSA])
    );
}

#[test]
fn rsa_keys_are_checked() {
    let number = |bytes: &[u8]| Value::from(base64url::encode(bytes));
    let modulus = |length: usize, last: u8| {
        let mut bytes = vec![0xFF; length];
        bytes[length - 1] = last;
        number(&bytes)
    };
    for (members, error) in [
        (json!({ "n": "absent" }), KeyError::Member("n")),
        (json!({ "n": "" }), KeyError::Member("n")),
        (json!({ "n": 7 }), KeyError::Member("n")),
        (
            json!({ "n": format!("{MODULUS}==") }),
            KeyError::Member("n"),
        ),
        (json!({ "e": "absent" }), KeyError::Member("e")),
        (json!({ "e": "AQA" }), KeyError::RsaExponent),
        (json!({ "e": number(&[1]) }), KeyError::RsaExponent),
        (json!({ "e": number(&[2]) }), KeyError::RsaExponent),
        (json!({ "e": number(&[0]) }), KeyError::RsaExponent),
        (json!({ "e": number(&[4]) }), KeyError::RsaExponent),
        (
            json!({ "e": number(&[0x7F, 0, 0, 0, 1]) }),
            KeyError::RsaExponent,
        ),
        (json!({ "n": modulus(128, 1) }), KeyError::RsaTooShort(1024)),
        (
            json!({ "n": number(&[&[0x7F][..], &[0xFF; 255]].concat()) }),
            KeyError::RsaTooShort(2047),
        ),
        (json!({ "n": modulus(1025, 1) }), KeyError::RsaTooLong(8200)),
        (json!({ "n": modulus(256, 0xFE) }), KeyError::RsaModulus),
        (json!({ "n": "AA" }), KeyError::RsaTooShort(0)),
    ] {
        assert_eq!(load(&with(rsa(), members.clone())), Err(error), "{members}");
    }
    assert_eq!(
        load(&with(rsa(), json!({ "e": "Aw", "alg": "RS256" }))),
        Ok(vec![Algorithm::RS256])
    );
}

#[test]
fn points_are_checked() {
    let other =
        "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk";
    for (members, error) in [
        (json!({ "x": "absent" }), KeyError::Member("x")),
        (json!({ "y": "absent" }), KeyError::Member("y")),
        (json!({ "y": p256()["x"] }), KeyError::NotOnCurve),
        (
            json!({ "x": base64url::encode(&[0; 32]), "y": base64url::encode(&[0; 32]) }),
            KeyError::NotOnCurve,
        ),
        (
            json!({ "x": base64url::encode(&[0xFF; 32]) }),
            KeyError::NotOnCurve,
        ),
        (
            json!({ "x": base64url::encode(&[1; 31]) }),
            KeyError::CoordinateLength,
        ),
        (
            json!({ "x": base64url::encode(&[1; 33]) }),
            KeyError::CoordinateLength,
        ),
        (json!({ "x": other }), KeyError::CoordinateLength),
        (json!({ "crv": "P-384" }), KeyError::CoordinateLength),
        (json!({ "crv": "P-521" }), KeyError::CoordinateLength),
        (json!({ "crv": "secp256k1" }), KeyError::UnsupportedKeyType),
        (json!({ "crv": "p-256" }), KeyError::UnsupportedKeyType),
        (json!({ "crv": "absent" }), KeyError::Member("crv")),
        (json!({ "crv": null }), KeyError::Member("crv")),
    ] {
        assert_eq!(
            load(&with(p256(), members.clone())),
            Err(error),
            "{members}"
        );
    }
}

#[test]
fn ed25519_keys_are_checked() {
    let mut small_orders: Vec<Vec<u8>> = super::material::SMALL_ORDER.map(Vec::from).to_vec();
    // The same points with the sign bit, and two that are not canonical: p and p + 1.
    small_orders.extend(super::material::SMALL_ORDER.map(|mut point| {
        point[31] |= 0x80;
        Vec::from(point)
    }));
    for lowest in [0xED, 0xEE] {
        let mut point = vec![0xFF; 32];
        (point[0], point[31]) = (lowest, 0x7F);
        small_orders.push(point);
    }
    for point in small_orders {
        let jwk = with(ed25519(), json!({ "x": base64url::encode(&point) }));
        assert_eq!(load(&jwk), Err(KeyError::Ed25519Point), "{point:02x?}");
    }
    for (members, error) in [
        (
            json!({ "x": base64url::encode(&[9; 31]) }),
            KeyError::Ed25519Length,
        ),
        (
            json!({ "x": base64url::encode(&[9; 33]) }),
            KeyError::Ed25519Length,
        ),
        (json!({ "crv": "X25519" }), KeyError::UnsupportedKeyType),
        (json!({ "crv": "Ed448" }), KeyError::UnsupportedKeyType),
    ] {
        assert_eq!(
            load(&with(ed25519(), members.clone())),
            Err(error),
            "{members}"
        );
    }
}

#[test]
fn what_a_jwk_says_of_itself_is_heeded() {
    for (members, error) in [
        (json!({ "use": "enc" }), KeyError::NotForSignatures),
        (json!({ "use": "" }), KeyError::NotForSignatures),
        (json!({ "use": null }), KeyError::NotForSignatures),
        (json!({ "use": ["sig"] }), KeyError::NotForSignatures),
        (json!({ "key_ops": [] }), KeyError::NotForVerifying),
        (json!({ "key_ops": ["sign"] }), KeyError::NotForVerifying),
        (
            json!({ "key_ops": ["encrypt", "wrapKey"] }),
            KeyError::NotForVerifying,
        ),
        (
            json!({ "key_ops": ["verify", "verify"] }),
            KeyError::NotForVerifying,
        ),
        (json!({ "key_ops": "verify" }), KeyError::NotForVerifying),
        (
            json!({ "key_ops": ["verify", 1] }),
            KeyError::NotForVerifying,
        ),
        (json!({ "alg": "HS256" }), KeyError::AlgorithmDisagrees),
        (json!({ "alg": "ES256" }), KeyError::AlgorithmDisagrees),
        (json!({ "alg": "none" }), KeyError::AlgorithmNotAllowed),
        (json!({ "alg": "RSA-OAEP" }), KeyError::AlgorithmNotAllowed),
        (json!({ "alg": 256 }), KeyError::Member("alg")),
        (json!({ "kty": "absent" }), KeyError::Member("kty")),
        (json!({ "kty": "rsa" }), KeyError::UnsupportedKeyType),
        (json!({ "kty": "EC" }), KeyError::Member("crv")),
        (
            json!({ "kty": "oct", "k": "AAAA" }),
            KeyError::SymmetricInPublicSet,
        ),
        (json!({ "kid": 7 }), KeyError::Kid),
        (json!({ "kid": null }), KeyError::Kid),
        (json!({ "kid": "" }), KeyError::Kid),
        (json!({ "kid": "k".repeat(257) }), KeyError::Kid),
    ] {
        assert_eq!(load(&with(rsa(), members.clone())), Err(error), "{members}");
    }
    let es384 = json!({ "alg": "ES384" });
    assert_eq!(
        load(&with(p256(), es384)),
        Err(KeyError::AlgorithmDisagrees)
    );
    assert_eq!(load(&json!([])), Err(KeyError::NotAnObject));
    assert_eq!(load(&json!("key")), Err(KeyError::NotAnObject));
}

#[test]
fn the_configuration_decides_where_the_key_does_not() {
    let set = json!({ "keys": [rsa(), p256()] }).to_string();
    let loaded = KeySet::from_jwks(set.as_bytes(), &[Algorithm::PS256]).expect("a set");
    assert_eq!(loaded.keys.len(), 1);
    assert_eq!(loaded.keys.keys()[0].algorithm(), Algorithm::PS256);
    assert_eq!(loaded.skipped[0].reason, KeyError::FitsNoAlgorithm);
    let set = json!({ "keys": [with(rsa(), json!({ "alg": "RS256" }))] }).to_string();
    let loaded = KeySet::from_jwks(set.as_bytes(), &[Algorithm::PS256]).expect("a set");
    assert_eq!(loaded.skipped[0].reason, KeyError::AlgorithmNotAllowed);
}

#[test]
fn one_bad_key_spoils_nothing() {
    let twice = r#"{"kty":"RSA","kty":"RSA"}"#;
    let set = format!(
        r#"{{"other":1,"keys":[{},{twice},7,{},{},{}]}}"#,
        with(rsa(), json!({ "kid": 7 })),
        with(p256(), json!({ "use": "enc" })),
        ed25519(),
        with(ed25519(), json!({ "x": base64url::encode(&[9; 32]) })),
    );
    let loaded = KeySet::from_jwks(set.as_bytes(), &PUBLIC).expect("a set");
    let names: Vec<_> = loaded
        .keys
        .keys()
        .iter()
        .map(VerificationKey::kid)
        .collect();
    assert_eq!(names, [Some("e")]);
    let reports: Vec<_> = loaded
        .skipped
        .iter()
        .map(|skipped| (skipped.index, skipped.kid.as_deref(), skipped.reason))
        .collect();
    assert_eq!(
        reports,
        [
            (0, None, KeyError::Kid),
            (1, None, KeyError::NotAnObject),
            (2, None, KeyError::NotAnObject),
            (3, Some("p"), KeyError::NotForSignatures),
            (5, Some("e"), KeyError::DuplicateKid),
        ]
    );
}

#[test]
fn private_halves_are_dropped_and_reported() {
    let private = with(
        p256(),
        json!({ "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" }),
    );
    let set = json!({ "keys": [rsa(), private] }).to_string();
    let loaded = KeySet::from_jwks(set.as_bytes(), &PUBLIC).expect("a set");
    assert_eq!((loaded.skipped.len(), loaded.exposed), (0, vec![1]));
    let alone = KeySet::from_public_text(private.to_string().as_bytes(), &PUBLIC).expect("a key");
    assert_eq!(alone.exposed, [0]);
    assert!(!format!("{alone:?}").contains("jpsQ"));
}

#[test]
fn what_is_no_set_is_refused() {
    for text in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":null}"#,
        r#"{"keys":[]} x"#,
        "<html>",
        r#"{"keys":[],"keys":[]}"#,
        r#"{"KEYS":[]}"#,
    ] {
        let error = KeySet::from_jwks(text.as_bytes(), &PUBLIC).map(drop);
        assert_eq!(error, Err(KeyError::NotAKeySet), "{text}");
    }
    let large = format!(
        r#"{{"keys":[],"fill":"{}"}}"#,
        "x".repeat(KeySet::MAX_BYTES)
    );
    let error = KeySet::from_jwks(large.as_bytes(), &PUBLIC).map(drop);
    assert_eq!(error, Err(KeyError::TooLarge));
    assert_eq!(
        KeySet::from_jwks(b"\xFF", &PUBLIC).map(drop),
        Err(KeyError::NotAKey)
    );
    assert!(
        KeySet::from_jwks(br#"{"keys":[]}"#, &PUBLIC)
            .expect("a set")
            .keys
            .is_empty()
    );
}

#[test]
fn a_set_has_a_limit() {
    let keys: Vec<Value> = (0..70)
        .map(|number| with(ed25519(), json!({ "kid": format!("k{number}") })))
        .collect();
    let set = json!({ "keys": keys }).to_string();
    let loaded = KeySet::from_jwks(set.as_bytes(), &PUBLIC).expect("a set");
    assert_eq!(loaded.keys.len(), KeySet::MAX_KEYS);
    assert_eq!(loaded.skipped.len(), 6);
    assert!(
        loaded
            .skipped
            .iter()
            .all(|skipped| skipped.reason == KeyError::TooManyKeys)
    );
}

#[test]
fn public_text_is_read_by_its_own_form() {
    let names = |text: &str| {
        let loaded = KeySet::from_public_text(text.as_bytes(), &PUBLIC)?;
        Ok(loaded
            .keys
            .keys()
            .iter()
            .map(VerificationKey::algorithm)
            .collect::<Vec<_>>())
    };
    for text in [RSA, include_str!("tests/rsa_pkcs1.pem"), &rsa().to_string()] {
        assert_eq!(names(text), Ok(PUBLIC[..6].to_vec()), "{text}");
    }
    for (text, algorithm) in [
        (P256, Algorithm::ES256),
        (include_str!("tests/p384.pem"), Algorithm::ES384),
        (include_str!("tests/p521.pem"), Algorithm::ES512),
        (ED25519, Algorithm::EdDSA),
        (&format!("\n  {ED25519}\n\n"), Algorithm::EdDSA),
        (&p256().to_string(), Algorithm::ES256),
        (&json!({ "keys": [p256()] }).to_string(), Algorithm::ES256),
    ] {
        assert_eq!(names(text), Ok(vec![algorithm]), "{text}");
    }
    for (text, error) in [
        ("", KeyError::NotAKey),
        ("a secret", KeyError::NotAKey),
        (&format!("{P256}{P256}"), KeyError::NotAKey),
        (&P256.replace("MFkw", "MFkx"), KeyError::NotAKey),
        (include_str!("tests/certificate.pem"), KeyError::Certificate),
        (
            include_str!("../test_support/p256.pem"),
            KeyError::PrivateKey,
        ),
        (
            include_str!("../test_support/rsa.pem"),
            KeyError::PrivateKey,
        ),
        (
            include_str!("tests/p256_compressed.pem"),
            KeyError::CoordinateLength,
        ),
        (
            include_str!("tests/secp256k1.pem"),
            KeyError::UnsupportedKeyType,
        ),
        (
            include_str!("tests/x25519.pem"),
            KeyError::UnsupportedKeyType,
        ),
        (
            include_str!("tests/rsa_1024.pem"),
            KeyError::RsaTooShort(1024),
        ),
        ("{}", KeyError::Member("kty")),
        (
            "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
            KeyError::SymmetricInPublicSet,
        ),
    ] {
        assert_eq!(names(text), Err(error), "{text}");
    }
    let pem = VerificationKey::from_pem(Algorithm::ES256, RSA, None).map(drop);
    assert_eq!(pem, Err(KeyError::DoesNotFit(Algorithm::ES256)));
    let pem = VerificationKey::from_pem(Algorithm::HS256, RSA, None).map(drop);
    assert_eq!(pem, Err(KeyError::DoesNotFit(Algorithm::HS256)));
}

fn hmac(algorithm: Algorithm, kid: Option<&str>) -> VerificationKey {
    let secret = HmacSecret::new(&[7; 64]).expect("a secret");
    VerificationKey::hmac(algorithm, &secret, kid).expect("a key")
}

#[test]
fn hmac_secrets_are_as_long_as_the_hash() {
    for (algorithm, required) in [
        (Algorithm::HS256, 32),
        (Algorithm::HS384, 48),
        (Algorithm::HS512, 64),
    ] {
        let secret = |length| HmacSecret::new(&vec![7; length]).expect("a secret");
        assert!(VerificationKey::hmac(algorithm, &secret(required), None).is_ok());
        let error = VerificationKey::hmac(algorithm, &secret(required - 1), None).map(drop);
        let actual = required - 1;
        assert_eq!(
            error,
            Err(KeyError::SecretTooShort {
                algorithm,
                required,
                actual
            })
        );
    }
    let secret = HmacSecret::new(&[7; 64]).expect("a secret");
    let error = VerificationKey::hmac(Algorithm::RS256, &secret, None).map(drop);
    assert_eq!(error, Err(KeyError::DoesNotFit(Algorithm::RS256)));
    for kid in [String::new(), "k".repeat(257)] {
        let error = VerificationKey::hmac(Algorithm::HS256, &secret, Some(&kid)).map(drop);
        assert_eq!(error, Err(KeyError::Kid));
    }
}

#[test]
fn a_set_holds_keys_of_one_kind_that_can_be_told_apart() {
    let public = || VerificationKey::from_pem(Algorithm::ES256, P256, None).expect("a key");
    let hs256 = |kid| hmac(Algorithm::HS256, kid);
    let set = |keys| KeySet::new(keys).map(drop);
    assert_eq!(
        set(vec![
            hs256(Some("a")),
            hs256(Some("b")),
            hs256(None),
            hs256(None)
        ]),
        Ok(())
    );
    assert_eq!(
        set(vec![hs256(Some("a")), hmac(Algorithm::HS512, Some("a"))]),
        Ok(())
    );
    assert_eq!(
        set(vec![hs256(Some("a")), hs256(Some("a"))]),
        Err(KeyError::DuplicateKid)
    );
    assert_eq!(
        set(vec![hs256(None), public()]),
        Err(KeyError::MixedFamilies)
    );
    assert_eq!(
        set(vec![public(), hs256(None)]),
        Err(KeyError::MixedFamilies)
    );
}

#[test]
fn a_named_key_is_never_another() {
    let all = |set: &KeySet, algorithm, kid, unnamed| {
        set.candidates(algorithm, kid, unnamed).map(Iterator::count)
    };
    let hs256 = |kid| hmac(Algorithm::HS256, kid);
    let strict = UnnamedKeys::ForTokensWithoutKid;
    let lenient = UnnamedKeys::ForAnyToken;
    let named = KeySet::new(vec![hs256(Some("a")), hs256(Some("b")), hs256(None)]).expect("a set");
    for unnamed in [strict, lenient] {
        assert_eq!(all(&named, Algorithm::HS256, Some("a"), unnamed), Ok(1));
        assert_eq!(all(&named, Algorithm::HS256, None, unnamed), Ok(3));
        let unknown = all(&named, Algorithm::HS256, Some("c"), unnamed);
        assert_eq!(unknown, Err(VerifyError::UnknownKid));
        let other = all(&named, Algorithm::HS512, Some("a"), unnamed);
        assert_eq!(other, Err(VerifyError::AlgorithmNotAllowed));
    }
    let plain = KeySet::new(vec![hs256(None)]).expect("a set");
    let refused = all(&plain, Algorithm::HS256, Some("a"), strict);
    assert_eq!(refused, Err(VerifyError::UnknownKid));
    assert_eq!(all(&plain, Algorithm::HS256, Some("a"), lenient), Ok(1));
    let many = KeySet::new(vec![hs256(None); 20]).expect("a set");
    assert_eq!(
        all(&many, Algorithm::HS256, None, strict),
        Ok(KeySet::MAX_TRIES)
    );
}

#[test]
fn keys_that_could_not_be_had_refuse_everything() {
    let set = KeySet::unavailable();
    let error = set
        .candidates(Algorithm::RS256, Some("a"), UnnamedKeys::default())
        .map(drop);
    assert_eq!(error, Err(VerifyError::KeysUnavailable));
    assert!(!set.is_available() && set.is_empty());
    // An algorithm that is allowed and has no key now may get one at the next fetch.
    let empty = KeySet::from_jwks(br#"{"keys":[]}"#, &[Algorithm::ES256])
        .expect("a set")
        .keys;
    let unknown = |algorithm| {
        empty
            .candidates(algorithm, None, UnnamedKeys::default())
            .map(drop)
    };
    assert_eq!(unknown(Algorithm::ES256), Err(VerifyError::UnknownKid));
    assert_eq!(
        unknown(Algorithm::RS256),
        Err(VerifyError::AlgorithmNotAllowed)
    );
}

#[test]
fn debug_shows_names_and_no_key() {
    let key = hmac(Algorithm::HS256, Some("a"));
    let shown = r#"VerificationKey { kid: Some("a"), algorithm: HS256, .. }"#;
    assert_eq!(format!("{key:?}"), shown);
    assert_eq!(
        format!("{:?}", KeySet::new(vec![key]).expect("a set")),
        format!("[{shown}]")
    );
}
