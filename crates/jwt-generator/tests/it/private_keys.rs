//! Signing with private keys: every form, every algorithm, and the name that tokens give the key.

use agentup_auth::{Algorithm, KeySet};
use serde_json::Value;

use crate::{
    keys::{public_key, verify},
    pem_keys,
    run::{decoded, sandbox, token, words},
    sandbox::Sandbox,
};

/// RFC 8037 appendix A.1, and its thumbprint from appendix A.3.
const ED25519: &str = r#"{"kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const ED25519_THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

/// RFC 7515 appendix A.3.1.
const P256: &str = r#"{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;

/// The answer of the verifier to a token, with the public half that the generator wrote.
fn verdict(sandbox: &Sandbox, file: &str, token: &str) -> Result<(), agentup_auth::VerifyError> {
    let text = std::fs::read(sandbox.folder.path().join(file)).unwrap();
    let algorithms: Vec<_> = Algorithm::ALL
        .into_iter()
        .filter(|algorithm| !algorithm.is_symmetric())
        .collect();
    let loaded = KeySet::from_public_text(&text, &algorithms).unwrap();
    assert_eq!((loaded.skipped, loaded.exposed), (vec![], vec![]));
    verify(token, loaded.keys)
}

#[test]
fn a_pem_chooses_its_algorithm_and_has_no_name() {
    for (keys, algorithm) in [
        (pem_keys::rsa(), Algorithm::RS256),
        (pem_keys::p256(), Algorithm::ES256),
        (pem_keys::p384(), Algorithm::ES384),
        (pem_keys::p521(), Algorithm::ES512),
        (pem_keys::ed25519(), Algorithm::EdDSA),
    ] {
        let sandbox = sandbox().file("key.pem", &keys.private);
        let outcome = sandbox.run(["--private-key", "key.pem"]);
        let answer = verify(token(&outcome), public_key(algorithm, &keys.public));
        assert_eq!(answer, Ok(()), "{algorithm}");
        assert_eq!(decoded(token(&outcome)).0.get("kid"), None);
        let from_input = sandbox.run_with(["--private-key", "-"], keys.private.as_bytes());
        assert_eq!(from_input.status, 0, "{from_input:?}");
    }
}

#[test]
fn every_algorithm_signs_with_what_keygen_made_in_every_form() {
    for (algorithm, form) in Algorithm::ALL
        .into_iter()
        .filter(|algorithm| !algorithm.is_symmetric())
        .zip(["pem", "jwk", "jwks"].into_iter().cycle())
    {
        let sandbox = sandbox();
        let made = sandbox.run([
            "keygen",
            "--alg",
            algorithm.name(),
            "--format",
            form,
            "--out",
            "key",
            "--public-out",
            "public",
        ]);
        assert_eq!(made.status, 0, "{made:?}");
        let signed = sandbox.run(["--private-key", "key", "--alg", algorithm.name()]);
        let header = decoded(token(&signed)).0;
        assert_eq!(header["alg"], algorithm.name());
        assert_eq!(header.get("kid").is_some(), form != "pem", "{algorithm}");
        let verdict = verdict(&sandbox, "public", token(&signed));
        assert_eq!(verdict, Ok(()), "{algorithm} {form}");
        if form != "pem" {
            let inferred = sandbox.run(["--private-key", "key"]);
            assert_eq!(decoded(token(&inferred)).0, header, "the key says it");
        }
    }
}

#[test]
fn the_older_forms_of_pem_are_read() {
    // What `openssl ecparam -genkey` writes: the parameters come first.
    let sec1 = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n\
                -----BEGIN EC PRIVATE KEY-----\n\
                MHcCAQEEII6bEJ5xkJi/mASH3x9dd+nLKWBuvtImO19XwhPfhPSyoAoGCCqGSM49\n\
                AwEHoUQDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEXH8UTNG72b\n\
                focs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n\
                -----END EC PRIVATE KEY-----\n";
    let sandbox = sandbox().file("key.pem", sec1).file("key.json", P256);
    let kid = |file| {
        let outcome = sandbox.run(["--private-key", file, "--kid", "auto"]);
        decoded(token(&outcome)).0["kid"].clone()
    };
    assert_eq!(kid("key.pem"), kid("key.json"), "it is one key");
}

