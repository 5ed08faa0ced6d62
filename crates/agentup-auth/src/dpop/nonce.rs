//! Nonces that bind a proof to the last minutes without anything being kept: the number of a span
//! of time, authenticated by a key of this process.

use aws_lc_rs::{hmac, rand::SystemRandom};
use subtle::ConstantTimeEq as _;

use super::NoRandomness;
use crate::{base64url, time::UnixSeconds};

/// How long a nonce is given out, in seconds. It is accepted for as long after that.
///
/// Every change costs each client one more request.
const SPAN: u64 = 300;

/// How much of the code is sent, in bytes.
const CODE_BYTES: usize = 16;

/// Makes nonces and knows them again.
pub(super) struct Nonces {
    key: hmac::Key,
}

impl Nonces {
    pub(super) fn new() -> Result<Self, NoRandomness> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new())
            .map_err(|_| NoRandomness)?;
        Ok(Self { key })
    }

    /// The nonce that is given out now.
    pub(super) fn at(&self, now: UnixSeconds) -> String {
        self.of(number(now))
    }

    /// Whether the nonce is given out now, or was until the last change.
    pub(super) fn is_recent(&self, nonce: &str, now: UnixSeconds) -> bool {
        let number = number(now);
        [number, number.saturating_sub(1)]
            .into_iter()
            .any(|number| self.of(number).as_bytes().ct_eq(nonce.as_bytes()).into())
    }

    fn of(&self, number: u64) -> String {
        let code = hmac::sign(&self.key, &number.to_be_bytes());
        let code = code.as_ref();
        base64url::encode(code.get(..CODE_BYTES).unwrap_or(code))
    }
}

const fn number(now: UnixSeconds) -> u64 {
    now.get() / SPAN
}
