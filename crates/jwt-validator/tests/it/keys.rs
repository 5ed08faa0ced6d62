//! Secrets and public keys, and the algorithms they serve.

use agentup_auth::{
    Algorithm,
    issue::{self, SigningKey},
};
use serde_json::{Map, json};

use crate::{
    answer::{VALID, answer, refused, sandbox},
    pem_keys,
    tokens::{self, NOW, SECRET},
};

#[test]
fn a_secret_serves_the_hmac_algorithms_or_the_one_that_is_named() {
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let token = tokens::signed(&json!({}), &tokens::usual_claims(), algorithm, SECRET);
        assert_eq!(answer(&sandbox(), &[&token, SECRET]), VALID, "{algorithm}");
        assert_eq!(
            answer(&sandbox(), &[&token, SECRET, "--alg", algorithm.name()]),
            VALID
        );
        let other = if algorithm == Algorithm::HS256 {
            "HS384"
        } else {
            "HS256"
        };
        assert_eq!(
            answer(&sandbox(), &[&token, SECRET, "--alg", other]),
            refused("algorithm_not_allowed")
        );
    }
}

#[test]
fn a_short_secret_is_checked_and_named_short() {
    let token = tokens::signed(
        &json!({}),
        &tokens::usual_claims(),
        Algorithm::HS512,
        "my-secret-key",
    );
    let outcome = sandbox().run([&token, "my-secret-key", "--now", NOW]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let note = "note: the secret has 13 bytes; servers refuse fewer than 32 with HS256\n";
    assert!(outcome.stderr.starts_with(note), "{outcome:?}");
    assert_eq!(
        answer(&sandbox(), &[&token, "my-secret-kex"]),
        refused("bad_signature")
    );
}

fn signed_with(private: &str, algorithm: Algorithm) -> String {
    let key = SigningKey::from_pem(algorithm, private.as_bytes()).unwrap();
    issue::sign(
        &Map::new(),
        tokens::usual_claims().as_object().unwrap(),
        &key,
    )
    .unwrap()
}

#[test]
fn a_public_key_serves_the_algorithms_of_its_type() {
    let rsa = pem_keys::rsa();
    for (keys, algorithm) in [
        (&rsa, Algorithm::RS256),
        (&rsa, Algorithm::PS384),
        (&pem_keys::p256(), Algorithm::ES256),
        (&pem_keys::p384(), Algorithm::ES384),
        (&pem_keys::p521(), Algorithm::ES512),
        (&pem_keys::ed25519(), Algorithm::EdDSA),
    ] {
        let token = signed_with(&keys.private, algorithm);
        let sandbox = sandbox().file("key.pem", &keys.public);
        assert_eq!(
            answer(&sandbox, &[&token, "--key-file", "key.pem"]),
            VALID,
            "{algorithm}"
        );
        let flags = [&token, "--key-file", "key.pem", "--alg", algorithm.name()];
        assert_eq!(answer(&sandbox, &flags), VALID, "{algorithm}");
        let outcome = sandbox.run_with(
            ["--key-file", "-", "--now", NOW, &token],
            keys.public.as_bytes(),
        );
        assert_eq!(outcome.status, 0, "{outcome:?}");
    }
    let sandbox = sandbox().file("key.pem", &rsa.public);
    let token = signed_with(&rsa.private, Algorithm::PS256);
    let flags = [&token, "--key-file", "key.pem", "--alg", "RS256"];
    assert_eq!(answer(&sandbox, &flags), refused("algorithm_not_allowed"));
}

#[test]
fn a_public_key_is_never_a_secret() {
    let keys = pem_keys::rsa();
    let token = tokens::signed(
        &json!({}),
        &tokens::usual_claims(),
        Algorithm::HS256,
        &keys.public,
    );
    let sandbox = sandbox().file("key.pem", &keys.public);
    assert_eq!(
        answer(&sandbox, &[&token, "--key-file", "key.pem"]),
        refused("algorithm_not_allowed")
    );
    for flags in [["--secret-file", "key.pem"], ["--secret", &keys.public]] {
        let outcome = sandbox.run([&[token.as_str()], &flags[..]].concat());
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (2, ""),
            "{outcome:?}"
        );
        assert!(
            outcome.stderr.contains("the secret is the text of a key"),
            "{outcome:?}"
        );
    }
}

/// RFC 7515 appendix A.3: an ES256 token and its key, in a set beside others.
#[test]
fn a_key_set_picks_by_kid() {
    let jwk = json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p\
                 c19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg\
                 6NU1Q";
    let mut broken = jwk.clone();
    broken["y"] = json!("x");
    let set = json!({"keys": [broken, jwk]});
    let sandbox = sandbox()
        .file("jwk.json", jwk.to_string())
        .file("jwks.json", set.to_string());
    for file in ["jwk.json", "jwks.json"] {
        let flags = ["--signature-only", token, "--key-file", file];
        assert_eq!(answer(&sandbox, &flags), VALID, "{file}");
    }
    let outcome = sandbox.run([token, "--key-file", "jwks.json", "--now", "1300819000"]);
    assert!(
        outcome
            .stderr
            .starts_with("note: key 1 of the file was left out: "),
        "{outcome:?}"
    );
    assert!(
        outcome.stdout.contains("Token is missing a required claim"),
        "{outcome:?}"
    );
}
