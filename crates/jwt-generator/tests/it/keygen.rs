//! Making keys: types, forms, places and refusals.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::run::{sandbox, words};

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_secret_is_a_line_of_random_text() {
    let [one, other] = [
        sandbox().run(words("keygen --type secret")),
        sandbox().run(words("keygen --type secret")),
    ];
    assert_eq!(one.status, 0, "{one:?}");
    assert_ne!(one.stdout, other.stdout);
    for (line, bytes) in [
        ("keygen --type secret", 32),
        ("keygen --alg HS512", 64),
        ("keygen --type secret --bytes 100", 100),
    ] {
        let outcome = sandbox().run(words(line));
        let text = outcome.stdout.strip_suffix('\n').unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(text).unwrap().len(), bytes, "{line}");
        assert!(!outcome.stderr.contains(text), "{}", outcome.stderr);
    }
}

#[test]
fn a_secret_may_be_a_jwk_or_a_set() {
    let outcome = sandbox().run(words("keygen --alg HS384 --format jwk --kid s"));
    let jwk = json_of(&outcome.stdout);
    assert_eq!(
        (&jwk["kty"], &jwk["use"], &jwk["alg"], &jwk["kid"]),
        (&json!("oct"), &json!("sig"), &json!("HS384"), &json!("s"))
    );
    let outcome = sandbox().run(words("keygen --type secret --format jwks"));
    let set = json_of(&outcome.stdout);
    assert_eq!(set["keys"][0]["kty"], "oct");
    assert_eq!(
        set["keys"][0].get("kid"),
        None,
        "a thumbprint would give hints"
    );
}

#[test]
fn every_type_of_pair_is_made() {
    for (line, kty, crv, alg) in [
        ("--type rsa", "RSA", Value::Null, "RS256"),
        (
            "--type rsa --bits 3072 --alg PS384",
            "RSA",
            Value::Null,
            "PS384",
        ),
        ("--type ec", "EC", json!("P-256"), "ES256"),
        ("--type ec --curve P-384", "EC", json!("P-384"), "ES384"),
        ("--type ec --curve p521", "EC", json!("P-521"), "ES512"),
        ("--alg ES384", "EC", json!("P-384"), "ES384"),
        ("--type ed25519", "OKP", json!("Ed25519"), "EdDSA"),
        ("--alg Ed25519", "OKP", json!("Ed25519"), "EdDSA"),
    ] {
        let sandbox = sandbox();
        let line = format!("keygen {line} --format jwk --public-out public");
        let outcome = sandbox.run(words(&line));
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let private = json_of(&outcome.stdout);
        let public = json_of(&fs::read_to_string(sandbox.folder.path().join("public")).unwrap());
        assert_eq!(
            (
                &private["kty"],
                &private["crv"],
                &private["alg"],
                &private["use"]
            ),
            (&json!(kty), &crv, &json!(alg), &json!("sig")),
            "{line}"
        );
        assert_eq!(public["kid"].as_str().unwrap().len(), 43, "a thumbprint");
        let members = |key: &Value| key.as_object().unwrap().clone();
        let secret = ["d", "p", "q", "dp", "dq", "qi"];
        for (name, value) in members(&private) {
            let shared = (!secret.contains(&name.as_str())).then_some(value);
            assert_eq!(public.get(&name), shared.as_ref(), "{line}: {name}");
        }
        assert!(private["d"].is_string());
    }
}

#[test]
fn the_size_of_an_rsa_key_is_what_was_asked_for() {
    for (bits, bytes) in [("2048", 256), ("3072", 384)] {
        let outcome = sandbox().run(["keygen", "--type", "rsa", "--bits", bits, "--format", "jwk"]);
        let jwk = json_of(&outcome.stdout);
        let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
        assert_eq!(modulus.len(), bytes);
        assert!(
            outcome
                .stderr
                .contains(&format!("RSA key of {bits} bits for RS256, kid "))
        );
    }
}

#[test]
fn halves_may_have_different_forms_and_a_name() {
    let sandbox = sandbox();
    let line = "keygen --type ec --public-out public --public-format jwks --kid 2026-01";
    let outcome = sandbox.run(words(line));
    assert!(
        outcome.stdout.starts_with("-----BEGIN PRIVATE KEY-----\n"),
        "{outcome:?}"
    );
    let set = json_of(&fs::read_to_string(sandbox.folder.path().join("public")).unwrap());
    assert_eq!(set["keys"][0]["kid"], "2026-01");
    assert_eq!(set["keys"].as_array().unwrap().len(), 1);

    let outcome = sandbox.run(words("keygen --type ed25519 --out key.pem --public-out -"));
    assert!(
        outcome.stdout.starts_with("-----BEGIN PUBLIC KEY-----\n"),
        "{outcome:?}"
    );
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;

    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_a_private_half() {
    let sandbox = sandbox();
    let [key, public] = ["key.pem", "public.pem"].map(|name| sandbox.folder.path().join(name));
    let line = "keygen --type ed25519 --out key.pem --public-out public.pem";
    assert_eq!(sandbox.run(words(line)).status, 0);
    assert_eq!(mode(&key), 0o600);
    assert_eq!(mode(&public) & 0o600, 0o600);

    // Not even where everybody could read what was there before.
    fs::write(&key, "old").unwrap();
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let outcome = sandbox.run(words(&format!("{line} --force")));
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!(mode(&key), 0o600);
}

#[cfg(unix)]
#[test]
fn standard_output_that_everybody_can_read_is_refused() {
    use std::{
        os::unix::fs::OpenOptionsExt as _,
        process::{Command, Stdio},
    };

    let sandbox = sandbox();
    for (mode, status) in [(0o644, 1), (0o600, 0)] {
        let path = sandbox.folder.path().join(format!("{mode:o}"));
        let file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&path)
            .unwrap();
        let outcome = Command::new(env!("CARGO_BIN_EXE_jwt-generator"))
            .args(["keygen", "--type", "secret"])
            .stdout(file)
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(outcome.code(), Some(status), "{mode:o}");
        assert_eq!(fs::read(&path).unwrap().is_empty(), status == 1);
    }
}

