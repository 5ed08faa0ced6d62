//! `--signature-only` for payloads of any kind, and keys that are secrets.

use agentup_auth::{
    Algorithm,
    issue::{self, SigningKey},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    answer::{VALID, answer, refused, sandbox},
    tokens::{self, SECRET},
};

fn over(payload: &[u8]) -> String {
    let key = SigningKey::hmac(Algorithm::HS256, SECRET.as_bytes()).unwrap();
    issue::sign_bytes(br#"{"alg":"HS256"}"#, payload, &key).unwrap()
}

#[test]
fn a_signature_may_be_over_anything() {
    for (payload, content) in [
        (&b"Payload"[..], json!({"text": "Payload"})),
        (b"", json!({"text": ""})),
        (b"[1, 2]", json!({"text": "[1, 2]"})),
        (b"a\nb\x1b[2J", json!({"text": "a\nb\u{1b}[2J"})),
        (b"\xff\x00", json!({"base64url": "_wA"})),
    ] {
        let token = over(payload);
        let flags = ["--signature-only", &token, SECRET];
        assert_eq!(answer(&sandbox(), &flags), VALID);
        let outcome = sandbox().run(flags.iter().chain(&["--format", "json"]));
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(
            (&report["payload"], &report["content"]),
            (&Value::Null, &content)
        );
        assert_eq!(report["checked"], json!(["signature"]));

        let text = sandbox().run(flags).stdout;
        assert!(
            text.contains("✅ Signature is valid (claims not checked)\n"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'), "{text}");

        let spoiled = issue::with_broken_signature(&token);
        let flags = ["--signature-only", &spoiled, SECRET];
        assert_eq!(answer(&sandbox(), &flags), refused("bad_signature"));
        assert_eq!(
            answer(&sandbox(), &[&token, SECRET]),
            refused("malformed_claims")
        );
    }
}

#[test]
fn an_example_of_the_standard_verifies() {
    // RFC 7515 appendix A.4.
    let jwk = json!({
        "kty": "EC", "crv": "P-521",
        "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
        "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
    });
    let token = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-\
                 mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmx\
                 YbSW9ERBXukOXolLzeO_Jn";
    let sandbox = sandbox().file("key.json", jwk.to_string());
    let flags = ["--signature-only", token, "--key-file", "key.json"];
    assert_eq!(answer(&sandbox, &flags), VALID);
}

#[test]
fn the_key_decides_that_it_is_a_secret() {
    let k = URL_SAFE_NO_PAD.encode(SECRET);
    let plain = json!({"kty": "oct", "k": k});
    let named = json!({"kty": "oct", "k": k, "alg": "HS384", "kid": "s"});
    let sandbox = sandbox()
        .file("plain.json", plain.to_string())
        .file("named.json", named.to_string())
        .file("set.json", json!({"keys": [plain]}).to_string());
    let token = |algorithm| tokens::signed(&json!({}), &tokens::usual_claims(), algorithm, SECRET);
    let (hs256, hs384) = (token(Algorithm::HS256), token(Algorithm::HS384));
    for (token, file, expected) in [
        (&hs256, "plain.json", VALID),
        (&hs384, "plain.json", VALID),
        (&hs256, "set.json", VALID),
        (&hs384, "named.json", VALID),
        (&hs256, "named.json", refused("algorithm_not_allowed")),
    ] {
        assert_eq!(
            answer(&sandbox, &[token, "--key-file", file]),
            expected,
            "{file}"
        );
    }
}
