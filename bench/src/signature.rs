//! What the bare check of a signature costs on this machine: the part of a fresh token's cost that
//! no server can do without.

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

use crate::{
    figures::{median, number},
    process::{on_server_processor, own_processor_time},
};

/// About what is signed of a small token.
const SIGNED: [u8; 300] = [b'a'; 300];

const ROUNDS: usize = 9;
const CHECKS: u32 = 200;

/// The cost of one check, in microseconds of processor time. RSA keys have 2048 bits.
pub(crate) fn cost(algorithm: Algorithm) -> Result<f64> {
    let failed = |_| anyhow!("a key cannot be made");
    match algorithm {
        Algorithm::HS256 => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 48]);
            let tag = hmac::sign(&key, &SIGNED);
            timed(|| hmac::verify(&key, &SIGNED, tag.as_ref()).is_ok())
        }
        Algorithm::RS256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                &SIGNED,
                &mut signature,
            )
            .map_err(failed)?;
            let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key())?;
            timed(|| key.verify_sig(&SIGNED, &signature).is_ok())
        }
        Algorithm::ES256 => {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
            let signature = pair.sign(&SystemRandom::new(), &SIGNED).map_err(failed)?;
            let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key())?;
            timed(|| key.verify_sig(&SIGNED, signature.as_ref()).is_ok())
        }
        _ => bail!("no scenario has such signatures"),
    }
}

fn timed(check: impl Fn() -> bool) -> Result<f64> {
    on_server_processor(|| {
        let mut costs = Vec::new();
        for _ in 0..ROUNDS {
            let before = own_processor_time()?;
            if !(0..CHECKS).all(|_| std::hint::black_box(check())) {
                bail!("a signature does not verify");
            }
            let spent = own_processor_time()?.saturating_sub(before);
            costs.push(spent.as_secs_f64() * 1e6 / number(u64::from(CHECKS)));
        }
        Ok(median(costs.into_iter()))
    })?
}