#[test]
fn files_are_not_replaced_without_being_told_to() {
    for taken in ["key", "public"] {
        let sandbox = sandbox().file(taken, "old");
        let line = "keygen --type ed25519 --out key --public-out public";
        let outcome = sandbox.run(words(line));
        assert_eq!((outcome.status, outcome.stdout.as_str()), (1, ""));
        let said = format!("file {taken} is there already: --force replaces it");
        assert!(outcome.stderr.contains(&said), "{}", outcome.stderr);
        assert_eq!(
            fs::read_to_string(sandbox.folder.path().join(taken)).unwrap(),
            "old"
        );
        assert_eq!(
            fs::read_dir(sandbox.folder.path()).unwrap().count(),
            1,
            "nothing was written"
        );

        let outcome = sandbox.run(words(&format!("{line} --force")));
        assert_eq!(outcome.status, 0, "{outcome:?}");
        assert_ne!(
            fs::read_to_string(sandbox.folder.path().join(taken)).unwrap(),
            "old"
        );
    }
}

#[test]
fn a_key_that_cannot_be_written_is_status_1() {
    let sandbox = sandbox();
    fs::create_dir(sandbox.folder.path().join("folder")).unwrap();
    for (line, said) in [
        (
            "--out nowhere/key",
            "cannot write file nowhere/key: No such file",
        ),
        ("--out folder", "folder is there already"),
        (
            "--out folder --force",
            "folder is not a file that could be replaced",
        ),
    ] {
        let outcome = sandbox.run(words(&format!("keygen --type ed25519 {line}")));
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (1, ""),
            "{outcome:?}"
        );
        assert!(outcome.stderr.contains(said), "{line}: {}", outcome.stderr);
    }
}

#[test]
fn what_does_not_go_together_is_status_2() {
    for (line, said) in [
        ("", "--type <TYPE>"),
        ("--type dsa", "invalid value 'dsa'"),
        ("--type rsa --bits 1024", "invalid value '1024'"),
        ("--type ec --curve P-224", "invalid value 'P-224'"),
        ("--type secret --bytes 0", "invalid value '0'"),
        ("--alg none", "not a supported signature algorithm"),
        (
            "--type ec --bits 2048",
            "--bits does not go with a key of type ec",
        ),
        (
            "--type rsa --curve P-256",
            "--curve does not go with a key of type rsa",
        ),
        (
            "--type ed25519 --bytes 32",
            "--bytes does not go with a key of type ed25519",
        ),
        (
            "--alg ES256 --bits 2048",
            "--bits does not go with a key of type ec",
        ),
        (
            "--type rsa --alg ES256",
            "ES256 does not go with a key of type rsa",
        ),
        (
            "--type ec --curve P-256 --alg ES384",
            "ES384 does not go with this --curve",
        ),
        (
            "--type secret --bytes 31",
            "HS256 requires a secret of at least 32 bytes",
        ),
        (
            "--alg HS512 --bytes 32",
            "HS512 requires a secret of at least 64 bytes",
        ),
        (
            "--type secret --format pem",
            "a secret is text, a jwk or a jwks",
        ),
        ("--type rsa --format text", "a key pair is pem, jwk or jwks"),
        (
            "--type secret --public-out x",
            "a secret has no public half",
        ),
        ("--type rsa --public-format jwk", "--public-out"),
        ("--type rsa --kid x", "--kid names a key in a jwk"),
        (
            "--type ec --format jwk --kid=",
            "--kid must have 1 to 256 bytes",
        ),
        ("--type ec --public-out -", "cannot go to one place"),
        ("--type ec --out a --public-out a", "cannot go to one place"),
        ("--type ec hunter2", "unexpected argument"),
    ] {
        let outcome = sandbox().run(words(&format!("keygen {line}")));
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (2, ""),
            "{line}: {outcome:?}"
        );
        assert!(outcome.stderr.contains(said), "{line}: {}", outcome.stderr);
        assert!(!outcome.stderr.contains("hunter2"));
    }
}
