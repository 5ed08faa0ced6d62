//! A hash as the name of a secret: compared in constant time, and looked up without telling how
//! near a guess was.

use std::hash::{Hash, Hasher};

use aws_lc_rs::{digest, hmac};
use subtle::ConstantTimeEq as _;

/// SHA-256 of a key, or its HMAC with a secret of this process.
#[derive(Clone, Copy)]
pub(super) struct Digest([u8; digest::SHA256_OUTPUT_LEN]);

impl Digest {
    pub(super) const fn new(bytes: [u8; digest::SHA256_OUTPUT_LEN]) -> Self {
        Self(bytes)
    }

    /// SHA-256.
    pub(super) fn of(key: &[u8]) -> Self {
        Self::from_slice(digest::digest(&digest::SHA256, key).as_ref())
    }

    /// HMAC with SHA-256.
    pub(super) fn keyed(namer: &hmac::Key, key: &[u8]) -> Self {
        Self::from_slice(hmac::sign(namer, key).as_ref())
    }

    /// Both hashes have this length.
    fn from_slice(hash: &[u8]) -> Self {
        let mut bytes = [0; digest::SHA256_OUTPUT_LEN];
        bytes.copy_from_slice(hash);
        Self(bytes)
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Digest {}

impl Hash for Digest {
    /// Tables hash it once more with a random key of their own, so their timing tells nothing of
    /// the digest.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
