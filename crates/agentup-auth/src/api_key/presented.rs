//! The key as it arrives: one value of one header, nobody has looked into it yet.

use std::fmt;

use super::ApiKeyError;

/// A key that a request presents, borrowed from where it arrived. `Debug` shows its length only.
#[derive(Clone, Copy)]
pub struct PresentedKey<'a>(&'a [u8]);

impl<'a> PresentedKey<'a> {
    /// The shortest key, in bytes.
    pub const MIN_BYTES: usize = 8;
    /// The longest key, in bytes.
    pub const MAX_BYTES: usize = 512;
    /// The shortest key that is found by its SHA-256, in bytes. What is shorter can be guessed
    /// from its hash, and wants Argon2id.
    pub const MIN_FAST_BYTES: usize = 20;

    /// The only key among all values that a request has for it; none if there is no value.
    ///
    /// # Errors
    /// When there is more than one, or the one cannot be a key.
    pub fn only(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<Self>, ApiKeyError> {
        let mut values = values.into_iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(ApiKeyError::TwoKeys);
        }
        let fits = (Self::MIN_BYTES..=Self::MAX_BYTES).contains(&value.len());
        if fits && value.iter().copied().all(is_key_byte) {
            Ok(Some(Self(value)))
        } else {
            Err(ApiKeyError::Malformed)
        }
    }

    pub(super) const fn expose(self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Debug for PresentedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PresentedKey({} bytes)", self.0.len())
    }
}

/// Visible ASCII: what a header carries unchanged.
pub(super) const fn is_key_byte(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7E)
}
