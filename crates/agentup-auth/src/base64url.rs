//! Base64url without padding, in its one canonical spelling (RFC 7515 §2).

use std::sync::LazyLock;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use base64::engine::{Simd, general_purpose::NO_PAD};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Decodes many characters at once where the processor can, by the same rules.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static DECODER: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static DECODER: LazyLock<base64::engine::GeneralPurpose> = LazyLock::new(|| URL_SAFE_NO_PAD);

/// A text is not canonical base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotBase64Url;

/// Decodes strictly: no padding, no white space, no other alphabet, and unused bits are zero, so
/// that no two texts have one meaning.
pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, NotBase64Url> {
    DECODER.decode(text).map_err(|_| NotBase64Url)
}

/// Decodes as strictly into `buffer` and returns the part that was written.
pub(crate) fn decode_into<'b>(text: &[u8], buffer: &'b mut [u8]) -> Result<&'b [u8], NotBase64Url> {
    let length = DECODER
        .decode_slice(text, buffer)
        .map_err(|_| NotBase64Url)?;
    buffer.get(..length).ok_or(NotBase64Url)
}

/// Encodes in the canonical spelling.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::{NotBase64Url, decode, decode_into, encode};

    #[test]
    fn canonical_text_reads_back() {
        for text in ["", "AA", "AAA", "AAAA", "-_-_", "eyJhbGciOiJIUzI1NiJ9"] {
            assert_eq!(encode(&decode(text.as_bytes()).expect(text)), text);
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "A", "AB", "AAB", "AA==", "AA=", " AA", "AA\n", "+/+/", "AAAAA", "é", "A.AA",
        ] {
            assert_eq!(decode(text.as_bytes()), Err(NotBase64Url), "{text:?}");
            assert_eq!(
                decode_into(text.as_bytes(), &mut [0; 16]),
                Err(NotBase64Url),
                "{text:?}"
            );
        }
    }

    /// Long enough for what decodes many characters at once.
    #[test]
    fn every_character_of_a_long_text_is_checked() {
        for position in 0..132 {
            for byte in 0..=u8::MAX {
                let mut text = [b'A'; 132];
                text[position] = byte;
                let in_alphabet = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                let decoded = decode(&text);
                assert_eq!(decoded.is_ok(), in_alphabet, "{byte} at {position}");
                if let Ok(bytes) = decoded {
                    assert_eq!(encode(&bytes).as_bytes(), text, "{byte} at {position}");
                }
            }
        }
    }

    #[test]
    fn a_small_buffer_is_refused() {
        assert_eq!(decode_into(b"AAAA", &mut [0; 2]), Err(NotBase64Url));
        assert_eq!(decode_into(b"AAAA", &mut [9; 3]), Ok([0; 3].as_slice()));
    }
}
