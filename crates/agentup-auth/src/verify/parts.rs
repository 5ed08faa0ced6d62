//! A token taken apart into its three parts (RFC 7515 §7.1). Nothing in them is verified.

use super::{Policy, VerifyError};
use crate::{
    base64url,
    token::{BearerToken, header::UnverifiedHeader},
};

/// The parts of a token, of canonical base64url each.
pub(super) struct Parts<'a> {
    header: &'a [u8],
    /// What the signature is over: header, dot and payload, as they stand.
    pub(super) signed: &'a [u8],
    pub(super) payload: Vec<u8>,
    signature: &'a [u8],
}

/// Room for the parts that are not kept: on the stack, because most of them are small.
pub(super) struct Buffers {
    header: [u8; Policy::MAX_HEADER_BYTES / 4 * 3],
    /// The longest signature is that of an RSA key of 8192 bits.
    signature: [u8; 1024],
}

impl Default for Buffers {
    fn default() -> Self {
        Self {
            header: [0; _],
            signature: [0; _],
        }
    }
}

impl<'a> Parts<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// When it is too large, or not three parts of which the second is canonical base64url.
    pub(super) fn split(token: BearerToken<'a>, policy: &Policy) -> Result<Self, VerifyError> {
        let token = token.expose();
        if token.len() > policy.max_token_bytes.min(Policy::MAX_TOKEN_BYTES) {
            return Err(VerifyError::TooLarge);
        }
        let (signed, signature) = around(token, memchr::memrchr(b'.', token))?;
        // A dot too many is left in the payload, whose alphabet does not have it.
        let (header, payload) = around(signed, memchr::memchr(b'.', signed))?;
        if header.len() > Policy::MAX_HEADER_BYTES {
            return Err(VerifyError::TooLarge);
        }
        let payload = base64url::decode(payload).map_err(|_| VerifyError::Malformed)?;
        Ok(Self {
            header,
            signed,
            payload,
            signature,
        })
    }

    /// Decodes the other parts, and reads the header.
    ///
    /// # Errors
    /// When they are not canonical base64url, or the header is refused as it stands.
    pub(super) fn open<'b>(
        &self,
        buffers: &'b mut Buffers,
    ) -> Result<(UnverifiedHeader<'b>, &'b [u8]), VerifyError> {
        let signature = base64url::decode_into(self.signature, &mut buffers.signature)
            .map_err(|_| VerifyError::Malformed)?;
        let header = base64url::decode_into(self.header, &mut buffers.header)
            .map_err(|_| VerifyError::Malformed)?;
        let header = std::str::from_utf8(header).map_err(|_| VerifyError::MalformedHeader)?;
        Ok((UnverifiedHeader::parse(header)?, signature))
    }
}

/// What is before and behind the dot, if there is one.
fn around(text: &[u8], dot: Option<usize>) -> Result<(&[u8], &[u8]), VerifyError> {
    match dot.and_then(|dot| text.split_at_checked(dot)) {
        Some((before, [_dot, behind @ ..])) => Ok((before, behind)),
        _ => Err(VerifyError::Malformed),
    }
}
