//! The bare check of a signature: the part of a fresh token's cost that no server can do without.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use agentup_auth::Algorithm;
use anyhow::{Result, anyhow, bail};
use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
        ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};

/// How many signatures take turns: a processor would learn its way through a single one.
const SIGNATURES: usize = 128;

/// A check that can be made again and again. RSA keys have 2048 bits.
pub(crate) type Check = Box<dyn Fn() -> bool + Send + Sync>;

/// A text and its signature.
type Signed = (Vec<u8>, Vec<u8>);

/// The check of a signature that is good, each time of another.
pub(crate) fn check(algorithm: Algorithm) -> Result<Check> {
    let failed = |_| anyhow!("a key cannot be made");
    Ok(match algorithm {
        Algorithm::HS256 => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 48]);
            let signed = signed(|text| Ok(hmac::sign(&key, text).as_ref().to_vec()))?;
            in_turn(signed, move |text, tag| {
                hmac::verify(&key, text, tag).is_ok()
            })
        }
        Algorithm::RS256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            let signed = signed(|text| {
                let mut signature = vec![0; pair.public_modulus_len()];
                let random = SystemRandom::new();
                let done = pair.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature);
                done.map(|()| signature).map_err(failed)
            })?;
            let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key())?;
            in_turn(signed, move |text, signature| {
                key.verify_sig(text, signature).is_ok()
            })
        }
        Algorithm::ES256 => {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
            let signed = signed(|text| {
                let signature = pair.sign(&SystemRandom::new(), text).map_err(failed)?;
                Ok(signature.as_ref().to_vec())
            })?;
            let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key())?;
            in_turn(signed, move |text, signature| {
                key.verify_sig(text, signature).is_ok()
            })
        }
        _ => bail!("no scenario has such signatures"),
    })
}

/// Texts as long as what is signed of a small token, with their signatures.
fn signed(sign: impl Fn(&[u8]) -> Result<Vec<u8>>) -> Result<Vec<Signed>> {
    let texts = (0..SIGNATURES).map(|number| format!("{number:0>300}").into_bytes());
    let signed = texts.map(|text| {
        let signature = sign(&text)?;
        Ok((text, signature))
    });
    signed.collect()
}

fn in_turn(
    signed: Vec<Signed>,
    is_good: impl Fn(&[u8], &[u8]) -> bool + Send + Sync + 'static,
) -> Check {
    let next = AtomicUsize::new(0);
    Box::new(move || {
        let turn = next.fetch_add(1, Relaxed);
        let one = signed.get(turn.checked_rem(signed.len()).unwrap_or_default());
        one.is_some_and(|(text, signature)| is_good(text, signature))
    })
}