#[test]
fn the_name_is_the_one_given_or_the_keys_own_or_the_thumbprint() {
    let named = ED25519.replacen('{', r#"{"kid": "own", "#, 1);
    let set = format!(r#"{{"keys": [{named}]}}"#);
    let sandbox = sandbox()
        .file("plain", ED25519)
        .file("named", named)
        .file("set", set);
    for (line, kid) in [
        ("--private-key plain", Value::Null),
        ("--private-key named", "own".into()),
        ("--private-key set", "own".into()),
        ("--private-key named --kid given", "given".into()),
        ("--private-key set --kid -given", "-given".into()),
        ("--private-key named --kid auto", ED25519_THUMBPRINT.into()),
        ("--private-key plain --kid auto", ED25519_THUMBPRINT.into()),
    ] {
        let outcome = sandbox.run(words(line));
        let header = decoded(token(&outcome)).0;
        assert_eq!(
            header.get("kid").cloned().unwrap_or_default(),
            kid,
            "{line}"
        );
    }
}

#[test]
fn a_key_of_a_set_is_chosen_by_name() {
    let of = |jwk: &str, kid: &str| jwk.replacen('{', &format!(r#"{{"kid": "{kid}", "#), 1);
    let set = format!(r#"{{"keys": [{}, {}]}}"#, of(ED25519, "a"), of(P256, "b"));
    let sandbox = sandbox().file("set", set);
    for (kid, algorithm) in [("a", "EdDSA"), ("b", "ES256")] {
        let outcome = sandbox.run(["--private-key", "set", "--kid", kid]);
        assert_eq!(decoded(token(&outcome)).0["alg"], algorithm);
    }
    for (line, said) in [
        ("--private-key set", "there are several private keys"),
        (
            "--private-key set --kid auto",
            "there are several private keys",
        ),
        (
            "--private-key set --kid c",
            "no private key of the set has this --kid",
        ),
    ] {
        let outcome = sandbox.run(words(line));
        assert_eq!((outcome.status, outcome.stdout.as_str()), (1, ""), "{line}");
        assert!(outcome.stderr.contains(said), "{line}: {}", outcome.stderr);
    }
}

#[test]
fn a_secret_may_be_a_jwk() {
    let sandbox = sandbox();
    let made = sandbox.run(words(
        "keygen --alg HS384 --format jwk --kid s --out key.json",
    ));
    assert_eq!(made.status, 0, "{made:?}");
    let outcome = sandbox.run(["--private-key", "key.json"]);
    let header = decoded(token(&outcome)).0;
    assert_eq!(
        (&header["alg"], &header["kid"]),
        (&"HS384".into(), &"s".into())
    );
}

#[test]
fn keys_that_cannot_sign_are_refused_and_not_shown() {
    let rsa = pem_keys::rsa();
    let broken = |from: &str, to: &str| ED25519.replace(from, to);
    for (text, said) in [
        ("hunter2".to_owned(), "not a private key: expected PEM"),
        ("{hunter2".to_owned(), "not a private key: expected PEM"),
        ("[]".to_owned(), "not a private key: expected PEM"),
        (
            "{\"keys\": []}".to_owned(),
            "not a private key: expected PEM",
        ),
        ("{\"keys\": 7}".to_owned(), "`keys` is missing or malformed"),
        ("{}".to_owned(), "`kty` is missing or malformed"),
        (rsa.public.clone(), "a public key cannot sign"),
        (broken(r#""d""#, r#""e""#), "a public key cannot sign"),
        (
            format!("{{\"keys\": [{}]}}", broken(r#""d""#, r#""e""#)),
            "a public key cannot sign",
        ),
        (broken("nWGx", "nWG*"), "`d` is missing or malformed"),
        (broken("nWGx", "xWGn"), "the key is damaged, weak"),
        (broken("Ed25519", "Ed448"), "the key is damaged, weak"),
        (broken("OKP", "XYZ"), "the key is damaged, weak"),
        (
            broken("{", r#"{"alg": "none", "#),
            "`alg` is not a supported",
        ),
        (
            broken("{", r#"{"kid": 7, "#),
            "`kid` is missing or malformed",
        ),
        (
            format!("{}{}", rsa.private, rsa.private),
            "there are several private keys",
        ),
        (
            rsa.private.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
            "the key is encrypted",
        ),
        (
            rsa.private.replace("PRIVATE KEY", "DSA PRIVATE KEY"),
            "the key is damaged, weak",
        ),
    ] {
        let outcome = sandbox().file("key", &text).run(["--private-key", "key"]);
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (1, ""),
            "{text}: {outcome:?}"
        );
        let whole = format!("file key cannot be used to sign: {said}");
        assert!(
            outcome.stderr.contains(&whole),
            "{text}: {}",
            outcome.stderr
        );
        assert!(!outcome.stderr.contains("hunter2") && !outcome.stderr.contains("WG"));
    }
}
