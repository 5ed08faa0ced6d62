//! Secrets: what is taken, and what everybody could have read.

use super::HmacSecret;
use crate::{Algorithm, KeyError, VerificationKey, base64url};

fn take(bytes: &[u8]) -> Result<(), KeyError> {
    HmacSecret::new(bytes).map(drop)
}

#[test]
fn secrets_are_taken() {
    for text in [
        "0123456789abcdef0123456789abcdef",
        "MIIBsecretsThatBeginLikeAKeyAndAreNone==",
        "{\"a\":1} is a strange secret of many bytes",
        "ssh-is-a-prefix-of-this-one-but-no-more",
        "short",
    ] {
        assert_eq!(take(text.as_bytes()), Ok(()), "{text}");
    }
    assert_eq!(take(&[0xFF; 64]), Ok(()));
    assert_eq!(take(&[0x30; 64]), Ok(()));
    assert_eq!(take(&[7; HmacSecret::MAX_BYTES]), Ok(()));
}

#[test]
fn empty_and_endless_secrets_are_refused() {
    assert_eq!(take(b""), Err(KeyError::EmptySecret));
    assert_eq!(
        take(&[7; HmacSecret::MAX_BYTES + 1]),
        Err(KeyError::SecretTooLong)
    );
}

#[test]
fn the_text_of_a_key_is_refused() {
    let public = include_str!("../tests/rsa.pem");
    let body: String = public
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let der = pem::parse(public).expect("PEM").into_contents();
    let pkcs1 = pem::parse(include_str!("../tests/rsa_pkcs1.pem"))
        .expect("PEM")
        .into_contents();
    let texts = [
        public.to_owned(),
        public.trim().to_owned(),
        format!("\n\n  {public}"),
        format!("\u{feff}{public}"),
        public.replace('\n', "\r\n"),
        public.replace('\n', "\\n"),
        include_str!("../tests/rsa_pkcs1.pem").to_owned(),
        include_str!("../tests/ed25519.pem").to_owned(),
        include_str!("../tests/certificate.pem").to_owned(),
        include_str!("../../test_support/rsa.pem").to_owned(),
        body.clone(),
        body.replace('M', " M"),
        r#"{"kty":"RSA","n":"AAAA","e":"AQAB"}"#.to_owned(),
        r#" {"keys":[]}"#.to_owned(),
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ alice@example".to_owned(),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI alice@example".to_owned(),
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY alice@example".to_owned(),
    ];
    for text in texts {
        assert_eq!(
            take(text.as_bytes()),
            Err(KeyError::SecretIsKeyText),
            "{text}"
        );
    }
    for bytes in [der, pkcs1] {
        assert_eq!(take(&bytes), Err(KeyError::SecretIsKeyText));
    }
}

#[test]
fn published_secrets_are_known() {
    let published = |text: &str| {
        HmacSecret::new(text.as_bytes())
            .expect("a secret")
            .is_published()
    };
    assert!(published(
        "super-secret-jwt-key-for-testing-only-change-in-production"
    ));
    assert!(published("test-secret-key-change-in-production"));
    assert!(!published("0123456789abcdef0123456789abcdef"));
}

#[test]
fn debug_shows_the_length_only() {
    let secret = HmacSecret::new(b"0123456789abcdef0123456789abcdef").expect("a secret");
    assert_eq!(format!("{secret:?}"), "HmacSecret(32 bytes)");
    let key = VerificationKey::hmac(Algorithm::HS256, &secret, None).expect("a key");
    let shown = format!("{key:?} {:?}", HmacSecret::new(b"").map(drop));
    assert!(!shown.contains("0123") && !shown.contains(&base64url::encode(b"0123")));
}
